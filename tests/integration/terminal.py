"""A terminal for tests: the program on a pty, with a reader that waits for text."""
import errno
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time


class Terminal:
    """with Terminal([program, …], env=…, cwd=…) as t: t.wait_for("$ "); t.type("exit 3\\n"); assert t.end() == 3"""

    def __init__(self, command, env, cwd, rows=33, columns=111):
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            self.resize(rows, columns, 0)  # before the program starts, so that it never sees another size
            os.chdir(cwd)
            os.execve(command[0], [str(word) for word in command], env)

    def resize(self, rows, columns, fd=None):
        fcntl.ioctl(self.fd if fd is None else fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        """Out: whether something came; None at the end."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            piece = os.read(self.fd, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return None
        self.text += piece.decode(errors="replace")
        return True if piece else None

    def wait_for(self, words, seconds=20):
        """Text that has been waited for is taken away."""
        until = time.monotonic() + seconds
        while words not in self.text:
            came = self.read(0.2)
            assert came is not None, f"ended before {words!r}:\n{self.text}"
            assert time.monotonic() < until, f"no {words!r} in {seconds} s:\n{self.text}"
        before, self.text = self.text.split(words, 1)
        return before

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self, seconds=20):
        """Out: the exit code as a shell gives it."""
        until = time.monotonic() + seconds
        while self.read(0.2) is not None:
            assert time.monotonic() < until, f"still running after {seconds} s:\n{self.text}"
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.pid = None
        return code if code >= 0 else 128 - code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

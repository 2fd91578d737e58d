"""The launcher `env` on its warm path: exit codes, signals, streams and terminals are those of the bare command.

Needs build/bin/{env,warm_project,inside} (ENVTOOL_BIN names another folder) and busybox-static. Everything is
run as the calling user; called as root also as an ordinary user, who must exist or be creatable."""

import fcntl
import os
import pathlib
import pty
import pwd
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("ENVTOOL_BIN", ROOT / "build/bin"))
BUSYBOX = shutil.which("busybox")
USER = "envtool-test"

pytestmark = pytest.mark.skipif(
    not (BIN / "warm_project").exists() or BUSYBOX is None, reason="needs a build and busybox-static"
)


def ordinary_user():
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        subprocess.run(["useradd", "--create-home", USER], check=True)
        return pwd.getpwnam(USER)


class Project:
    """A folder with env.yaml, a root of busybox, and a plan for it."""

    def __init__(self, folder, user):
        self.folder, self.user = folder, user
        self.root, self.project = folder / "root", folder / "project"
        for sub in ("bin", "etc", "tmp"):
            (self.root / sub).mkdir(parents=True)
        shutil.copy(BUSYBOX, self.root / "bin/busybox")
        shutil.copy(BIN / "inside", self.root / "bin/inside")
        for name in "sh cat ls sleep stty tty wc ps kill true false seq head touch id".split():
            (self.root / "bin" / name).symlink_to("busybox")
        (self.root / "etc/file").write_text("no program\n")
        (self.project / "sub").mkdir(parents=True)
        (self.project / "env.yaml").write_text("name: test\n")
        if user is not None:
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
        self.environment = {
            "PATH": f"{BIN}:/usr/bin:/bin", "HOME": str(folder), "TERM": "vt100", "SECRET": "leak",
            "ENVTOOL_STORE": str(folder / "store"),
        }
        self.tool("run", self.project, folder / "store", self.root)

    def become(self):
        if self.user is not None:
            os.setgroups([])
            os.setgid(self.user.pw_gid)
            os.setuid(self.user.pw_uid)

    def tool(self, *words):
        done = subprocess.run([BIN / "warm_project", *map(str, words)], env=self.environment, cwd=self.folder,
                              preexec_fn=self.become, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    def popen(self, *command, verb="run", cwd=None, **how):
        how.setdefault("stdin", subprocess.DEVNULL)
        how.setdefault("stdout", subprocess.PIPE)
        how.setdefault("stderr", subprocess.STDOUT)
        return subprocess.Popen([BIN / "env", verb, "--", *command], env=self.environment, text=True,
                                cwd=cwd or self.project, preexec_fn=self.become, **how)

    def run(self, *command, signal_after=None, **how):
        process = self.popen(*command, **how)
        if signal_after is not None:
            time.sleep(0.3)
            process.send_signal(signal_after)
        out, _ = process.communicate(timeout=20)
        return process.returncode, out

    def type(self, command, actions, verb="run", size=(33, 101)):
        """Run in a terminal; actions are bytes to type or functions of (pid, fd). Out: exit code, what was shown."""
        pid, fd = pty.fork()
        if pid == 0:
            self.become()
            os.chdir(self.project)
            os.execve(BIN / "env", ["env", verb, "--", *command], self.environment)
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        shown = b""

        def drain(seconds):
            nonlocal shown
            end = time.time() + seconds
            while time.time() < end:
                if select.select([fd], [], [], 0.05)[0]:
                    try:
                        data = os.read(fd, 4096)
                    except OSError:
                        return
                    if not data:
                        return
                    shown += data

        for action in actions:
            drain(0.3)
            os.write(fd, action) if isinstance(action, bytes) else action(pid, fd)
        drain(5.0)
        if select.select([os.pidfd_open(pid)], [], [], 2)[0] == []:
            os.kill(pid, signal.SIGKILL)  # hangs: the test fails by its code
        _, status = os.waitpid(pid, 0)
        os.close(fd)
        return os.waitstatus_to_exitcode(status), shown.decode(errors="replace").replace("\r", "")


@pytest.fixture(scope="module", params=["caller", "ordinary user"])
def project(request):
    if request.param == "ordinary user" and os.getuid() != 0:
        pytest.skip("the caller is one")
    user = ordinary_user() if request.param == "ordinary user" else None
    with tempfile.TemporaryDirectory(prefix="envtool-launcher-") as folder:
        os.chmod(folder, 0o755)
        yield Project(pathlib.Path(folder), user)


@pytest.fixture(scope="module")
def session(project):
    state = project.folder / ".local/state/envtool"
    init, started = project.tool("start", project.project, state, project.root)
    yield int(init)
    project.tool("stop", init, started)


def processes_with(word):
    return [p for p in pathlib.Path("/proc").glob("[0-9]*/cmdline") if word.encode() in read(p).replace(b"\0", b" ")]


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize("command, code", [
    (["sh", "-c", "exit 42"], 42), (["true"], 0), (["false"], 1), (["nosuch"], 127), (["/nosuch"], 127),
    (["/etc/file"], 126), (["/etc"], 126), (["sh", "-c", "kill -SEGV $$"], 139), (["sh", "-c", "kill -KILL $$"], 137),
])
def test_exit_codes_are_those_of_a_shell(project, command, code):
    assert project.run(*command)[0] == code


def test_a_missing_command_is_named(project):
    assert project.run("nosuch")[1] == "env: nosuch: command not found in the environment\n"


def test_only_the_plan_s_environment_and_what_it_passes(project):
    code, out = project.run("inside", "env")
    assert sorted(out.split("\n")) == ["", "HOME=/tmp", "PATH=/usr/local/bin:/usr/bin:/bin", "TERM=vt100"]


def test_the_folder_below_the_project_is_kept(project):
    assert "cwd /workspace/sub\n" in project.run("inside", "id", cwd=project.project / "sub")[1]


def test_files_belong_to_the_caller(project):
    assert project.run("touch", "made")[0] == 0
    status = (project.project / "made").stat()
    assert status.st_uid == (project.user.pw_uid if project.user else os.getuid())


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGUSR1, 138), (signal.SIGHUP, 129)])
def test_signals_reach_the_command(project, number, code):
    assert project.run("sleep", "9", signal_after=number)[0] == code


def test_a_trap_decides_itself(project):
    script = 'trap "echo got; exit 5" TERM; sleep 5 & wait'
    assert project.run("sh", "-c", script, signal_after=signal.SIGTERM) == (5, "got\n")


def test_killing_the_launcher_kills_all(project):
    process = project.popen("sh", "-c", "sleep 7.771 & sleep 7.772")
    time.sleep(0.3)
    assert processes_with("sleep 7.77")
    process.kill()
    process.communicate()
    time.sleep(0.3)
    assert not processes_with("sleep 7.77")


def test_background_processes_end_with_the_command(project):
    assert project.run("sh", "-c", "sleep 8.881 > /dev/null 2>&1 & echo hi") == (0, "hi\n")
    time.sleep(0.2)
    assert not processes_with("sleep 8.881")


def test_orphans_are_reaped(project):
    script = "for i in 1 2 3; do (sleep 0.1 &); done; sleep 0.4; ls -d /proc/[0-9]* | wc -l"
    assert int(project.run("sh", "-c", script)[1]) <= 4


def test_big_pipes_arrive_whole(project):
    data = "x" * 99 + "\n"
    process = project.popen("cat", stdin=subprocess.PIPE)
    out, _ = process.communicate(data * 50_000, timeout=30)
    assert process.returncode == 0 and out == data * 50_000


def test_a_pipe_ends_when_the_command_closes_it(project):
    process = project.popen("sh", "-c", "echo out; exec >&- 2>&-; sleep 3", stderr=subprocess.DEVNULL)
    began = time.time()
    assert process.stdout.read() == "out\n"
    assert time.time() - began < 2
    process.kill()
    process.wait()


def test_a_writer_learns_that_the_reader_is_gone(project):
    process = project.popen("sh", "-c", "exec <&-; sleep 3", stdin=subprocess.PIPE)
    time.sleep(0.4)
    with pytest.raises(BrokenPipeError):
        os.write(process.stdin.fileno(), b"x")
    process.kill()
    process.stdin = None
    process.wait()


def test_stdin_ends(project):
    assert project.run("cat", stdin=subprocess.DEVNULL) == (0, "")


def test_inherited_descriptors_pass_through(project):
    reader, writer = os.pipe()
    assert project.run("sh", "-c", f"echo three >&{writer}", pass_fds=[writer])[0] == 0
    os.close(writer)
    assert os.read(reader, 100) == b"three\n"
    os.close(reader)


def test_a_terminal_has_the_caller_s_size_and_follows_it(project):
    def resize(_, fd):
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))

    code, shown = project.type(["sh"], [b"tty; stty size\n", resize, b"stty size\n", b"exit 7\n"])
    assert code == 7
    assert "/dev/pts/0" in shown and "33 101" in shown and "40 120" in shown


def test_control_c_interrupts_the_foreground_job_only(project):
    code, shown = project.type(["sh"], [b"sleep 50\n", b"\x03", b"echo after=$?\n", b"exit 3\n"])
    assert (code, "after=130" in shown) == (3, True)


def test_control_c_ends_a_plain_command(project):
    assert project.type(["sleep", "50"], [b"\x03"])[0] == 130


def test_control_z_stops_a_job_in_the_container_s_shell(project):
    code, shown = project.type(["sh"], [b"sleep 60\n", b"\x1a", b"jobs; kill -9 %1\n", b"\n", b"exit 0\n"])
    assert "Stopped" in shown and code == 0


def test_the_caller_s_shell_can_stop_and_resume_it(project):
    """^Z at `env run -- sleep` stops the launcher too, so that the caller's shell gets its prompt back."""
    pid, fd = pty.fork()
    if pid == 0:
        project.become()
        os.chdir(project.project)
        os.execve("/bin/bash", ["bash", "--norc", "-i"], {**project.environment, "PS1": "$ "})
    steps = [(b"", b"$ "), (b"env run -- sh -c 'echo be\"\"gun; sleep 1.5'; echo code=$?\n", b"begun"), (b"\x1a", b"Stopped"),
             (b"jobs\n", b"Stopped"), (b"fg; echo again=$?\n", b"again=0"), (b"exit\n", b"exit")]
    shown = b""
    for keys, awaited in steps:
        os.write(fd, keys)
        seen, end = len(shown), time.time() + 10
        while awaited not in shown[seen:] and time.time() < end:
            if select.select([fd], [], [], 0.05)[0]:
                try:
                    shown += os.read(fd, 4096)
                except OSError:
                    break
        time.sleep(0.3)
    os.close(fd)
    os.waitpid(pid, 0)
    assert b"Stopped" in shown and b"again=0" in shown


def test_the_terminal_is_as_it_was_afterwards(project):
    before, after = [], []
    code, _ = project.type(["true"], [lambda _, fd: before.append(termios.tcgetattr(fd)[:4])])
    assert code == 0


def test_exec_joins_the_running_session(project, session):
    assert project.run("sh", "-c", "echo x > /tmp/joined", verb="exec")[0] == 0
    assert project.run("cat", "/tmp/joined", verb="exec") == (0, "x\n")
    assert project.run("sh", "-c", "exit 9", verb="exec")[0] == 9
    assert project.run("nosuch", verb="exec")[0] == 127
    assert project.run("sleep", "9", verb="exec", signal_after=signal.SIGTERM)[0] == 143
    assert "cwd /workspace/sub\n" in project.run("inside", "id", verb="exec", cwd=project.project / "sub")[1]


def test_exec_has_no_more_rights_than_run(project, session):
    out = project.run("inside", "id", verb="exec")[1]
    assert "CapEff:\t0000000000000000" in out and "Seccomp:\t2" in out and "NoNewPrivs:\t1" in out
    assert "pid1-environ Permission denied" in project.run("inside", "forbidden", verb="exec")[1]


def test_exec_in_a_terminal(project, session):
    code, shown = project.type(["sh"], [b"tty; stty size\n", b"sleep 50\n", b"\x03", b"exit 4\n"], verb="exec")
    assert code == 4 and "/dev/pts/" in shown and "33 101" in shown


def test_killing_the_launcher_kills_what_it_joined(project, session):
    process = project.popen("sleep", "9.991", verb="exec")
    time.sleep(0.3)
    assert processes_with("sleep 9.991")
    process.kill()
    process.communicate()
    time.sleep(0.3)
    assert not processes_with("sleep 9.991")


def test_a_changed_env_yaml_ends_the_plan(project):
    other = project.project / "env.yaml"
    text = other.read_text()
    try:
        other.write_text(text + "# changed\n")
        copy = project.folder / "alone"
        copy.mkdir(exist_ok=True)
        shutil.copy(BIN / "env", copy / "env")
        done = subprocess.run([copy / "env", "run", "--", "true"], cwd=project.project, capture_output=True, text=True,
                              env={**project.environment, "PATH": "/usr/bin:/bin"})
        assert done.returncode == 127 and "envtool" in done.stderr
    finally:
        other.write_text(text)
        project.tool("run", project.project, project.folder / "store", project.root)


def system_env(*words, **how):
    return subprocess.run(words, capture_output=True, text=True, **how)


@pytest.mark.parametrize("words", [
    ["FOO=1", "sh", "-c", "echo $FOO"], ["-i", "sh", "-c", "echo ${HOME-none}"], ["run=1", "sh", "-c", "echo $run"], [],
    ["-u", "HOME", "sh", "-c", "echo ${HOME-none}"], ["--", "echo", "run"], ["-S", "echo a b"], ["nosuch-program"],
    ["--chdir=/", "pwd"],
])
def test_everything_else_is_the_system_s_env(words):
    how = {"env": {"PATH": "/usr/bin:/bin", "HOME": "/root", "A": "b"}}
    ours, theirs = system_env(BIN / "env", *words, **how), system_env("/usr/bin/env", *words, **how)
    assert (ours.returncode, ours.stdout) == (theirs.returncode, theirs.stdout)


def test_a_script_s_first_line_works(tmp_path):
    script = tmp_path / "script"
    script.write_text(f"#!{BIN}/env python3\nprint('ran')\n")
    script.chmod(0o755)
    assert system_env(script).stdout == "ran\n"


def test_an_env_that_is_ourselves_is_passed_by(tmp_path):
    """Installed as /usr/bin/env's sibling in PATH, it never executes itself."""
    os.link(BIN / "env", tmp_path / "env") if os.stat(BIN).st_dev == os.stat(tmp_path).st_dev else shutil.copy(
        BIN / "env", tmp_path / "env")
    done = system_env(tmp_path / "env", "true", env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, timeout=5)
    assert done.returncode == 0


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, *sys.argv[1:]]))

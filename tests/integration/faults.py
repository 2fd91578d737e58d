"""What can go wrong with an answer. Each has send(handler, found): `found` is (content type, body) or None."""
import socket
import struct


class Good:
    def send(self, handler, found):
        handler.send_found(found)


class Status(Good):
    """An HTTP status without the answer."""

    def __init__(self, status, headers=None):
        self.status, self.headers = status, headers

    def send(self, handler, found):
        handler.send_whole(self.status, "text/plain", b"no", self.headers)


class Body(Good):
    """Other bytes, perhaps of another type."""

    def __init__(self, body, kind=None):
        self.body, self.kind = body, kind

    def send(self, handler, found):
        handler.send_whole(200, self.kind or found[0], self.body)


class Truncated(Good):
    """The length is the true one, the connection ends after half of it."""

    def send(self, handler, found):
        handler.send_whole(200, found[0], found[1][:len(found[1]) // 2], length=len(found[1]))
        handler.close_connection = True


class Reset(Good):
    """TCP RST after a part of the answer."""

    def __init__(self, after=0):
        self.after = after

    def send(self, handler, found):
        if self.after:
            handler.send_whole(200, found[0], found[1][:self.after], length=len(found[1]))
            handler.wfile.flush()
        handler.close_connection = True
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()


class SlowLoris(Good):
    """A byte now and then, for ever."""

    def send(self, handler, found):
        handler.send_whole(200, found[0], b"", length=len(found[1]))
        for byte in found[1]:
            if handler.index.closing.wait(1.0):
                break
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
        handler.close_connection = True


class Endless(Good):
    """No length, no end."""

    def send(self, handler, found):
        handler.send_response(200)
        handler.send_header("Content-Type", found[0])
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        block = b" " * (1 << 20)
        while not handler.index.closing.is_set():
            handler.wfile.write(block)


class WrongContentRange(Good):
    """A 206 with other bytes than those asked for: from `start`, and only 64. Whole answers stay true."""

    def __init__(self, start):
        self.start = start

    def send(self, handler, found):
        if "Range" not in handler.headers:
            return handler.send_found(found)
        part = found[1][self.start:self.start + 64]
        handler.send_whole(206, found[0], part, {"Content-Range": f"bytes {self.start}-{self.start + len(part) - 1}/{len(found[1])}"})


class Redirect(Good):
    def __init__(self, to):
        self.to = to

    def send(self, handler, found):
        handler.send_whole(302, "text/plain", b"", {"Location": self.to})

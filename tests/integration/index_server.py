"""A package index on loopback (PEP 503, 691, 658) whose answers a test can spoil.

    with IndexServer() as index:
        index.add(wheel("demo", "1.0"))
        index.spoil("/demo/", Status(500), times=1)
        shared("lock", cwd=folder, ENVTOOL_INDEX_URL=index.url)

Every server has a path of its own, so that an answer cached from one is never taken for another's.
"""
import hashlib
import html
import http.server
import json
import re
import ssl
import threading
import uuid

from faults import Good

JSON_TYPE = "application/vnd.pypi.simple.v1+json"


class File:
    """A file of a project: its bytes, and what the page says about them (by default the truth)."""

    def __init__(self, made, sha256=None, size=None, requires_python=None, metadata_sha256=None):
        self.name, self.body, self.metadata = made.file_name, made.body, made.metadata
        self.sha256 = sha256 or hashlib.sha256(self.body).hexdigest()
        self.size = len(self.body) if size is None else size
        self.requires_python = requires_python
        self.metadata_sha256 = metadata_sha256
        self.project = re.sub(r"[-_.]+", "-", made.name).lower()

    def entry(self, url, with_metadata):
        out = {"filename": self.name, "url": url, "hashes": {"sha256": self.sha256}, "size": self.size, "yanked": False,
               "upload-time": "2024-01-01T00:00:00Z"}
        if self.requires_python:
            out["requires-python"] = self.requires_python
        if with_metadata and self.metadata is not None:
            out["core-metadata"] = {"sha256": self.metadata_sha256 or hashlib.sha256(self.metadata).hexdigest()}
        return out


class IndexServer:
    """Serves from a thread until the `with` block ends."""

    def __init__(self, tls=None, json_pages=True, metadata_files=True, ranges=True, login=None):
        self.files, self.spoilt, self.requests = [], [], []
        self.json_pages, self.metadata_files, self.ranges, self.login = json_pages, metadata_files, ranges, login
        self.root = f"/{uuid.uuid4().hex[:12]}"
        self.closing = threading.Event()  # faults that dawdle wait on it, so that a test's end is never late
        self.lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"index": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        scheme = "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            scheme = "https"
        self.address = f"{scheme}://127.0.0.1:{self.server.server_address[1]}"
        self.url = f"{self.address}{self.root}/simple"

    def add(self, made, **said):
        self.files.append(File(made, **said))
        return self

    def spoil(self, path, fault, times=None):
        """Requests whose path matches get `fault`; after `times` of them the truth again."""
        self.spoilt.append([re.compile(path), fault, times])
        return self

    def heal(self):
        self.spoilt.clear()

    def asked(self, path):
        return [line for line in self.requests if re.search(path, line)]

    def fault_for(self, path):
        with self.lock:
            for rule in self.spoilt:
                if rule[0].search(path) and (rule[2] is None or rule[2] > 0):
                    rule[2] = rule[2] and rule[2] - 1
                    return rule[1]
        return Good()

    def page(self, project):
        files = [file for file in self.files if file.project == project]
        if not files:
            return None
        at = {file.name: f"{self.root}/files/{file.name}" for file in files}
        if self.json_pages:
            entries = [file.entry(at[file.name], self.metadata_files) for file in files]
            return JSON_TYPE, json.dumps({"meta": {"api-version": "1.1"}, "name": project, "files": entries}).encode()
        lines = []
        for file in files:
            requires = f' data-requires-python="{html.escape(file.requires_python)}"' if file.requires_python else ""
            lines.append(f'<a href="../../files/{file.name}#sha256={file.sha256}"{requires}>{file.name}</a><br/>')
        return "text/html", ("<!DOCTYPE html><html><body>" + "\n".join(lines) + "</body></html>").encode()

    def answer(self, path):
        """Out: content type and body, or None."""
        if path.startswith(f"{self.root}/simple/"):
            return self.page(path.removeprefix(f"{self.root}/simple/").strip("/"))
        name = path.removeprefix(f"{self.root}/files/")
        for file in self.files:
            if name == file.name:
                return "application/octet-stream", file.body
            if name == file.name + ".metadata" and self.metadata_files and file.metadata is not None:
                return "application/octet-stream", file.metadata
        return None

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    index = None

    def do_GET(self):
        self.index.requests.append(f"{self.path} {self.headers.get('Range', '')}".strip())
        if self.index.login and self.headers.get("Authorization") != self.index.login:
            return self.send_whole(401, "text/plain", b"who are you?")
        found = self.index.answer(self.path)
        self.index.fault_for(self.path).send(self, found)

    def send_found(self, found):
        """The truth, in the range that was asked for."""
        if found is None:
            return self.send_whole(404, "text/plain", b"not here")
        kind, body = found
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not (asked and self.index.ranges):
            return self.send_whole(200, kind, body)
        first, last = int(asked[1]), min(int(asked[2] or len(body)), len(body) - 1)
        self.send_whole(206, kind, body[first:last + 1], {"Content-Range": f"bytes {first}-{last}/{len(body)}"})

    def send_whole(self, status, kind, body, headers=None, length=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()[:16]}"' if status == 200 else '""')
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def handle(self):
        try:
            super().handle()
        except OSError:  # a client that has had enough is no event here (ssl.SSLError is an OSError)
            pass

    def log_message(self, *_):
        pass

"""The distribution's archive with faults: an HTTP proxy on loopback that spoils chosen answers of the real one.

Archives are read over plain http (their signatures are what is trusted), so a proxy can do what any network on the way can.
"""
import http.client
import http.server
import re
import threading
import urllib.parse


class ArchiveProxy:
    """with ArchiveProxy() as proxy: proxy.spoil("InRelease", lambda body: …); tool("lock", **proxy.variables)"""

    def __init__(self):
        self.rules, self.requests = [], []
        handler = type("Handler", (_Handler,), {"proxy": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.variables = {"http_proxy": f"http://127.0.0.1:{self.server.server_address[1]}", "no_proxy": "127.0.0.1"}

    def spoil(self, path, change):
        """`change` gets (status, body) and gives what is sent instead."""
        self.rules.append((re.compile(path), change))

    def heal(self):
        self.rules.clear()

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy = None

    def do_GET(self):
        self.proxy.requests.append(self.path)
        url = urllib.parse.urlsplit(self.path)
        upstream = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=60)
        rules = [change for path, change in self.proxy.rules if path.search(self.path)]
        # A validator would get a 304 from upstream, which has no body to spoil.
        drop = {"host", "proxy-connection", "connection", "accept-encoding"} | ({"if-none-match", "if-modified-since", "range"} if rules else set())
        upstream.request("GET", url.path, headers={k: v for k, v in self.headers.items() if k.lower() not in drop})
        answer = upstream.getresponse()
        status, body = answer.status, answer.read()
        for change in rules:
            status, body = change(status, body)
        self.send_response(status)
        for name in ("Content-Type", "Content-Range", "Last-Modified", "ETag"):
            if answer.getheader(name) and not rules:
                self.send_header(name, answer.getheader(name))
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 304:
            self.wfile.write(body)
        upstream.close()

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass

    def log_message(self, *_):
        pass

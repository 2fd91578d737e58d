#!/usr/bin/env python3
"""Serves packse scenario files as a package index (PEP 691, or 503 with --html), made in memory.

    serve.py SCENARIO_DIR [--port 0] [--core-metadata] [--no-range] [--html]

The index of one scenario is http://127.0.0.1:<port>/<scenario-name>/simple/; the port is printed. Requests of a
scenario: /<scenario-name>/_log (a JSON list of [method, path, range]; asking clears it).
"""
import argparse, base64, hashlib, io, json, re, sys, tarfile, tomllib, gzip
from urllib.parse import unquote
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
import zipfile

UP = "2024-03-24T00:00:00Z"
norm = lambda n: re.sub(r"[-_.]+", "-", n).lower()

def metadata(name, ver, m):
    rp = m.get("requires_python", ">=3.12")
    out = ["Metadata-Version: 2.3", f"Name: {name}", f"Version: {ver}"]
    if rp: out.append(f"Requires-Python: {rp}")
    out += [f"Requires-Dist: {r}" for r in m.get("requires", [])]
    for x, reqs in m.get("extras", {}).items():
        out.append(f"Provides-Extra: {x}")
        for r in reqs:
            if ";" in r:
                a, b = r.split(";", 1); out.append(f"Requires-Dist: {a.strip()} ; ({b.strip()}) and extra == '{x}'")
            else:
                out.append(f"Requires-Dist: {r} ; extra == '{x}'")
    return "\n".join(out) + "\n\n"

def wheel(name, ver, m, tag):
    mod = norm(name).replace("-", "_"); di = f"{mod}-{ver}.dist-info"
    ents = [(f"{mod}/__init__.py", f'__version__ = "{ver}"\n'), (f"{di}/METADATA", metadata(name, ver, m)),
            (f"{di}/WHEEL", f"Wheel-Version: 1.0\nGenerator: packse_serve\nRoot-Is-Purelib: true\nTag: {tag}\n")]
    rec = "".join(f"{p},sha256={base64.urlsafe_b64encode(hashlib.sha256(c.encode()).digest()).rstrip(b'=').decode()},{len(c.encode())}\n" for p, c in ents) + f"{di}/RECORD,,\n"
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w") as z:
        for p, c in ents + [(f"{di}/RECORD", rec)]:
            z.writestr(zipfile.ZipInfo(p, (1980, 1, 1, 0, 0, 0)), c)
    return f"{mod}-{ver}-{tag}.whl", b.getvalue()

def sdist(name, ver, m):
    mod = norm(name).replace("-", "_"); base = f"{mod}-{ver}"
    pp = f'[build-system]\nrequires=["hatchling"]\nbuild-backend="hatchling.build"\n[project]\nname="{name}"\nversion="{ver}"\n'
    if m.get("requires_python", ">=3.12"): pp += f'requires-python="{m.get("requires_python", ">=3.12")}"\n'
    pp += "dependencies=" + json.dumps(m.get("requires", [])) + "\n[project.optional-dependencies]\n"
    pp += "".join(f"{json.dumps(k)}={json.dumps(v)}\n" for k, v in m.get("extras", {}).items())
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as t:
        for p, c in ((f"{base}/PKG-INFO", metadata(name, ver, m)), (f"{base}/pyproject.toml", pp), (f"{base}/src/{mod}/__init__.py", "")):
            ti = tarfile.TarInfo(p); ti.size = len(c.encode()); t.addfile(ti, io.BytesIO(c.encode()))
    return f"{base}.tar.gz", gzip.compress(raw.getvalue(), mtime=0)

class Scenario:
    def __init__(s, path):
        s.path = path; s.d = tomllib.loads(path.read_text()); s.name = s.d["name"]; s.idx = {}; s.files = {}; s.meta = {}; s.log = []
        for pkg, p in s.d.get("packages", {}).items():
            rows = []
            for ver, m in p.get("versions", {}).items():
                made = []
                if m.get("wheel", True):
                    made += [wheel(pkg, ver, m, t) for t in (m.get("wheel_tags") or ["py3-none-any"])]
                if m.get("sdist", True): made.append(sdist(pkg, ver, m))
                for fn, data in made:
                    s.files[fn] = data
                    md = metadata(pkg, ver, m).encode(); s.meta[fn] = md
                    r = {"filename": fn, "url": f"../../files/{fn}", "hashes": {"sha256": hashlib.sha256(data).hexdigest()}, "size": len(data),
                         "upload-time": UP, "yanked": m.get("yanked", False)}
                    if m.get("requires_python", ">=3.12"): r["requires-python"] = m.get("requires_python", ">=3.12")
                    if fn.endswith(".whl"): r["_md"] = hashlib.sha256(md).hexdigest()
                    rows.append(r)
            s.idx[norm(pkg)] = rows

def load(d):
    out = {}
    for p in sorted(Path(d).rglob("*.toml")):
        if "examples" in p.parts: continue
        try: sc = Scenario(p)
        except Exception as e: print(f"skip {p}: {e}", file=sys.stderr); continue
        out[sc.name] = sc
    return out

def make_handler(scs, a):
    class H(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def log_message(self, *x): pass
        def send(self, code, body, ct, extra=()):
            self.send_response(code); self.send_header("Content-Type", ct); self.send_header("Content-Length", str(len(body)))
            for k, v in extra: self.send_header(k, v)
            self.end_headers()
            if self.command != "HEAD": self.wfile.write(body)
        def do_HEAD(self): self.do_GET()
        def do_GET(self):
            parts = unquote(self.path.split("?")[0]).strip("/").split("/"); sc = scs.get(parts[0])
            if not sc: return self.send(404, b"no scenario", "text/plain")
            if parts[1:] == ["_log"]:
                b = json.dumps(sc.log).encode(); sc.log = []; return self.send(200, b, "application/json")
            sc.log.append([self.command, self.path, self.headers.get("Range")])
            if len(parts) == 3 and parts[1] == "simple":
                rows = sc.idx.get(norm(parts[2]))
                if rows is None: return self.send(404, b"not found", "text/plain")
                if a.html:
                    b = "<!DOCTYPE html><html><body>" + "".join(f'<a href="{r["url"]}#sha256={r["hashes"]["sha256"]}"' + (f' data-requires-python="{r["requires-python"].replace(">","&gt;").replace("<","&lt;")}"' if "requires-python" in r else "") + (' data-yanked=""' if r["yanked"] else "") + f'>{r["filename"]}</a>\n' for r in rows) + "</body></html>"
                    return self.send(200, b.encode(), "text/html")
                fs = [{**{k: v for k, v in r.items() if k != "_md"}, **({"core-metadata": {"sha256": r["_md"]}} if a.core_metadata and "_md" in r else {})} for r in rows]
                return self.send(200, json.dumps({"meta": {"api-version": "1.1"}, "name": norm(parts[2]), "versions": sorted({r["filename"].split("-")[1].removesuffix(".tar.gz") for r in rows}), "files": fs}).encode(), "application/vnd.pypi.simple.v1+json")
            if len(parts) == 3 and parts[1] == "files":
                fn = parts[2]
                if fn.endswith(".metadata"):
                    md = sc.meta.get(fn[:-9])
                    return self.send(200, md, "text/plain") if md and a.core_metadata else self.send(404, b"", "text/plain")
                data = sc.files.get(fn)
                if data is None: return self.send(404, b"", "text/plain")
                rg = self.headers.get("Range"); ar = () if a.no_range else (("Accept-Ranges", "bytes"),)
                if rg and not a.no_range:
                    m = re.fullmatch(r"bytes=(\d*)-(\d*)", rg)
                    if m:
                        lo, hi = m.groups(); n = len(data)
                        if lo == "": lo, hi = max(0, n - int(hi)), n - 1
                        else: lo, hi = int(lo), min(int(hi) if hi else n - 1, n - 1)
                        if lo >= n: return self.send(416, b"", "text/plain", (("Content-Range", f"bytes */{n}"),))
                        return self.send(206, data[lo:hi + 1], "application/octet-stream", ar + (("Content-Range", f"bytes {lo}-{hi}/{n}"),))
                return self.send(200, data, "application/octet-stream", ar)
            self.send(404, b"", "text/plain")
    return H

if __name__ == "__main__":
    ap = argparse.ArgumentParser(); ap.add_argument("dir"); ap.add_argument("--port", type=int, default=0)
    for f in ("--core-metadata", "--no-range", "--html"): ap.add_argument(f, action="store_true")
    a = ap.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", a.port), make_handler(load(a.dir), a))
    print(server.server_address[1], flush=True)
    server.serve_forever()

"""Wheels and source distributions made in memory, good ones and hostile ones.

Each holds something random, so that a store never has it already.
"""
import base64
import hashlib
import io
import stat
import tarfile
import uuid
import zipfile


class Made:
    def __init__(self, name, version, file_name, body, metadata=None):
        self.name, self.version, self.file_name, self.body, self.metadata = name, version, file_name, body, metadata


def metadata_of(name, version, requires=(), extra=""):
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", f"Summary: {uuid.uuid4()}"]
    return ("\n".join(lines + [f"Requires-Dist: {one}" for one in requires]) + "\n" + extra + "\n").encode()


def record_hash(body):
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()


def wheel(name="demo", version="1.0", files=None, requires=(), tag="py3-none-any", metadata=None, record=None, symlinks=None,
          deflate=True):
    """In: files {path: bytes}; record {path: line or None} replaces or drops lines of RECORD; symlinks {path: target}."""
    info = f"{name}-{version}.dist-info"
    metadata = metadata_of(name, version, requires) if metadata is None else metadata
    members = dict(files if files is not None else {f"{name}/__init__.py": f"version = {version!r}\n".encode()})
    members[f"{info}/METADATA"] = metadata
    members[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()
    lines = {path: f"{path},{record_hash(body)},{len(body)}" for path, body in members.items()}
    for path, target in (symlinks or {}).items():
        lines[path] = f"{path},{record_hash(target.encode())},{len(target)}"
    lines[f"{info}/RECORD"] = f"{info}/RECORD,,"
    lines.update(record or {})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED) as archive:
        for path, body in members.items():
            archive.writestr(path, body)
        for path, target in (symlinks or {}).items():
            link = zipfile.ZipInfo(path)
            link.create_system = 3
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(link, target)
        archive.writestr(f"{info}/RECORD", "\n".join(line for line in lines.values() if line is not None) + "\n")
    return Made(name, version, f"{name}-{version}-{tag}.whl", out.getvalue(), metadata)


BACKEND = '''
import base64, hashlib, os, zipfile
def _metadata(name, version):
    return f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n"
def build_wheel(folder, config_settings=None, metadata_directory=None):
    import project
    name, version = project.NAME, project.VERSION
    info = f"{name}-{version}.dist-info"
    files = {f"{name}.py": open("module.py").read(), f"{info}/METADATA": _metadata(name, version),
             f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"}
    rows = [f"{p},sha256={base64.urlsafe_b64encode(hashlib.sha256(t.encode()).digest()).rstrip(b'=').decode()},{len(t.encode())}"
            for p, t in files.items()]
    files[f"{info}/RECORD"] = "\\n".join(rows + [f"{info}/RECORD,,"]) + "\\n"
    file = f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, file), "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0)), text)
    return file
'''


def sdist(name="demo", version="1.0", module=b"made = 'from source'\n", backend=BACKEND, requires="[]"):
    """A source distribution with a PEP 517 backend of its own (PEP 518 backend-path), so that building needs no index."""
    files = {"PKG-INFO": metadata_of(name, version), "module.py": module,
             "backend/own_backend.py": backend.encode(), "backend/project.py": f"NAME, VERSION = {name!r}, {version!r}\n".encode(),
             "pyproject.toml": f'[build-system]\nrequires = {requires}\nbuild-backend = "own_backend"\nbackend-path = ["backend"]\n'
                               f'[project]\nname = "{name}"\nversion = "{version}"\n'.encode()}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, body in files.items():
            member = tarfile.TarInfo(f"{name}-{version}/{path}")
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return Made(name, version, f"{name}-{version}.tar.gz", out.getvalue())


def bomb(megabytes):
    """A wheel of a few hundred kB that unpacks to `megabytes` of zeros."""
    return wheel(files={"demo/__init__.py": b"", "demo/zeros": bytes(megabytes << 20)})

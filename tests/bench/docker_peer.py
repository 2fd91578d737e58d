"""The peer for building: Debian's docker.io (BuildKit) with a daemon and data of its own, and mmdebstrap for the base.

Needs root. The daemon touches neither iptables nor bridges: builds and runs use the host's network.
"""
import contextlib
import os
import pathlib
import shutil
import subprocess
import time

import bench

DOCKER = "/usr/bin/docker"
BASE_PACKAGES = "python3,python3-venv,python3-pip,ca-certificates"


def install():
    """What is missing, from Debian."""
    wanted = {"docker.io": "/usr/sbin/dockerd", "mmdebstrap": "/usr/bin/mmdebstrap"}
    missing = [package for package, path in wanted.items() if not os.path.exists(path)]
    if os.geteuid() != 0:
        raise SystemExit("this bench starts a Docker daemon of its own: run it as root")
    if missing:
        subprocess.run(["apt-get", "update", "-q"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["apt-get", "install", "-yq", "--no-install-recommends", *missing], check=True,
                       stdout=subprocess.DEVNULL, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})


class Docker:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.env = os.environ | {"DOCKER_HOST": f"unix://{folder}/sock", "DOCKER_BUILDKIT": "1", "BUILDKIT_PROGRESS": "plain"}

    def __call__(self, *words, cwd=None, check=True) -> bench.Sample:
        return bench.run([DOCKER, *words], cwd=cwd, env=self.env, check=check)

    def make_base(self, tag="base") -> bench.Sample:
        """mmdebstrap of bookworm with Python and pip, then `docker import`."""
        tar = self.folder / "base.tar"
        tar.unlink(missing_ok=True)
        hook = f'mkdir -p "$1/etc/ssl/certs" && cp {bench.CA} "$1/etc/ssl/certs/ca-certificates.crt"'
        made = bench.run(["mmdebstrap", "--quiet", "--variant=minbase", f"--include={BASE_PACKAGES}", f"--customize-hook={hook}",
                          "bookworm", tar])
        return bench.together(made, self("import", tar, tag))

    def forget_builds(self):
        """Images and all build cache, cache mounts too; the base stays."""
        self("builder", "prune", "-af")
        images = self("images", "-q", "--filter", "reference=env").out.split()
        if images:
            self("rmi", "-f", *images)

    def forget_all(self):
        self.forget_builds()
        images = self("images", "-aq").out.split()
        if images:
            self("rmi", "-f", *set(images))

    def build(self, context, *words) -> bench.Sample:
        return self("build", "-q", "--network", "host", "-t", "env", *words, ".", cwd=context)

    def run_python(self, code) -> bench.Sample:
        return self("run", "--rm", "--network", "host", "env", "/opt/env/bin/python", "-c", code)


@contextlib.contextmanager
def daemon(name="docker"):
    """A running Docker, ended by its pid."""
    install()
    folder = bench.scratch(name)
    folder.mkdir(exist_ok=True)
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            ["/usr/sbin/dockerd", "--data-root", folder / "data", "--exec-root", folder / "exec", "--pidfile", folder / "pid",
             "--host", f"unix://{folder}/sock", "--iptables=false", "--ip6tables=false", "--bridge=none",
             "--storage-driver=overlay2", "--log-level=error"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    docker = Docker(folder)
    try:
        for _ in range(150):
            if subprocess.run([DOCKER, "version"], env=docker.env, capture_output=True).returncode == 0:
                break
            if process.poll() is not None:
                raise SystemExit("dockerd ended:\n" + (folder / "log").read_text()[-3000:])
            time.sleep(0.2)
        else:
            raise SystemExit("dockerd does not answer:\n" + (folder / "log").read_text()[-3000:])
        yield docker
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        if process.poll() is None:
            process.kill()
        # dockerd leaves its network namespace mounted, and a folder with a mount in it cannot be removed.
        for mount in (folder / "exec" / "netns").glob("*"):
            subprocess.run(["umount", mount], stderr=subprocess.DEVNULL)


def write_context(folder: pathlib.Path, installer: str, requirements: str) -> pathlib.Path:
    """A Dockerfile as people write it today.

    installer     "pip", "uv", or "uv-cache" (BuildKit cache mount for uv's cache)
    requirements  text of requirements.txt; with hashes, as a lock has them
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "requirements.txt").write_text(requirements)
    hashed = "--require-hashes" if "--hash=" in requirements else ""
    lines = ["FROM base", "ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PIP_CERT=/etc/ssl/certs/ca-certificates.crt"]
    if installer == "pip":
        lines += ["RUN python3 -m venv /opt/env", "COPY requirements.txt .",
                  f"RUN /opt/env/bin/pip install -q --no-cache-dir {hashed} -r requirements.txt"]
    else:
        shutil.copy2(bench.uv().resolve(), folder / "uv")
        mount = "--mount=type=cache,target=/root/.cache/uv" if installer == "uv-cache" else ""
        cache = "" if installer == "uv-cache" else "--no-cache"
        lines += ["COPY uv /usr/local/bin/uv", "ENV UV_LINK_MODE=copy", "RUN uv venv -q --python /usr/bin/python3 /opt/env",
                  "COPY requirements.txt .",
                  f"RUN {mount} uv pip install -q {cache} --python /opt/env/bin/python {hashed} -r requirements.txt"]
    (folder / "Dockerfile").write_text("\n".join(lines) + "\n")
    return folder


def pinned(packages) -> str:
    """requirements.txt with versions and hashes, made by uv, for Debian 12's Python."""
    folder = bench.scratch("pinned")
    folder.mkdir(exist_ok=True)
    (folder / "in.txt").write_text("\n".join(packages) + "\n")
    bench.run([bench.uv(), "pip", "compile", "-q", "--no-python-downloads", "--python-version", "3.11", "--python-platform",
               "x86_64-manylinux_2_36", "--generate-hashes", "--no-annotate", "--no-header", "in.txt", "-o", "out.txt"],
              cwd=folder, env=bench.uv_env(folder / "cache"))
    return (folder / "out.txt").read_text()

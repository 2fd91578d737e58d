"""Every base that one line of env.yaml can name: locked, built, and its Python runs."""
import difflib
import json
import re
import shutil
import subprocess

import pytest
from conftest import Envtool, write

pytestmark = pytest.mark.slow

BASES = [("3.9", "debian", "bullseye"), ("3.10", "ubuntu", "jammy"), ("3.11", "debian", "bookworm"), ("3.12", "ubuntu", "noble"),
         ("3.13", "debian", "trixie"), ("3.14", "ubuntu", "resolute")]


@pytest.mark.parametrize("python, distribution, suite", BASES, ids=[base[2] for base in BASES])
def test_each_release_gives_its_own_python(fresh, tmp_path, python, distribution, suite):
    folder = write(tmp_path / "base", env__yaml=f'python: "{python}"\npackages: [six]\nplatforms: [linux/amd64]\n')
    code = "import six, ssl, sqlite3, ctypes, lzma, venv, sys; print('%d.%d' % sys.version_info[:2])"
    done = fresh("run", "--", "python", "-c", code, cwd=folder, check=0, timeout=600)
    assert done.stdout == python + "\n"
    assert f"suite: {suite}" in (folder / "env.lock").read_text()
    states = fresh("run", "--", "dpkg-query", "-W", "-f", "${db:Status-Abbrev}\n", cwd=folder, check=0).stdout.split()
    assert set(states) == {"ii"}
    by_name = write(tmp_path / "named", env__yaml=f"base: {{{distribution}: {suite}}}\npackages: [six]\nplatforms: [linux/amd64]\n")
    assert fresh("build", cwd=by_name, check=0).stdout == fresh("build", cwd=folder, check=0).stdout


def test_both_platforms_are_locked_from_either_machine(fresh, tmp_path):
    folder = write(tmp_path / "both", env__yaml="python: '3.11'\npackages: [numpy]\n")
    fresh("lock", cwd=folder, check=0)
    text = (folder / "env.lock").read_text()
    assert "_amd64.deb" in text and "_arm64.deb" in text
    versions = re.findall(r'name: numpy, version: "([^"]+)"', text)
    assert len(versions) == 2 and versions[0] == versions[1]
    assert re.search(r"numpy-.*manylinux.*x86_64\.whl", text) and re.search(r"numpy-.*manylinux.*aarch64\.whl", text)


@pytest.fixture
def layout(fresh, tmp_path):
    """An OCI layout made of a built environment's files: what skopeo and umoci would leave."""
    umoci = shutil.which("umoci")
    if not umoci:
        pytest.skip("umoci is not installed")
    donor = write(tmp_path / "donor", env__yaml='python: "3.11"\npackages: []\nplatforms: [linux/amd64]\n')
    fresh("run", "--", "sh", "-c", "cd / && tar cf /workspace/root.tar --exclude=./workspace --exclude=./proc --exclude=./sys "
          "--exclude=./dev --exclude=./home --exclude=./run --exclude=./opt/venv . 2>/dev/null; true", cwd=donor, check=0)
    image = tmp_path / "project" / "image"
    image.parent.mkdir()
    subprocess.run(["umoci", "init", "--layout", image], check=True)
    subprocess.run(["umoci", "new", "--image", f"{image}:base"], check=True)
    subprocess.run(["umoci", "raw", "add-layer", "--image", f"{image}:base", donor / "root.tar"], check=True)
    subprocess.run(["umoci", "config", "--image", f"{image}:base", "--config.env", "FROM_BASE=yes"], check=True)
    return image


def test_an_oci_layout_is_a_base(fresh, layout):
    project = write(layout.parent, env__yaml="base: {oci: ./image}\npackages: [six]\nplatforms: [linux/amd64]\n")
    done = fresh("run", "--", "python", "-c", "import six, sys; print(sys.version_info[:2])", cwd=project, check=0)
    assert done.stdout == "(3, 11)\n"
    text = (project / "env.lock").read_text()
    index = json.loads((layout / "index.json").read_text())
    assert index["manifests"][0]["digest"] in text


def test_the_variables_of_an_oci_base_are_set(fresh, layout):
    project = write(layout.parent, env__yaml="base: {oci: ./image}\npackages: [six]\nplatforms: [linux/amd64]\n"
                    "setup: ['echo \"$FROM_BASE\" > /seen-by-setup']\n")
    shown = fresh("run", "--", "sh", "-c", "echo $FROM_BASE $(cat /seen-by-setup)", cwd=project, check=0).stdout
    assert shown == "yes yes\n"
    assert "env: [FROM_BASE=yes]" in (project / "env.lock").read_text()


def test_an_oci_archive_is_the_same_base(fresh, layout):
    subprocess.run(["tar", "-C", layout, "-cf", layout.parent / "image.tar", "."], check=True)
    one = write(layout.parent, env__yaml="base: {oci: ./image}\npackages: [six]\nplatforms: [linux/amd64]\n")
    first = fresh("build", cwd=one, check=0).stdout
    before = (one / "env.lock").read_text()
    write(one, env__yaml="base: {oci: ./image.tar}\npackages: [six]\nplatforms: [linux/amd64]\n")
    second = fresh("build", cwd=one, check=0).stdout
    assert second == first, "\n".join(difflib.unified_diff(before.splitlines(), (one / "env.lock").read_text().splitlines(), lineterm="", n=0))


def test_a_damaged_blob_of_a_layout_is_fatal(fresh, layout):
    project = write(layout.parent, env__yaml="base: {oci: ./image}\npackages: [six]\nplatforms: [linux/amd64]\n")
    fresh("lock", cwd=project, check=0)
    blob = max((layout / "blobs/sha256").iterdir(), key=lambda path: path.stat().st_size)
    body = bytearray(blob.read_bytes())
    body[len(body) // 2] ^= 1
    blob.write_bytes(body)
    done = Envtool(layout.parent.parent / "other-home")("build", cwd=project)
    assert done.returncode == 1
    assert blob.name[:12] in done.stderr or "digest" in done.stderr, done.stderr

"""Packages without wheels: built when the lock is made, and built again, to the same bytes, wherever the store is empty."""
import os
import re
import subprocess

import pytest
from conftest import Envtool, copy_project, write

pytestmark = pytest.mark.slow

PROJECT = """
    [build-system]
    requires = ["setuptools>=61"]
    build-backend = "setuptools.build_meta"
    [project]
    name = "my-lib"
    dynamic = ["version"]
    dependencies = ["six"]
    [tool.setuptools]
    py-modules = ["my_lib"]
    [tool.setuptools.dynamic]
    version = {attr = "my_lib.__version__"}
"""


def git(folder, *args):
    names = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    return subprocess.run(["git", "-C", folder, *names, *args], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path):
    """A repository whose project is in the folder "py", at tag v1.2; main has moved on."""
    folder = tmp_path / "origin"
    write(folder / "py", pyproject__toml=PROJECT, my_lib__py='__version__ = "1.2"\n')
    git(tmp_path, "init", "-qb", "main", folder)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    git(folder, "tag", "v1.2")
    write(folder / "py", my_lib__py='__version__ = "9"\n')
    git(folder, "commit", "-qam", "two")
    return folder


def project(folder, *packages):
    lines = ["name: sources", 'python: "3.11"', "platforms: [linux/amd64]", "packages:", *(f'  - "{p}"' for p in packages)]
    folder.mkdir()
    (folder / "env.yaml").write_text("\n".join(lines) + "\n")
    return folder


def image_id(folder):
    return re.search(r"image: (sha256:[0-9a-f]{64})", (folder / "env.lock").read_text()).group(1)


def build_elsewhere(folder, tmp_path, **variables):
    """The lock, without its image ID, on a machine that has nothing, under another umask."""
    other = copy_project(folder, tmp_path / "other")
    lock = other / "env.lock"
    lock.write_text(re.sub(r"(?m)^ *image: .*\n", "", lock.read_text()))
    before = os.umask(0o077)
    try:
        done = Envtool(tmp_path / "empty")("build", cwd=other, check=0, **variables)
    finally:
        os.umask(before)
    assert "as env.lock pins it" in done.stderr
    return image_id(other)


def test_a_source_distribution_is_built_again_to_the_same_image(shared, tmp_path):
    folder = project(tmp_path / "teacher", "docopt==0.6.2")
    shared("build", cwd=folder, check=0)
    assert "sdist: {" in (folder / "env.lock").read_text()
    assert build_elsewhere(folder, tmp_path, TZ="Pacific/Auckland") == image_id(folder)


def test_a_commit_is_built_again_to_the_same_image(shared, repository, tmp_path):
    folder = project(tmp_path / "teacher", f"my-lib @ git+file://{repository}@v1.2#subdirectory=py")
    shared("build", cwd=folder, check=0)
    assert git(repository, "rev-parse", "v1.2") in (folder / "env.lock").read_text()
    git(repository, "tag", "-f", "v1.2", "main")
    assert build_elsewhere(folder, tmp_path) == image_id(folder)
    done = shared("run", "--", "python", "-c", "import my_lib, six; print(my_lib.__version__)", cwd=folder, check=0)
    assert done.stdout.strip() == "1.2"


def test_a_wheel_that_comes_out_different_is_not_used(shared, tmp_path):
    folder = project(tmp_path / "teacher", "docopt==0.6.2")
    shared("lock", cwd=folder, check=0)
    lock = folder / "env.lock"
    lock.write_text(re.sub(r"(wheel: \{digest: sha256:)[0-9a-f]{64}", r"\g<1>" + "1" * 64, lock.read_text()))
    done = shared("build", cwd=folder)
    assert done.returncode == 1
    assert "docopt 0.6.2" in done.stderr and "1" * 64 in done.stderr and "--upgrade-package docopt" in done.stderr
    assert done.stdout == ""

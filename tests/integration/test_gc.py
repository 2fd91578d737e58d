"""`env gc`: what no project uses goes, what is damaged is found, removed and made anew.

`built` is there in every test so that the base always has a project, and none of them has to build it again.
"""
import json
import os
import shutil

import pytest
from conftest import SMALL, copy_project, write
from index_server import IndexServer
from packages import wheel


@pytest.fixture
def project(shared, built, tmp_path):
    """A built project whose package nobody else has."""
    with IndexServer() as index:
        index.add(wheel(files={"demo/__init__.py": b"value = 'right'\n", "demo/data": os.urandom(300_000)}, deflate=False))
        folder = write(tmp_path / "demo", env__yaml=SMALL.replace("[six, packaging]", "[demo]").replace("small", "demo"))
        shared("build", cwd=folder, check=0, ENVTOOL_INDEX_URL=index.url)
        yield folder


def ours(tool, name="__init__.py"):
    """The package's file in the store, by the names it has there."""
    return [path for path in (tool.home / "store").rglob(f"demo/{name}") if b"'right'" in path.read_bytes() or name != "__init__.py"]


def imported(tool, project):
    return tool("run", "--", "python", "-c", "import demo; print(demo.value)", cwd=project, check=0).stdout


def test_a_project_that_is_gone_gives_its_space_back(shared, project):
    assert ours(shared)
    size = json.loads(shared("gc", "--dry-run", "--json", cwd=project, check=0).stdout)["freed_bytes"]
    shutil.rmtree(project)
    would = json.loads(shared("gc", "--dry-run", "--json", cwd=project.parent, check=0).stdout)
    assert would["freed_bytes"] >= size + 300_000
    assert ours(shared)
    done = json.loads(shared("gc", "--json", cwd=project.parent, check=0).stdout)
    assert done["freed_bytes"] >= 300_000
    assert not ours(shared)


def test_gc_leaves_what_projects_use(shared, built, project):
    shared("gc", cwd=project, check=0)
    assert imported(shared, project) == "right\n"
    shared("run", "--", "python", "-c", "import six", cwd=built, check=0)


def test_gc_leaves_what_runs(shared, project):
    shared("up", "--detach", cwd=project, check=0)
    try:
        shared("gc", "--keep", "1B", cwd=project, check=0)
        assert shared("exec", "--", "python", "-c", "import demo; print(demo.value)", cwd=project, check=0).stdout == "right\n"
    finally:
        shared("down", cwd=project)


def test_a_damaged_file_is_reported_removed_and_healed_by_the_next_build(shared, built, project):
    assert imported(shared, project) == "right\n"
    file = ours(shared)[0]
    mode = file.stat().st_mode
    file.chmod(0o644)
    file.write_bytes(b"value = 'wrong'\n")
    file.chmod(mode)
    done = shared("gc", "--verify", cwd=project)
    assert done.returncode == 1, done.stderr
    assert "layer sha256:" in done.stderr and "changed" in done.stderr
    assert not list((shared.home / "store").rglob("demo/data"))
    assert imported(shared, project) == "right\n"  # its wheel's index is gone by then: the download was kept
    shared("gc", "--verify", cwd=project, check=0)
    shared("run", "--", "python", "-c", "import six", cwd=built, check=0)


def test_a_file_too_many_and_a_file_too_few_are_noticed(shared, project):
    for change in (lambda tree: (tree / "extra.py").write_text("x"), lambda tree: (tree / "__init__.py").unlink()):
        assert imported(shared, project) == "right\n"
        folder = ours(shared)[0].parent
        mode = folder.stat().st_mode
        folder.chmod(0o755)
        change(folder)
        folder.chmod(mode)
        assert shared("gc", "--verify", cwd=project).returncode == 1
    assert imported(shared, project) == "right\n"
    shared("gc", "--verify", cwd=project, check=0)


def test_a_damaged_image_record_is_made_anew(shared, project):
    image = shared("build", cwd=project, check=0).stdout.strip().removeprefix("sha256:")
    record = shared.home / "store" / "images" / image
    for file in [record] if record.is_file() else [path for path in record.rglob("*") if path.is_file()]:
        file.chmod(0o644)
        file.write_bytes(b"{}")
    assert shared("gc", "--verify", cwd=project).returncode == 1
    assert imported(shared, project) == "right\n"


def test_keep_says_what_is_wrong_with_a_size(shared, project):
    done = shared("gc", "--keep", "lots", cwd=project)
    assert done.returncode == 2
    assert "lots" in done.stderr and "GiB" in done.stderr

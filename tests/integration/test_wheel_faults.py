"""Wheels and source distributions that are broken or hostile: nothing of them is installed, and another version is."""
import re

import pytest
from conftest import write
from faults import Body, Reset, Status, Truncated
from index_server import IndexServer
from packages import bomb, sdist, wheel
from test_index_faults import refused

DEMO = """
    name: wheel-faults
    python: "3.11"
    packages: [demo==1.0]
    platforms: [linux/amd64]
"""


@pytest.fixture
def project(tmp_path):
    return write(tmp_path / "project", env__yaml=DEMO)


@pytest.fixture
def index():
    with IndexServer() as server:
        yield server.add(wheel(version="1.1"))


def another_version_installs(tool, project, index):
    write(project, env__yaml=DEMO.replace("1.0", "1.1"))
    done = tool("run", "--", "python", "-c", "import demo; print(demo.version)", cwd=project, check=0, ENVTOOL_INDEX_URL=index.url)
    assert done.stdout == "1.1\n"


def info(path):
    return f"demo-1.0.dist-info/{path}"


HOSTILE = {
    "path traversal": (wheel(files={"demo/../../../../../tmp/evil": b"x"}), ["demo 1.0", "tmp/evil", "leaves the folder"]),
    "absolute path": (wheel(files={"/etc/evil": b"x"}), ["demo 1.0", "/etc/evil", "absolute"]),
    "backslashes": (wheel(files={"..\\..\\evil": b"x"}), ["demo 1.0", "backslash"]),
    "symlink out": (wheel(symlinks={"demo/link": "/etc/passwd"}), ["demo 1.0", "demo/link", "symbolic link"]),
    "zip bomb": (bomb(200), ["demo 1.0", "demo/zeros", "unpacks to more than"]),
    "case-colliding names": (wheel(files={"demo/a.py": b"1", "demo/A.py": b"2"}), ["demo 1.0", "demo/A.py", "case"]),
    "the environment's python": (wheel(files={"demo-1.0.data/scripts/python": b"#!python\n"}), ["demo 1.0", "python"]),
}
WRONG = {
    "wrong hash in RECORD": (wheel(record={"demo/__init__.py": "demo/__init__.py,sha256=" + "A" * 43 + ",17"}),
                             ["demo 1.0", "demo/__init__.py", "RECORD"]),
    "wrong size in RECORD": (wheel(record={info("WHEEL"): info("WHEEL") + ",sha256=" + "A" * 43 + ",1"}), ["demo 1.0", "WHEEL", "RECORD"]),
    "file that RECORD does not list": (wheel(record={"demo/__init__.py": None}), ["demo 1.0", "demo/__init__.py", "RECORD"]),
    "file that only RECORD lists": (wheel(record={"demo/more.py": "demo/more.py,sha256=" + "A" * 43 + ",1"}), ["demo 1.0", "demo/more.py"]),
    "no RECORD rows at all": (wheel(record={"demo/__init__.py": None, info("METADATA"): None, info("WHEEL"): None}), ["demo 1.0", "RECORD"]),
}


@pytest.mark.parametrize("made, words", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_wheel_is_refused_by_name(shared, project, index, made, words):
    index.add(made)
    shared("lock", cwd=project, check=0, ENVTOOL_INDEX_URL=index.url)
    refused(shared, project, index, 1, words, "build")
    another_version_installs(shared, project, index)
    assert not re.search("tmp/evil", " ".join(str(path) for path in project.rglob("*")))


@pytest.mark.parametrize("made, words", WRONG.values(), ids=WRONG)
def test_a_wheel_that_is_not_what_its_record_says_is_refused(shared, project, index, made, words):
    index.add(made)
    shared("lock", cwd=project, check=0, ENVTOOL_INDEX_URL=index.url)
    refused(shared, project, index, 1, words, "build")
    another_version_installs(shared, project, index)


def test_other_bytes_than_the_lock_pins_are_fatal_and_the_right_ones_still_install(shared, project, index):
    index.add(wheel())
    shared("lock", cwd=project, check=0, ENVTOOL_INDEX_URL=index.url)
    good = next(file for file in index.files if file.name == "demo-1.0-py3-none-any.whl")
    flipped = good.body[:100] + bytes([good.body[100] ^ 1]) + good.body[101:]
    index.spoil(r"demo-1\.0.*\.whl", Body(flipped))
    refused(shared, project, index, 1, ["demo-1.0-py3-none-any.whl", "sha256"], "build")
    index.heal()
    shared("run", "--", "python", "-c", "import demo", cwd=project, check=0)


def test_a_wrong_hash_on_the_page_is_fatal(shared, project, index):
    index.add(wheel(), sha256="1" * 64)
    shared("lock", cwd=project, check=0, ENVTOOL_INDEX_URL=index.url)
    refused(shared, project, index, 1, ["demo-1.0-py3-none-any.whl", "1" * 64], "build")
    another_version_installs(shared, project, index)


@pytest.mark.parametrize("difference", [-5, 5])
def test_a_wrong_size_on_the_page_is_fatal(shared, project, index, difference):
    made = wheel()
    index.add(made, size=len(made.body) + difference)
    shared("lock", cwd=project, check=0, ENVTOOL_INDEX_URL=index.url)
    refused(shared, project, index, 1, ["demo-1.0-py3-none-any.whl", "bytes"], "build")
    another_version_installs(shared, project, index)


def test_a_wheel_that_breaks_off_is_resumed_where_it_stopped(shared, project, index):
    index.add(wheel(files={"demo/__init__.py": b"", "demo/data": bytes(range(256)) * 4000}, deflate=False))
    shared("lock", cwd=project, check=0, ENVTOOL_INDEX_URL=index.url)
    index.spoil(r"demo-1\.0.*\.whl$", Truncated(), times=1)
    shared("build", cwd=project, check=0)
    assert re.search(r"bytes=\d{4,}-", index.asked(r"demo-1\.0.*\.whl")[-1])


@pytest.mark.parametrize("fault, words", [(Status(404), ["demo-1.0", "404"]), (Status(500), ["demo-1.0", "500"]),
                                          (Truncated(), ["demo-1.0", "ended too early"]), (Reset(after=50), ["demo-1.0"])],
                         ids=["gone", "500", "truncated", "reset"])
def test_a_wheel_that_cannot_be_had_is_named_and_the_next_build_succeeds(shared, project, index, fault, words):
    index.add(wheel())
    shared("lock", cwd=project, check=0, ENVTOOL_INDEX_URL=index.url)
    index.spoil(r"demo-1\.0.*\.whl$", fault)
    refused(shared, project, index, 1, words, "build")
    index.heal()
    shared("build", cwd=project, check=0)


def test_a_wheel_for_no_platform_of_ours_names_what_there_is(shared, project, index):
    for tag in ("cp311-cp311-win_amd64", "cp311-cp311-macosx_11_0_arm64", "cp38-cp38-manylinux2014_x86_64"):
        index.add(wheel(tag=tag))
    refused(shared, project, index, 2, ["demo", "Python 3.11", "cp38", "env.yaml:3"])
    another_version_installs(shared, project, index)


def test_a_wheel_for_a_newer_glibc_is_not_chosen(shared, project, index):
    index.add(wheel(tag="cp311-cp311-manylinux_2_99_x86_64"))
    refused(shared, project, index, 2, ["demo", "no wheel"])


def test_a_wheel_for_another_python_says_which(shared, project, index):
    index.add(wheel(), requires_python=">=3.13")
    refused(shared, project, index, 2, ["demo", ">=3.13", "3.11"])


@pytest.mark.parametrize("metadata", [b"", b"\xff\xfe\x00", b"Metadata-Version: 2.1\nName: demo\n", b"no colon here\n",
                                      b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: ???\n",
                                      b"Metadata-Version: 2.1\nName: other\nVersion: 1.0\n",
                                      b"Metadata-Version: 2.1\nName: demo\nVersion: 7\n"],
                         ids=["empty", "binary", "no version", "no fields", "bad requirement", "another name", "another version"])
def test_bad_metadata_is_refused_by_name(shared, project, index, metadata):
    index.add(wheel(metadata=metadata))
    done = refused(shared, project, index, 2, ["demo"])
    assert re.search("metadata|METADATA", done.stderr)
    another_version_installs(shared, project, index)


def test_a_wheel_that_is_not_a_zip_is_refused(shared, project):
    with IndexServer(metadata_files=False) as index:
        made = wheel()
        made.body = b"this is no zip file at all" * 100
        index.add(made).add(wheel(version="1.1"))
        refused(shared, project, index, 2, ["demo-1.0-py3-none-any.whl", "zip", "env.yaml:3"])
        another_version_installs(shared, project, index)


def test_a_source_distribution_is_built_in_a_container_of_the_base(shared, project, index):
    index.add(sdist())
    done = shared("run", "--", "python", "-c", "import demo; print(demo.made)", cwd=project, check=0, ENVTOOL_INDEX_URL=index.url)
    assert done.stdout == "from source\n"
    assert "demo-1.0.tar.gz" in (project / "env.lock").read_text()


def test_a_source_distribution_whose_build_fails_shows_why(shared, project, index):
    index.add(sdist(backend="def build_wheel(*_, **__):\n    raise RuntimeError('the compiler of dreams is missing')\n"))
    done = shared("lock", cwd=project, ENVTOOL_INDEX_URL=index.url)
    assert done.returncode == 2
    for word in ("demo-1.0.tar.gz", "RuntimeError: the compiler of dreams is missing", "env.yaml:3"):
        assert word in done.stderr
    assert not (project / "env.lock").exists()
    another_version_installs(shared, project, index)


def test_the_build_of_a_source_distribution_cannot_touch_the_hosts_files(shared, project, index, tmp_path):
    """Its files are not in the container, and what it writes goes with it."""
    target = tmp_path / "outside"
    target.write_text("mine")
    code = f"import os; open('/evil', 'w').write('x'); assert not os.path.exists({str(target)!r}), 'the host is in sight'\n"
    from packages import BACKEND
    index.add(sdist(backend=code + BACKEND))
    shared("build", cwd=project, check=0, ENVTOOL_INDEX_URL=index.url)
    assert target.read_text() == "mine"
    assert shared("run", "--", "test", "-e", "/evil", cwd=project).returncode == 1

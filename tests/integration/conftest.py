"""Fixtures for tests that run the built program on real parts, as whoever runs pytest.

ENVTOOL_BIN   folder with env and envtool; default build/bin of this clone.
A store shared by one pytest run keeps the base from being built for every test; tests about an empty store make their own.
"""
import json
import os
import pathlib
import shutil
import subprocess
import textwrap

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("ENVTOOL_BIN", ROOT / "build" / "bin"))


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: minutes rather than seconds; only with ./tools/test --all")


class Envtool:
    """Runs env/envtool with a store and cache of its own."""

    def __init__(self, home: pathlib.Path):
        self.home = home
        self.vars = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "ENVTOOL_", "PYTHON"))}
        self.vars |= {
            "HOME": str(home),
            "ENVTOOL_STORE": str(home / "store"),
            "ENVTOOL_CACHE": str(home / "cache"),
            "XDG_STATE_HOME": str(home / "state"),
            "PATH": f"{BIN}:{os.environ['PATH']}",
        }
        home.mkdir(parents=True, exist_ok=True)

    def __call__(self, *args, cwd=None, input=None, check=None, timeout=300, program="env", **variables):
        command = [str(BIN / program), *map(str, args)]
        done = subprocess.run(command, cwd=cwd, input=input, text=True, capture_output=True, timeout=timeout,
                              env=self.vars | {k: str(v) for k, v in variables.items()}, errors="replace",
                              stdin=subprocess.DEVNULL if input is None else None)
        if check is not None:
            assert done.returncode == check, f"{command} gave {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def end_sessions(self):
        """`env up` leaves its container running, as it should; a test run leaves none."""
        for line in self("ps", "--json", cwd=self.home).stdout.splitlines():
            project = json.loads(line).get("project")
            if project and pathlib.Path(project).is_dir():
                self("down", cwd=project)

    def start(self, *args, cwd=None, program="env", **popen):
        return subprocess.Popen([str(BIN / program), *map(str, args)], cwd=cwd, env=self.vars, text=True, **popen)


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """One store for all tests of a run that do not care what is in it."""
    tool = Envtool(tmp_path_factory.mktemp("shared-home"))
    yield tool
    tool.end_sessions()


@pytest.fixture
def fresh(tmp_path):
    """An empty store."""
    tool = Envtool(tmp_path / "home")
    yield tool
    tool.end_sessions()


def write(folder: pathlib.Path, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name.replace("__", ".")
        path.write_text(textwrap.dedent(text).lstrip("\n"))
    return folder


SMALL = """\
name: small
python: "3.11"
packages: [six, packaging]
platforms: [linux/amd64]
"""


@pytest.fixture
def small(tmp_path):
    """A project that locks and builds in seconds."""
    return write(tmp_path / "small", env__yaml=SMALL)


@pytest.fixture(scope="session")
def built(shared, tmp_path_factory):
    """A small project, locked and built in the shared store."""
    folder = write(tmp_path_factory.mktemp("built") / "small", env__yaml=SMALL)
    shared("build", cwd=folder, check=0)
    return folder


@pytest.fixture
def detached(shared, built):
    """The small project with its container running."""
    shared("up", "--detach", cwd=built, check=0)
    yield built
    shared("down", cwd=built)


def clear(text):
    """What a person is shown is sentences: no stack trace, no C++ names, no escape sequences in a pipe."""
    for word in ("terminate called", "std::", "Traceback", "\x1b", "what():", "core dumped"):
        assert word not in text, text


def copy_project(source: pathlib.Path, target: pathlib.Path):
    shutil.copytree(source, target)
    return target

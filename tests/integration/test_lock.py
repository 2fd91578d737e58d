"""env.lock: deterministic, minimal updates, never half written."""
import re

import pytest
from conftest import SMALL, Envtool, copy_project, write


def test_the_same_input_gives_the_same_bytes(shared, small, tmp_path):
    other = copy_project(small, tmp_path / "elsewhere")
    shared("lock", cwd=small, check=0)
    shared("lock", cwd=other, check=0, TZ="Asia/Tokyo", LC_ALL="C")
    assert (small / "env.lock").read_bytes() == (other / "env.lock").read_bytes()


def test_a_current_lock_is_left_alone(shared, built):
    before = (built / "env.lock").stat()
    shared("lock", cwd=built, check=0)
    assert (built / "env.lock").stat().st_mtime_ns == before.st_mtime_ns


def test_a_comment_in_env_yaml_does_not_make_the_lock_stale(shared, built, tmp_path):
    folder = copy_project(built, tmp_path / "comment")
    (folder / "env.yaml").write_text("# a comment\n" + (folder / "env.yaml").read_text())
    shared("lock", "--check", cwd=folder, check=0)


def test_locked_refuses_a_stale_lock_and_changes_nothing(shared, built, tmp_path):
    folder = copy_project(built, tmp_path / "stale")
    text = (folder / "env.yaml").read_text()
    (folder / "env.yaml").write_text(text.replace("[six, packaging]", "[six, packaging, idna]"))
    before = (folder / "env.lock").read_bytes()
    done = shared("up", "--detach", "--locked", cwd=folder)
    assert done.returncode == 2
    assert "env lock" in done.stderr
    assert (folder / "env.lock").read_bytes() == before


def test_adding_a_package_leaves_the_others_pins(shared, tmp_path):
    folder = write(tmp_path / "pins", env__yaml=SMALL.replace("[six, packaging]", "[six==1.15.0]"))
    shared("lock", cwd=folder, check=0)
    folder = write(folder, env__yaml=SMALL.replace("[six, packaging]", "[six, idna]"))
    shared("lock", cwd=folder, check=0)
    text = (folder / "env.lock").read_text()
    assert re.search(r"name: six, version: ['\"]?1\.15\.0", text)
    shared("lock", "--upgrade-package", "six", cwd=folder, check=0)
    assert not re.search(r"name: six, version: ['\"]?1\.15\.0", (folder / "env.lock").read_text())


@pytest.mark.parametrize("packages, words", [
    ("[no-such-package-in-the-world-xyz]", ["no-such-package-in-the-world-xyz"]),
    ("['six==99.1']", ["six", "99.1"]),
    ("['requests==2.25.1', 'urllib3>=2']", ["requests==2.25.1", "urllib3", "<1.27", "env.yaml:3"]),
    ("['tensorflow==2.4.0']", ["tensorflow==2.4.0", "Python 3.11", "cp38"]),
])
def test_requirements_that_cannot_be_met_are_explained(shared, tmp_path, packages, words):
    folder = write(tmp_path / "impossible", env__yaml=SMALL.replace("[six, packaging]", packages))
    done = shared("lock", cwd=folder)
    assert done.returncode == 2, done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert not (folder / "env.lock").exists()


def test_conflict_markers_in_the_lock_are_named(shared, built, tmp_path):
    folder = copy_project(built, tmp_path / "merge")
    lock = folder / "env.lock"
    lock.write_text("<<<<<<< HEAD\n" + lock.read_text())
    done = shared("build", cwd=folder)
    assert done.returncode == 2
    assert "env.lock:1" in done.stderr


def test_an_edited_digest_is_fatal(shared, built, tmp_path):
    folder = copy_project(built, tmp_path / "edited")
    lock = folder / "env.lock"
    text = lock.read_text()
    wheel = re.search(r"name: six,.*?digest: sha256:([0-9a-f]{64})", text).group(1)
    lock.write_text(re.sub(r"(?m)^ *image: .*\n", "", text).replace(wheel, "0" * 64))
    fresh = Envtool(tmp_path / "home")
    done = fresh("build", cwd=folder)
    assert done.returncode == 1
    assert "six" in done.stderr

"""What a person can write wrong in env.yaml: a sentence with place and remedy, exit code 2, nothing changed."""
import pytest
from conftest import write


@pytest.mark.parametrize("text, place, words", [
    ("packges: [six]\n", "env.yaml:1:1", ["packges", "packages"]),
    ("packages: six\n", "env.yaml:1:11", ["list"]),
    ("packages:\n\t- six\n", "env.yaml:2", ["tab"]),
    ("packages: [six]\npackages: [idna]\n", "env.yaml:2:1", ["packages"]),
    ("", "env.yaml", ["empty"]),
    ("packages: ['scikit learn']\n", "env.yaml:1", ["scikit"]),
    ("packages: ['numpy=1.2']\n", "env.yaml:1", ["=="]),
    ("packages: [six]\npython: 3.8\n", "env.yaml:2", ["3.8", "3.9"]),
    ("packages: [six]\nbase: {debian: buster}\n", "env.yaml:2", ["buster", "bookworm"]),
    ("packages: [six]\nplatforms: [windows/amd64]\n", "env.yaml:2", ["linux/amd64"]),
    ("packages: [six\n", "env.yaml", []),
    ("\x00\x01\x02binary", "env.yaml", []),
])
def test_a_mistake_in_env_yaml_has_place_and_remedy(shared, tmp_path, text, place, words):
    folder = write(tmp_path / "bad")
    (folder / "env.yaml").write_text(text)
    done = shared("lock", cwd=folder)
    assert done.returncode == 2, done.stderr
    assert place in done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
    assert not (folder / "env.lock").exists()


def test_no_project_says_how_to_begin(shared, tmp_path):
    done = shared("up", cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert "env init" in done.stderr


def test_an_unknown_option_offers_the_nearest(shared, built):
    done = shared("up", "--detahc", cwd=built)
    assert done.returncode == 2
    assert "--detach" in done.stderr


def test_init_makes_a_project_and_overwrites_nothing(shared, tmp_path):
    shared("init", cwd=tmp_path, check=0)
    assert (tmp_path / "env.yaml").exists()
    (tmp_path / "env.yaml").write_text("packages: [six]\n")
    assert shared("init", cwd=tmp_path).returncode == 2
    assert (tmp_path / "env.yaml").read_text() == "packages: [six]\n"

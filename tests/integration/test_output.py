"""What goes where: stdout carries the result and nothing else, stderr what a person reads; --json, --quiet, NO_COLOR."""
import json
import re

import pytest
from conftest import BIN, SMALL, clear, copy_project, write
from index_server import IndexServer
from packages import wheel
from terminal import Terminal

IMAGE = re.compile(r"sha256:[0-9a-f]{64}\n")


@pytest.fixture
def cheap(tmp_path):
    """A project whose only package is made here: building it anew takes little."""
    with IndexServer() as index:
        index.add(wheel())
        yield write(tmp_path / "cheap", env__yaml=SMALL.replace("[six, packaging]", "[demo]")), {"ENVTOOL_INDEX_URL": index.url}


def test_build_prints_the_image_id_alone(shared, cheap):
    folder, variables = cheap
    first = shared("build", cwd=folder, check=0, **variables)
    assert IMAGE.fullmatch(first.stdout)
    assert "env.lock" in first.stderr
    again = shared("build", cwd=folder, check=0)
    assert again.stdout == first.stdout
    assert again.stderr == ""
    clear(first.stderr)


def test_quiet_says_nothing_but_the_result(shared, cheap):
    folder, variables = cheap
    done = shared("build", "--quiet", cwd=folder, check=0, **variables)
    assert IMAGE.fullmatch(done.stdout)
    assert done.stderr == ""
    assert shared("lock", "--quiet", cwd=folder, check=0).stdout == ""


def test_quiet_does_not_hush_errors(shared, tmp_path):
    done = shared("lock", "-q", cwd=write(tmp_path / "bad", env__yaml="packges: []\n"))
    assert done.returncode == 2
    assert "packages" in done.stderr


def test_json_is_one_object_a_line_on_both_streams(shared, cheap):
    folder, variables = cheap
    done = shared("build", "--json", cwd=folder, check=0, **variables)
    result = json.loads(done.stdout)
    assert IMAGE.fullmatch(result["image"] + "\n")
    assert result["built"] is True
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert events and all(isinstance(event, dict) for event in events)
    assert json.loads(shared("build", "--json", cwd=folder, check=0).stdout)["built"] is False


@pytest.mark.parametrize("verb", [["lock"], ["ps"], ["gc", "--dry-run"], ["doctor"], ["up", "--detach"], ["down"]], ids=" ".join)
def test_every_verb_has_json(shared, built, verb):
    done = shared(*verb, "--json", cwd=built, check=0)
    for line in done.stdout.splitlines():
        json.loads(line)
    for line in done.stderr.splitlines():
        json.loads(line)


def test_an_error_is_json_too(shared, tmp_path):
    done = shared("lock", "--json", cwd=write(tmp_path / "bad", env__yaml="packges: []\n"))
    assert done.returncode == 2
    assert done.stdout == ""
    error = json.loads(done.stderr.splitlines()[-1])
    assert "packages" in json.dumps(error)


def test_run_adds_nothing_to_what_the_command_prints(shared, built):
    done = shared("run", "--", "sh", "-c", "printf out; printf err >&2", cwd=built, check=0)
    assert (done.stdout, done.stderr) == ("out", "err")


def on_terminal(tool, folder, command, **variables):
    with Terminal(["/bin/sh", "-c", command], env=tool.vars | {"TERM": "xterm"} | variables, cwd=folder) as t:
        t.end(60)
        return t.text


def test_colours_only_on_a_terminal_and_not_with_no_color(shared, tmp_path):
    folder = write(tmp_path / "bad", env__yaml="packges: []\n")
    assert "\x1b[" in on_terminal(shared, folder, f"{BIN}/env lock")
    assert "\x1b[" not in on_terminal(shared, folder, f"{BIN}/env lock", NO_COLOR="1")
    assert "\x1b" not in shared("lock", cwd=folder).stderr
    assert "\x1b" not in on_terminal(shared, folder, f"{BIN}/env lock", TERM="dumb")


def test_an_image_id_can_be_captured_on_a_terminal(shared, cheap):
    folder, variables = cheap
    text = on_terminal(shared, folder, f'id=$({BIN}/env build); echo "[$id]"', **variables)
    assert re.search(r"\[sha256:[0-9a-f]{64}\]", text)


def test_help_names_every_verb_and_each_has_a_page(shared, tmp_path):
    overview = shared("help", cwd=tmp_path, check=0).stdout
    for verb in ("up", "run", "exec", "shell", "ps", "logs", "down", "lock", "build", "gc", "doctor", "init"):
        assert re.search(rf"\b{verb}\b", overview)
        assert verb in shared("help", verb, cwd=tmp_path, check=0).stdout
        assert shared(verb, "--help", cwd=tmp_path, check=0).stdout == shared("help", verb, cwd=tmp_path).stdout


def test_a_reader_that_goes_away_is_no_crash(shared, built):
    done = shared("-c", f"{BIN}/env help | head -1 > /dev/null; {BIN}/env run -- yes | head -1", program="/bin/sh", cwd=built)
    assert done.stdout == "y\n"
    clear(done.stderr)

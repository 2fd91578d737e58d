"""`env run`, `env exec`, `env shell` and `env up` on a terminal."""
import pytest
from conftest import BIN
from terminal import Terminal


def terminal(tool, cwd, *words):
    return Terminal([BIN / "env", *words], env=tool.vars | {"TERM": "xterm-256color"}, cwd=cwd)


@pytest.fixture(params=["run", "exec"])
def verb(request, shared, built):
    if request.param == "exec":
        shared("up", "--detach", cwd=built, check=0)
    yield request.param
    if request.param == "exec":
        shared("down", cwd=built)


def test_the_command_sees_a_terminal_of_the_same_size(shared, built, verb):
    with terminal(shared, built, verb, "--", "sh", "-c", "test -t 0 && test -t 1 && test -t 2 && stty size; tty; echo $TERM") as t:
        t.wait_for("33 111")
        t.wait_for("/dev/pts/")
        t.wait_for("xterm-256color")
        assert t.end() == 0


def test_the_window_can_be_resized(shared, built, verb):
    script = "import os, signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH]); print('ready', flush=True)\n" \
             "while os.get_terminal_size().columns != 77: signal.sigwait([signal.SIGWINCH])\nprint('now 77')"
    with terminal(shared, built, verb, "--", "python", "-c", script) as t:
        t.wait_for("ready")
        t.resize(20, 77)
        t.wait_for("now 77")
        assert t.end() == 0


def test_control_c_reaches_the_command_only(shared, built, verb):
    script = "trap 'echo caught; exit 7' INT; echo ready; while :; do sleep 0.1; done"
    with terminal(shared, built, verb, "--", "sh", "-c", script) as t:
        t.wait_for("ready")
        t.type("\x03")
        t.wait_for("caught")
        assert t.end() == 7


def test_a_command_that_control_c_kills_gives_130(shared, built, verb):
    # Not dash: one time in seven it misses a SIGINT between two commands, on a bare terminal too.
    with terminal(shared, built, verb, "--", "python", "-c", "import time; print('ready', flush=True); time.sleep(30)") as t:
        t.wait_for("ready")
        t.type("\x03")
        assert t.end() == 130


def test_the_exit_code_comes_through(shared, built, verb):
    with terminal(shared, built, verb, "--", "sh", "-c", "exit 42") as t:
        assert t.end() == 42


def test_end_of_input_reaches_the_command(shared, built, verb):
    with terminal(shared, built, verb, "--", "sh", "-c", "echo ready; cat; echo after") as t:
        t.wait_for("ready")
        t.type("line\n\x04")
        t.wait_for("after")
        assert t.end() == 0


def test_python_is_interactive(shared, built, verb):
    with terminal(shared, built, verb, "--", "python", "-q") as t:
        t.wait_for(">>> ")
        t.type("print(6 * 7)\n")
        t.wait_for("42")
        t.type("exit(3)\n")
        assert t.end() == 3


def test_the_terminal_is_as_it_was_afterwards(shared, built, verb):
    """The caller's own shell would be unusable on a terminal left raw."""
    with Terminal(["/bin/sh", "-c", f"stty -a > before; {BIN}/env {verb} -- true; stty -a > after"], env=shared.vars, cwd=built) as t:
        assert t.end() == 0
    assert (built / "before").read_text() == (built / "after").read_text()
    (built / "before").unlink()
    (built / "after").unlink()


def test_output_into_a_pipe_has_no_terminal_and_no_carriage_returns(shared, built):
    with Terminal(["/bin/sh", "-c", f"{BIN}/env run -- sh -c 'test -t 1 && echo tty; echo done' | od -c | head -3"],
                  env=shared.vars, cwd=built) as t:
        t.wait_for("d   o   n   e  \\n")
        assert t.end() == 0


def test_up_gives_a_shell_with_job_control(shared, built):
    with terminal(shared, built, "up") as t:
        t.type("echo in$((1+1))side\n")
        t.wait_for("in2side")
        t.type("PS1='now> '\n")
        t.wait_for("now> ")
        t.type("python -c 'import time; print(\"slee\" + \"ping\", flush=True); time.sleep(30)'\n")
        t.wait_for("sleeping")
        t.type("\x1a")
        t.wait_for("Stopped")
        t.type("jobs; echo flags $-\n")
        t.wait_for("Stopped")
        t.wait_for("flags ")
        assert "m" in t.wait_for("\n")
        t.type("fg\n")
        t.wait_for("python -c")
        t.type("\x03")
        t.wait_for("KeyboardInterrupt")
        t.type("exit 5\n")
        assert t.end() == 5
    assert "no job control" not in t.text


def test_control_c_in_the_shell_leaves_the_shell_alone(shared, built):
    with terminal(shared, built, "up") as t:
        t.type("PS1='now> '\n")
        t.wait_for("now> ")
        t.wait_for("now> ")
        t.type("python -c 'import time; print(\"slee\" + \"ping\", flush=True); time.sleep(30)'\n")
        t.wait_for("sleeping")
        t.type("\x03")
        t.wait_for("now> ")
        t.type("exit $((3+3))\n")
        code = t.end()
        assert code == 6, t.text

"""`env up`, exec, shell, ps, logs and down: the running container."""
import os
import time

from conftest import write


def test_exec_joins_the_running_container(shared, detached):
    shared("exec", "--", "sh", "-c", "echo here > /tmp/mark", cwd=detached, check=0)
    assert shared("exec", "--", "cat", "/tmp/mark", cwd=detached, check=0).stdout == "here\n"


def test_exec_gives_the_commands_exit_code(shared, detached):
    assert shared("exec", "--", "sh", "-c", "exit 7", cwd=detached).returncode == 7


def test_up_the_second_time_prints_one_line(shared, detached):
    done = shared("up", "--detach", cwd=detached, check=0)
    assert len((done.stdout + done.stderr).strip().splitlines()) == 1


def test_ps_lists_what_runs_and_down_ends_it(shared, detached):
    assert "small" in shared("ps", cwd=detached, check=0).stdout
    shared("down", cwd=detached, check=0)
    assert "small" not in shared("ps", cwd=detached, check=0).stdout
    assert shared("exec", "--", "true", cwd=detached).returncode != 0


def test_down_calls_the_project_what_ps_calls_it(shared, tmp_path):
    project = write(tmp_path / "folder", env__yaml='name: iris\npython: "3.11"\npackages: []\n')
    shared("up", "--detach", cwd=project, check=0)
    assert "iris" in shared("ps", cwd=project, check=0).stdout
    assert shared("down", cwd=project, check=0).stderr == "iris: stopped\n"
    (project / "env.yaml").write_text("packages: [\n")
    assert shared("down", cwd=project, check=0).stderr == "folder: nothing was running\n"


def test_exec_without_a_running_container_says_what_to_do(shared, built):
    done = shared("exec", "--", "true", cwd=built)
    assert done.returncode == 1
    assert "env up" in done.stderr


def test_up_gives_a_shell_that_ends_with_its_input(shared, built):
    done = shared("up", cwd=built, input="echo from the shell\nexit 5\n")
    assert "from the shell" in done.stdout
    assert done.returncode == 5


def test_the_container_goes_on_when_its_starter_is_gone(shared, built):
    shared("up", "--detach", cwd=built, check=0)
    time.sleep(0.3)
    shared("exec", "--", "true", cwd=built, check=0)
    shared("down", cwd=built, check=0)


def test_files_made_by_exec_belong_to_the_caller(shared, detached):
    shared("exec", "--", "touch", "from-exec", cwd=detached, check=0)
    assert (detached / "from-exec").stat().st_uid == os.getuid()
    (detached / "from-exec").unlink()

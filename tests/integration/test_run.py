"""`env run`: one command in a fresh container, as without us."""
import os
import signal
import time

import pytest


@pytest.mark.parametrize("script, code", [("exit 0", 0), ("exit 42", 42), ("kill -TERM $$", 143), ("kill -KILL $$", 137)])
def test_the_exit_code_is_the_commands_own(shared, built, script, code):
    assert shared("run", "--", "sh", "-c", script, cwd=built).returncode == code


def test_a_command_that_is_not_there_gives_127_and_a_sentence(shared, built):
    done = shared("run", "--", "no-such-command", cwd=built)
    assert done.returncode == 127
    assert "no-such-command" in done.stderr


def test_stdin_reaches_the_command_and_its_output_comes_back_unchanged(shared, built):
    text = "one\ntwo\n" * 10000
    done = shared("run", "--", "cat", cwd=built, input=text, check=0)
    assert done.stdout == text
    assert done.stderr == ""


def test_stdout_and_stderr_stay_apart(shared, built):
    done = shared("run", "--", "sh", "-c", "echo out; echo err >&2", cwd=built, check=0)
    assert (done.stdout, done.stderr) == ("out\n", "err\n")


def test_the_environments_packages_are_importable(shared, built):
    done = shared("run", "--", "python", "-c", "import six, packaging; print(six.__file__)", cwd=built, check=0)
    assert done.stdout.startswith("/opt/venv/lib/python3.11/site-packages/")


def test_python_is_the_one_that_was_asked_for(shared, built):
    assert shared("run", "--", "python3", "--version", cwd=built, check=0).stdout.startswith("Python 3.11.")


def test_files_made_in_the_source_tree_belong_to_the_caller(shared, built):
    shared("run", "--", "sh", "-c", "mkdir -p made && echo hello > made/file", cwd=built, check=0)
    made = built / "made" / "file"
    assert made.read_text() == "hello\n"
    assert (made.stat().st_uid, made.stat().st_gid) == (os.getuid(), os.getgid())


def test_a_subfolder_of_the_project_is_where_the_command_starts(shared, built):
    (built / "sub").mkdir(exist_ok=True)
    assert shared("run", "--", "pwd", cwd=built / "sub", check=0).stdout == "/workspace/sub\n"


def test_what_a_fresh_container_writes_outside_the_source_tree_is_gone_with_it(shared, built):
    shared("run", "--", "sh", "-c", "touch /opt/trace && test -e /opt/trace", cwd=built, check=0)
    assert shared("run", "--", "test", "-e", "/opt/trace", cwd=built).returncode == 1


def test_the_hosts_environment_does_not_leak_in(shared, built):
    done = shared("run", "--", "env", cwd=built, check=0, SECRET_OF_HOST="leak", PYTHONPATH="/leak", LD_PRELOAD="")
    assert "leak" not in done.stdout


def test_the_hosts_local_packages_do_not_shadow_the_environments(shared, built):
    local = shared.home / ".local/lib/python3.11/site-packages"
    local.mkdir(parents=True, exist_ok=True)
    (local / "six.py").write_text("raise SystemExit('leaked')\n")
    shared("run", "--", "python", "-c", "import six", cwd=built, check=0)


def test_home_is_private_to_the_project_and_lasts(shared, built):
    shared("run", "--", "sh", "-c", "echo kept > ~/note", cwd=built, check=0)
    assert shared("run", "--", "sh", "-c", "cat ~/note", cwd=built, check=0).stdout == "kept\n"
    assert not (shared.home / "note").exists()


def test_the_command_has_no_capabilities_and_cannot_gain_privileges(shared, built):
    status = shared("run", "--", "cat", "/proc/self/status", cwd=built, check=0).stdout
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert int(fields["CapEff"], 16) == 0
    assert fields["NoNewPrivs"] == "1"
    assert fields["Seccomp"] == "2"


def test_whoami_says_who_one_is(shared, built):
    done = shared("run", "--", "sh", "-c", "whoami; id -u", cwd=built, check=0)
    assert done.stdout.split()[1] == str(os.getuid())


def test_https_works_inside_with_the_sites_own_ca(shared, built):
    shared("run", "--", "python", "-c", "import urllib.request as u; u.urlopen('https://pypi.org/simple/six/')", cwd=built, check=0)


def test_a_signal_to_us_reaches_the_command(shared, built):
    process = shared.start("run", "--", "sh", "-c", "trap 'exit 9' TERM; touch ready; while :; do sleep 0.05; done", cwd=built)
    ready = built / "ready"
    for _ in range(200):
        if ready.exists():
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 9
    ready.unlink()


def test_killing_us_kills_the_container(shared, built):
    process = shared.start("run", "--", "sh", "-c", "while :; do date +%N > beat; sleep 0.05; done", cwd=built)
    beat = built / "beat"
    for _ in range(200):
        if beat.exists():
            break
        time.sleep(0.05)
    process.kill()
    process.wait(10)
    time.sleep(0.5)
    before = beat.read_text()
    time.sleep(0.4)
    assert beat.read_text() == before
    beat.unlink()


def test_secrets_are_passed_at_run_time_and_are_not_in_the_lock(shared, tmp_path, built):
    from conftest import copy_project

    folder = copy_project(built, tmp_path / "secret")
    with open(folder / "env.yaml", "a") as yaml:
        yaml.write("secrets: [MY_TOKEN]\n")
    done = shared("run", "--", "sh", "-c", "echo $MY_TOKEN", cwd=folder, check=0, MY_TOKEN="hush")
    assert done.stdout == "hush\n"
    assert "hush" not in (folder / "env.lock").read_text()


def test_a_mount_is_seen_inside_and_read_only_means_it(shared, tmp_path, built):
    from conftest import copy_project

    (tmp_path / "data").mkdir()
    (tmp_path / "data/file").write_text("data\n")
    folder = copy_project(built, tmp_path / "mounted")
    with open(folder / "env.yaml", "a") as yaml:
        yaml.write(f"mounts: [{{source: {tmp_path}/data, target: /data, read-only: true}}]\n")
    assert shared("run", "--", "cat", "/data/file", cwd=folder, check=0).stdout == "data\n"
    assert shared("run", "--", "touch", "/data/other", cwd=folder).returncode != 0


def test_network_none_has_only_loopback(shared, tmp_path, built):
    from conftest import copy_project

    folder = copy_project(built, tmp_path / "offline")
    with open(folder / "env.yaml", "a") as yaml:
        yaml.write("network: none\n")
    done = shared("run", "--", "python", "-c", "import socket; print(sorted(n for _, n in socket.if_nameindex()))", cwd=folder, check=0)
    assert done.stdout == "['lo']\n"

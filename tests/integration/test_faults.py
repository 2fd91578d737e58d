"""Killed, full, forbidden: nothing is lost and the next run succeeds."""
import os
import random
import shutil
import signal
import subprocess
import time

import pytest
from conftest import BIN, SMALL, Envtool, copy_project, write


@pytest.mark.slow
def test_killed_at_random_moments_the_next_up_succeeds_and_the_store_verifies(tmp_path):
    """A cold `env up` (no lock, no cache, an empty store) is killed at a moment of its whole length, every time anew."""
    seed = int(os.environ.get("ENVTOOL_TEST_SEED", "0")) or random.randrange(1 << 30)
    kills = int(os.environ.get("ENVTOOL_TEST_KILLS", "50"))
    print(f"ENVTOOL_TEST_SEED={seed}")
    chance = random.Random(seed)
    began = time.monotonic()
    whole = Envtool(tmp_path / "whole")
    folder = write(tmp_path / "whole-project", env__yaml=SMALL)
    whole("up", "--detach", cwd=folder, check=0)
    whole("down", cwd=folder, check=0)
    length = time.monotonic() - began
    done = 0
    for attempt in range(4 * kills):
        if done == kills:
            break
        tool = Envtool(tmp_path / f"home-{attempt}")
        folder = write(tmp_path / f"project-{attempt}", env__yaml=SMALL)
        process = tool.start("up", "--detach", cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            process.wait(chance.uniform(0, length))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            done += 1
        assert not (folder / "env.lock").exists() or (folder / "env.lock").read_text().endswith("\n")
        tool("up", "--detach", cwd=folder, check=0)
        tool("exec", "--", "python", "-c", "import six", cwd=folder, check=0)
        tool("down", cwd=folder, check=0)
        tool("gc", "--verify", cwd=folder, check=0)
        shutil.rmtree(tool.home)
    assert done == kills


def test_ctrl_c_leaves_no_lock_and_says_so(tmp_path):
    folder = write(tmp_path / "interrupted", env__yaml=SMALL.replace("[six, packaging]", "[jupyterlab, scikit-learn, pandas]"))
    tool = Envtool(tmp_path / "home")
    process = tool.start("up", "--detach", cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    time.sleep(0.6)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "interrupted" in said and "go on" in said
    assert not any(p.name.startswith(".env.lock") for p in folder.iterdir())


def test_two_builds_at_once_do_the_work_once(built, tmp_path):
    folder = copy_project(built, tmp_path / "twice")
    tool = Envtool(tmp_path / "home")
    both = [tool.start("build", "--json", cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    outputs = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert outputs[0][0].count("sha256:") == outputs[1][0].count("sha256:") > 0


def test_a_full_disk_is_said_and_loses_nothing(built, tmp_path):
    """The store on a tmpfs that is too small, mounted in a user namespace of the test's own."""
    folder = copy_project(built, tmp_path / "full")
    home = tmp_path / "home"
    (home / "store").mkdir(parents=True)
    tool = Envtool(home)
    # What is in the way is a file: a tmpfs cannot be remounted larger by an ordinary user.
    script = (f"mount -t tmpfs -o size=500m tmpfs {home}/store && fallocate -l 460m {home}/store/in-the-way && cd {folder} && "
              f"{BIN}/envtool build; code=$?; rm {home}/store/in-the-way && {BIN}/envtool build && {BIN}/envtool gc --verify || exit 99; exit $code")
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], env=tool.vars, capture_output=True, text=True, errors="replace")
    assert done.returncode == 1, done.stderr
    assert "No space left" in done.stderr
    assert "env gc" in done.stderr


def test_without_user_namespaces_the_exact_fix_is_printed(built, tmp_path):
    """In a namespace whose own limit of user namespaces is zero."""
    folder = copy_project(built, tmp_path / "forbidden")
    tool = Envtool(tmp_path / "home")
    script = f"echo 0 > /proc/sys/user/max_user_namespaces && cd {folder} && {BIN}/envtool doctor; {BIN}/envtool build"
    done = subprocess.run(["unshare", "-r", "sh", "-c", script], env=tool.vars, capture_output=True, text=True)
    assert done.returncode == 1
    assert "user.max_user_namespaces" in done.stdout + done.stderr
    assert "sysctl" in done.stdout + done.stderr

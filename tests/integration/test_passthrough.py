"""Everything that is not a verb is the system's own env, unchanged."""
import subprocess

import pytest
from conftest import BIN


@pytest.mark.parametrize("args", [
    ["FOO=1", "sh", "-c", "echo $FOO"], ["-i", "/bin/sh", "-c", "echo $HOME"], ["-u", "HOME", "sh", "-c", "echo [$HOME]"],
    ["true"], ["false"], ["no-such-program-anywhere"], ["-S", "echo a b"], [], ["--", "echo", "x"]])
def test_env_is_the_systems_env(args):
    variables = {"PATH": "/usr/bin:/bin", "HOME": "/somewhere"}
    ours = subprocess.run([BIN / "env", *args], capture_output=True, env=variables)
    theirs = subprocess.run(["/usr/bin/env", *args], capture_output=True, env=variables)
    assert (ours.returncode, ours.stdout) == (theirs.returncode, theirs.stdout)


def test_a_script_with_an_env_line_runs(tmp_path):
    script = tmp_path / "script"
    script.write_text(f"#!{BIN}/env sh\necho ran\n")
    script.chmod(0o755)
    assert subprocess.run([script], capture_output=True, text=True).stdout == "ran\n"


def test_version_names_the_program():
    done = subprocess.run([BIN / "env", "--version"], capture_output=True, text=True)
    assert done.returncode == 0
    assert "envtool" in done.stdout

"""The same lock gives the same image ID: another user, folder, day, umask, time zone, an empty store."""
import os
import re
import shutil
import subprocess

import pytest
from conftest import BIN, Envtool, copy_project

pytestmark = pytest.mark.slow


def image_id(folder):
    return re.search(r"image: (sha256:[0-9a-f]{64})", (folder / "env.lock").read_text()).group(1)


def without_image(folder):
    """A lock that does not know its image yet, so that a build cannot take it over."""
    lock = folder / "env.lock"
    lock.write_text(re.sub(r"(?m)^ *image: .*\n", "", lock.read_text()))
    return folder


def rebuild(source, target, home, **variables):
    folder = without_image(copy_project(source, target))
    Envtool(home)("build", cwd=folder, check=0, **variables)
    return image_id(folder)


def test_an_empty_store_in_another_folder_and_time_zone(built, tmp_path):
    assert rebuild(built, tmp_path / "a/b/other", tmp_path / "home", TZ="Pacific/Auckland", LC_ALL="C") == image_id(built)


def test_another_umask(built, tmp_path):
    before = os.umask(0o077)
    try:
        assert rebuild(built, tmp_path / "umask", tmp_path / "home") == image_id(built)
    finally:
        os.umask(before)


@pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed")
def test_another_day(built, tmp_path):
    folder = without_image(copy_project(built, tmp_path / "later"))
    tool = Envtool(tmp_path / "home")
    # TLS certificates are still valid in 40 days or the fetch says so. Without NO_FAKE_STAT faketime would also move the
    # times that envtool gives to files.
    subprocess.run(["faketime", "-f", "+40d", BIN / "envtool", "build"], cwd=folder, env=tool.vars | {"NO_FAKE_STAT": "1"}, check=True,
                   capture_output=True)
    assert image_id(folder) == image_id(built)


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become another user")
def test_another_user_without_root(built, tmp_path):
    user = "envtool-test"
    subprocess.run(["id", user], check=True, capture_output=True)
    place = subprocess.run(["runuser", "-u", user, "--", "mktemp", "-d"], check=True, capture_output=True, text=True).stdout.strip()
    try:
        for name in ("env.yaml", "env.lock"):
            shutil.copy(built / name, place)
        subprocess.run(["chown", "-R", f"{user}:", place], check=True)
        lock = f"{place}/env.lock"
        text = re.sub(r"(?m)^ *image: .*\n", "", open(lock).read())
        open(lock, "w").write(text)
        programs = f"{place}/bin"
        shutil.copytree(BIN.parent / "bin", programs, ignore=shutil.ignore_patterns("unit-*"))
        keep = [f"{k}={os.environ[k]}" for k in ("CURL_CA_BUNDLE", "SSL_CERT_FILE") if k in os.environ]
        subprocess.run(["chmod", "-R", "a+rX", place], check=True)
        done = subprocess.run(["runuser", "-u", user, "--", "/usr/bin/env", "-i", f"HOME={place}", "PATH=/usr/bin:/bin", *keep,
                               f"ENVTOOL_STORE={place}/store", f"ENVTOOL_CACHE={place}/cache", f"{programs}/envtool", "build"],
                              cwd=place, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        built_id = re.search(r"image: (sha256:[0-9a-f]{64})", open(lock).read()).group(1)
        assert built_id == image_id(built)
    finally:
        subprocess.run(["rm", "-rf", place])


def test_another_build_than_the_locks_is_fatal(built, tmp_path):
    folder = copy_project(built, tmp_path / "wrong")
    lock = folder / "env.lock"
    lock.write_text(lock.read_text().replace(image_id(built), "sha256:" + "1" * 64))
    done = Envtool(tmp_path / "home")("build", cwd=folder)
    assert done.returncode == 1
    assert "1" * 64 in done.stderr

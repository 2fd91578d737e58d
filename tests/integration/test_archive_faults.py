"""A distribution's archive that lies: bad signature, expired or exchanged Release, wrong lists, wrong .deb."""
import pathlib
import re
import shutil
import subprocess

import pytest
from archive_proxy import ArchiveProxy
from conftest import BIN, Envtool, clear, write

BARE = 'python: "3.11"\npackages: []\nplatforms: [linux/amd64]\n'


@pytest.fixture
def project(tmp_path):
    return write(tmp_path / "project", env__yaml=BARE)


@pytest.fixture
def proxy():
    with ArchiveProxy() as double:
        yield double


def other_date(status, body):
    return status, re.sub(rb"(?m)^Date: (...), \d\d", rb"Date: \1, 01", body, count=1)


def without_signature(status, body):
    return status, body[body.index(b"Hash:"):body.index(b"-----BEGIN PGP SIGNATURE")].split(b"\n\n", 1)[1]


def flipped(status, body):
    middle = len(body) // 2
    return status, body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1:]


def refused(tool, project, proxy, words, verb="lock"):
    before = sorted(project.iterdir())
    done = tool(verb, cwd=project, **proxy.variables)
    assert done.returncode == 1, done.stderr
    for word in words:
        assert word in done.stderr, f"{word!r} is not in:\n{done.stderr}"
    clear(done.stderr)
    assert sorted(project.iterdir()) == before


@pytest.mark.parametrize("path, change, words", [
    (r"dists/bookworm/InRelease", other_date, ["dists/bookworm/InRelease", "signature"]),
    (r"dists/bookworm/InRelease", without_signature, ["dists/bookworm/InRelease", "sign"]),
    (r"dists/bookworm/InRelease", lambda status, body: (200, b"<html>log in to the Wi-Fi</html>"), ["dists/bookworm/InRelease"]),
    (r"dists/bookworm/InRelease", lambda status, body: (404, b""), ["dists/bookworm/InRelease", "404"]),
    (r"bookworm-security/InRelease", flipped, ["bookworm-security/InRelease"]),
    (r"main/binary-amd64", flipped, ["binary-amd64"]),
], ids=["changed", "unsigned", "portal", "missing", "security flipped", "list flipped"])
def test_lists_that_are_not_the_archives_are_refused_and_the_next_run_succeeds(fresh, project, proxy, path, change, words):
    proxy.spoil(path, change)
    refused(fresh, project, proxy, words)
    proxy.heal()
    fresh("lock", cwd=project, check=0, **proxy.variables)


def test_another_suites_release_is_refused(fresh, project, proxy):
    """An old suite's Release is signed as well, and would bring back its holes."""
    import urllib.request
    other = urllib.request.urlopen("http://deb.debian.org/debian/dists/bullseye/InRelease").read()
    proxy.spoil(r"dists/bookworm/InRelease", lambda status, body: (200, other))
    refused(fresh, project, proxy, ["dists/bookworm/InRelease"])


@pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed")
def test_an_expired_release_is_refused(fresh, project):
    """Some weeks from now bookworm-updates, which is valid for a week, is what an attacker would go on serving."""
    done = subprocess.run(["faketime", "-f", "+60d", BIN / "envtool", "lock"], cwd=project, env=fresh.vars, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "expired" in done.stderr and "clock" in done.stderr
    assert not (project / "env.lock").exists()


@pytest.mark.slow
@pytest.mark.parametrize("change, words", [(flipped, ["sha256"]), (lambda status, body: (404, b""), ["404"]),
                                           (lambda status, body: (status, body[:100]), [])], ids=["flipped", "gone", "short"])
def test_a_deb_that_is_not_what_the_lock_pins_is_fatal_and_the_next_build_succeeds(fresh, project, proxy, change, words):
    fresh("lock", cwd=project, check=0)
    proxy.spoil(r"/bash_", change)
    refused(fresh, project, proxy, ["bash", *words], "build")
    proxy.heal()
    fresh("run", "--", "bash", "-c", "true", cwd=project, check=0, **proxy.variables)


def test_without_the_distributions_keys_the_fix_is_printed(fresh, project, tmp_path):
    (tmp_path / "no-keys").mkdir()
    done = fresh("lock", cwd=project, ENVTOOL_KEYRINGS=tmp_path / "no-keys")
    assert done.returncode == 1, done.stderr
    assert "no keyring" in done.stderr and "ENVTOOL_KEYRINGS" in done.stderr

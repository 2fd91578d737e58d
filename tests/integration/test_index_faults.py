"""An index that misbehaves: exit code, a sentence with place and remedy, no env.lock left half made, and the next run succeeds."""
import base64
import subprocess

import pytest
from conftest import clear, write
from faults import Body, Endless, Redirect, Reset, SlowLoris, Status, Truncated, WrongContentRange
from index_server import JSON_TYPE, IndexServer
from packages import wheel

DEMO = """
    name: faults
    python: "3.11"
    packages: [demo]
    platforms: [linux/amd64]
"""


@pytest.fixture
def project(tmp_path):
    return write(tmp_path / "project", env__yaml=DEMO)


@pytest.fixture
def index():
    with IndexServer() as server:
        yield server.add(wheel())


def refused(tool, project, index, code, words, verb="lock", **variables):
    """The verb fails with `code`, says `words`, and leaves nothing of a lock behind."""
    before = {path.name: path.read_bytes() for path in project.iterdir()}
    done = tool(verb, cwd=project, ENVTOOL_INDEX_URL=index.url, **variables)
    assert done.returncode == code, done.stderr
    for word in words:
        assert word in done.stderr, f"{word!r} is not in:\n{done.stderr}"
    assert done.stdout == ""
    clear(done.stderr)
    assert {path.name: path.read_bytes() for path in project.iterdir()} == before
    return done


def accepted(tool, project, index, verb="lock", **variables):
    done = tool(verb, cwd=project, check=0, ENVTOOL_INDEX_URL=index.url, **variables)
    assert "name: demo, version: \"1.0\"" in (project / "env.lock").read_text()
    return done


@pytest.mark.parametrize("fault, words", [
    (Status(500), ["/demo/", "500", "try again later"]),
    (Status(503, {"Retry-After": "0"}), ["/demo/", "503", "try again later"]),
    (Status(403), ["/demo/", "403", "login"]),
    (Truncated(), ["/demo/", "ended too early", "run the command again"]),
    (Reset(), ["/demo/", "run the command again"]),
    (Reset(after=20), ["/demo/", "run the command again"]),
    (Body(b"<html>please log in to the Wi-Fi</html>", JSON_TYPE), ["/demo/", "PEP 691"]),
    (Body(b'{"meta": {"api-version": "1.1"}, "name": "demo", "files": [', JSON_TYPE), ["/demo/", "PEP 691"]),
    (Body(b'{"meta": {"api-version": "2.0"}, "name": "demo", "files": []}', JSON_TYPE), ["/demo/", "2.0"]),
    (Body(b"", JSON_TYPE), ["/demo/"]),
    (Body(b"\x00\xff\xfe", "text/html"), ["/demo/", "neither JSON nor HTML", "/simple"]),
    (Body(b"<html><form action=login>please log in to the Wi-Fi</form></html>", "text/html"), ["/demo/", "log in"]),
    (Redirect("file:///etc/passwd"), ["/demo/", "https://"]),
], ids=lambda value: type(value).__name__ + str(getattr(value, "status", "")) if not isinstance(value, list) else "")
def test_a_page_that_cannot_be_had_is_named_and_the_next_run_succeeds(shared, project, index, fault, words):
    index.spoil("/demo/", fault)
    refused(shared, project, index, 1, words)
    index.heal()
    accepted(shared, project, index)


@pytest.mark.parametrize("fault", [Status(500), Truncated(), Reset(), Reset(after=20), Status(429, {"Retry-After": "0"})],
                         ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("path", ["/demo/", r"\.metadata"], ids=["page", "metadata"])
def test_a_fault_that_passes_is_not_noticed(shared, project, index, fault, path):
    index.spoil(path, fault, times=1)
    accepted(shared, project, index)


def test_a_project_that_is_not_there_is_named_and_can_come_later(shared, project, index):
    index.spoil("/demo/", Status(404))
    refused(shared, project, index, 2, ["demo", "not on", "env.yaml:3"])
    index.heal()
    accepted(shared, project, index)


def test_a_page_that_never_ends_is_cut_off(shared, project, index):
    index.spoil(r"\.metadata", Endless())
    refused(shared, project, index, 1, ["demo", "endless"])
    index.heal()
    accepted(shared, project, index)


def test_a_redirect_to_another_server_is_followed_and_its_links_count_from_there(shared, project, index):
    with IndexServer(json_pages=False, metadata_files=False) as other:
        other.add(wheel())
        index.spoil("/demo/", Redirect(f"{other.url}/demo/"))
        accepted(shared, project, index)
        assert f"{other.root}/files/" in (project / "env.lock").read_text()


def test_a_circle_of_redirects_ends(shared, project, index):
    index.spoil("/demo/", Redirect(f"{index.url}/demo/"))
    refused(shared, project, index, 1, ["/demo/", "redirects"])
    index.heal()
    accepted(shared, project, index)


def test_an_index_that_is_down_is_named(shared, project, index):
    with IndexServer() as gone:
        pass
    refused(shared, project, gone, 1, [gone.address.removeprefix("http://"), "proxy"])
    accepted(shared, project, index)


@pytest.mark.parametrize("options, fault", [
    ({"json_pages": False}, None), ({"metadata_files": False}, None), ({"metadata_files": False, "ranges": False}, None),
    ({"metadata_files": False}, WrongContentRange(0)), ({"metadata_files": False}, WrongContentRange(7)), ({}, Status(404))],
    ids=["html", "ranges", "no-ranges", "short range", "wrong range", "advertised-but-missing"])
def test_less_capable_indexes_serve_as_well(shared, project, options, fault):
    """PEP 503 pages, METADATA by ranges, whole wheels where ranges fail, core-metadata that is promised and not there."""
    with IndexServer(**options) as index:
        index.add(wheel(requires=["other>=1"])).add(wheel("other", "2.0"))
        if fault:
            index.spoil(r"\.whl", fault) if options else index.spoil(r"\.metadata", fault)
        accepted(shared, project, index)
        assert "name: other, version: \"2.0\"" in (project / "env.lock").read_text()


def test_metadata_that_is_not_what_the_page_promises_is_refused(shared, project):
    with IndexServer() as index:
        index.add(wheel(), metadata_sha256="1" * 64)
        refused(shared, project, index, 1, ["demo-1.0", "hash"])


def test_a_page_without_hashes_cannot_be_locked(shared, project, index):
    page = b'{"meta": {"api-version": "1.1"}, "name": "demo", "files": [{"filename": "demo-1.0-py3-none-any.whl", "url": "x", "hashes": {}}]}'
    index.spoil("/demo/", Body(page, JSON_TYPE))
    refused(shared, project, index, 2, ["demo", "sha256"])


def test_a_login_comes_from_netrc_and_is_not_in_the_lock(shared, project, tmp_path):
    login = "Basic " + base64.b64encode(b"student:geheim").decode()
    with IndexServer(login=login) as index:
        index.add(wheel())
        refused(shared, project, index, 1, ["401", "netrc"])
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login student password geheim\n")
        netrc.chmod(0o600)
        accepted(shared, project, index, NETRC=netrc)
        assert "geheim" not in (project / "env.lock").read_text()


def test_a_login_in_the_address_is_not_in_the_lock_nor_in_errors(shared, project):
    login = "Basic " + base64.b64encode(b"student:geheim").decode()
    with IndexServer(login=login) as index:
        index.add(wheel())
        index.url = index.url.replace("://", "://student:geheim@")
        accepted(shared, project, index)
        text = (project / "env.lock").read_text()
        assert "geheim" not in text
        (project / "env.lock").unlink()
        index.spoil("/demo/", Status(500))
        done = shared("lock", "--upgrade", "-v", cwd=project, ENVTOOL_INDEX_URL=index.url.replace("/simple", "/simple/."))
        assert "geheim" not in done.stderr + done.stdout


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate for 127.0.0.1 that signs itself: (certificate, key)."""
    folder = tmp_path_factory.mktemp("authority")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test authority",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "ca.pem"],
                   check=True, capture_output=True)
    return folder / "ca.pem", folder / "key.pem"


@pytest.mark.parametrize("variable", ["CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_an_unknown_authority_is_named_with_its_remedy_and_the_remedy_helps(shared, project, authority, variable):
    unset = {"CURL_CA_BUNDLE": "", "SSL_CERT_FILE": ""}
    with IndexServer(tls=authority) as index:
        index.add(wheel())
        refused(shared, project, index, 1, ["not trusted", "CURL_CA_BUNDLE", "SSL_CERT_FILE"], **unset)
        accepted(shared, project, index, **(unset | {variable: authority[0]}))


@pytest.mark.slow
def test_a_server_that_dawdles_is_given_up_and_asked_again(shared, project, index):
    index.spoil("/demo/", SlowLoris(), times=1)
    accepted(shared, project, index)
    assert len(index.asked("/demo/")) == 2

#!/usr/bin/env python3
"""Resolves every packse scenario with resolve_python and compares with what the scenario expects.

    tests/conformance/packse/run.py [--driver build/bin/resolve-driver] [--only SUBSTRING] [--serve=--html …] [-v]

Fetches packse's source distribution by pinned version and hash into a cache folder (never committed), serves its
scenarios from this machine (serve.py), and prints N of M with every difference. Differences listed in justified.toml,
each with its reason, do not fail the run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tomllib
import urllib.request

VERSION = "0.3.59"
SHA256 = "718bcca5dd1e9321f5c2918d5975ffd772f0c3b150cf29b03979677a003d73d2"
INDEX = "https://pypi.org/simple/packse/"
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def fetch(cache: pathlib.Path) -> pathlib.Path:
    """The unpacked source distribution; its archive is checked against SHA256 each time it is read."""
    name = f"packse-{VERSION}"
    archive = cache / f"{name}.tar.gz"
    if not archive.exists():
        request = urllib.request.Request(INDEX, headers={"Accept": "application/vnd.pypi.simple.v1+json"})
        with urllib.request.urlopen(request, timeout=60) as page:
            url = next(f["url"] for f in json.load(page)["files"] if f["filename"] == archive.name)
        with urllib.request.urlopen(url, timeout=60) as response:
            archive.write_bytes(response.read())
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        archive.unlink()
        sys.exit(f"{archive.name} does not have the pinned sha256; removed")
    if not (cache / name).exists():
        with tarfile.open(archive) as tar:
            tar.extractall(cache, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return cache / name / "scenarios"


def normalize(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def question(scenario: dict, base: str) -> dict:
    """The scenario as a problem for the driver: its Python, one platform."""
    options = scenario.get("resolver_options", {})
    python = options.get("python") or scenario.get("environment", {}).get("python", "3.12")
    if options.get("universal") and (lower := re.match(r">=\s*([0-9.]+)", scenario["root"].get("requires_python") or "")):
        python = lower[1]
    machine = "arm64" if "aarch64" in options.get("python_platform", "") else "amd64"
    return {
        "packages": scenario["root"].get("requires", []),
        "index": f"{base}/{scenario['name']}/simple/",
        "python": python if python.count(".") == 2 else python + ".0",
        "libc": "glibc 2.36",
        "platforms": [f"linux/{machine}"],
        "plan_only": True,
    }


def solve(driver: pathlib.Path, problem: dict) -> tuple[bool, dict[str, str], str]:
    done = subprocess.run([driver], input=json.dumps(problem), capture_output=True, text=True, timeout=60)
    if not done.stdout:
        return False, {}, f"the driver died with {done.returncode}: {done.stderr[-400:]}"
    answer = json.loads(done.stdout)
    if "error" in answer:
        return False, {}, answer["error"]["what"] + "\n" + "\n".join(answer["error"]["hints"])
    (packages,) = answer["platforms"].values()
    return True, {p["name"]: p["version"] for p in packages}, done.stderr


def agrees(scenario: dict, solved: bool, picks: dict[str, str]) -> bool:
    expected = scenario["expected"]
    if solved != expected["satisfiable"]:
        return False
    wanted = {normalize(name): version for name, version in (expected.get("packages") or {}).items()}
    # A universal scenario lists the packages of all platforms: only whether it can be solved is compared.
    universal = scenario.get("resolver_options", {}).get("universal")
    return not solved or not wanted or bool(universal) or picks == wanted


def justified() -> dict[str, str]:
    with open(HERE / "justified.toml", "rb") as file:
        return {d["scenario"]: d["reason"] for d in tomllib.load(file).get("difference", [])}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--driver", type=pathlib.Path, default=ROOT / "build/bin/resolve-driver")
    cache_home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path(cache_home) / "envtool-tests")
    parser.add_argument("--only", default="", help="scenarios whose name contains this")
    parser.add_argument("--serve", action="append", default=[], help="an option of serve.py")
    parser.add_argument("-v", "--verbose", action="store_true", help="print every answer")
    options = parser.parse_args()
    if not options.driver.exists():
        sys.exit(f"{options.driver} is not there: build the target resolve-driver, or say --driver")
    options.cache.mkdir(parents=True, exist_ok=True)
    folder = fetch(options.cache)

    command = [sys.executable, HERE / "serve.py", folder, *options.serve]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        return score(options, folder, f"http://127.0.0.1:{server.stdout.readline().strip()}")
    finally:
        server.terminate()
        server.wait()


def score(options: argparse.Namespace, folder: pathlib.Path, base: str) -> int:
    reasons = justified()
    good = total = 0
    used, failed = set(), []
    for path in sorted(folder.rglob("*.toml")):
        if "examples" in path.parts or options.only not in str(path):
            continue
        scenario = tomllib.loads(path.read_text(encoding="utf-8"))
        name = scenario["name"]
        total += 1
        try:
            solved, picks, said = solve(options.driver, question(scenario, base))
        except subprocess.TimeoutExpired:
            solved, picks, said = False, {}, "no answer in 60 s"
        same = agrees(scenario, solved, picks) and "the driver died" not in said
        good += same
        if options.verbose:
            print(f"{'ok  ' if same else 'DIFF'} {name}: {picks or said}")
        if not same and name in reasons:
            used.add(name)
        elif not same:
            failed.append(name)
            wanted = scenario["expected"]
            print(f"    {name}\n        theirs {wanted['satisfiable']} {wanted.get('packages', {})}\n        ours   {solved} {picks} {said[:600] if not solved else ''}")
    print(f"packse {VERSION}: {good} of {total}, {len(used)} justified, {len(failed)} unjustified")
    if not options.only:
        for name in sorted(set(reasons) - used):
            print(f"justified.toml lists a difference that is none any more: {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

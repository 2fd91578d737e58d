#!/usr/bin/env python3
"""Compares envtool::pep with the packaging library: its own test suite, and random texts.

    tests/conformance/packaging/run.py [--driver build/bin/conformance-pep] [--count 20000] [--seed 1]

Fetches packaging's source distribution by pinned version and hash into a cache folder (never committed), records what
its tests ask and get (record.py), puts the same questions to the driver, and prints N of M and every difference.
Differences listed in justified.toml, each with its reason, do not fail the run.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import importlib.util
import json
import os
import pathlib
import random
import subprocess
import sys
import tarfile
import tomllib
import urllib.request

VERSION = "26.3"
SHA256 = "94edc256424af38762eb31306eed28beb9f0efc50a8837492c9d6fd6004aed79"
INDEX = "https://pypi.org/simple/packaging/"
SUITES = ["version", "specifiers", "markers", "requirements", "tags", "utils", "metadata"]
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def fetch(cache: pathlib.Path) -> pathlib.Path:
    """The unpacked source distribution; its archive is checked against SHA256 each time it is read."""
    name = f"packaging-{VERSION}"
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
    return cache / name


def recorded(cache: pathlib.Path, source: pathlib.Path) -> list[dict]:
    """Run their tests once for this recorder; later runs read what was written down."""
    recorder = hashlib.sha256((HERE / "record.py").read_bytes()).hexdigest()[:16]
    vectors = cache / f"vectors-{VERSION}-{recorder}.jsonl"
    if not vectors.exists():
        if importlib.util.find_spec("pytest") is None:
            sys.exit("the suite of packaging runs under pytest: install it (Debian: python3-pytest)")
        part = vectors.with_suffix(".part")
        environment = os.environ | {"VECTORS": str(part), "PYTHONPATH": f"{HERE}{os.pathsep}{source / 'src'}"}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "record", "-p", "no:cacheprovider", "--tb=no", "-m", "not property"]
        subprocess.run([*command, *(f"tests/test_{s}.py" for s in SUITES)], cwd=source, env=environment, stdout=subprocess.DEVNULL)
        part.rename(vectors)
    lines = [json.loads(line) for line in vectors.read_text(encoding="utf-8").splitlines()]
    print(f"packaging {VERSION}: its {lines.pop()['ran']} tests asked {len(lines)} different questions")
    return lines


def put(driver: pathlib.Path, questions: list[dict]) -> list[dict]:
    text = "".join(json.dumps(q) + "\n" for q in questions)
    done = subprocess.run([driver], input=text, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(questions):
        sys.exit(f"the driver answered {len(answers)} of {len(questions)} questions")
    return answers


def agree(want: dict, got: dict) -> bool:
    if "error" in want or "error" in got:
        return "error" in want and "error" in got and not str(got["error"]).startswith("driver:")
    for key, value in want.items():
        mine = got.get(key)
        if key == "order":
            if mine not in value:
                return False
        elif mine != value:
            return False
    return True


def label(question: dict) -> str:
    """What names a question in justified.toml and in the output."""
    shown = {k: v for k, v in question.items() if k not in ("op", "environment", "by")}
    return question["op"] + " " + (repr(shown["text"]) if set(shown) == {"text"} else json.dumps(shown, sort_keys=True))


def justified() -> dict[str, str]:
    with open(HERE / "justified.toml", "rb") as file:
        return {d["question"].strip(): d["reason"] for d in tomllib.load(file).get("difference", [])}


class Score:
    def __init__(self, reasons: dict[str, str]):
        self.reasons, self.used = reasons, set()
        self.failed = 0

    def judge(self, kind: str, cases: list[tuple[dict, dict]], answers: list[dict]) -> list[bool]:
        """Prints the line of one kind and its differences. True where the answer agrees or the difference is justified."""
        same = [agree(want, got) for (_, want), got in zip(cases, answers)]
        excused = 0
        verdicts = list(same)
        lines = []
        for i, ((question, want), got) in enumerate(zip(cases, answers)):
            if same[i]:
                continue
            name = label(question)
            if name in self.reasons:
                self.used.add(name)
                excused += 1
                verdicts[i] = True
                continue
            self.failed += 1
            lines.append(f"    {name}\n        theirs {json.dumps(want)[:400]}\n        ours   {json.dumps(got)[:400]}")
        note = f", {excused} justified" if excused else ""
        print(f"  {kind:<28} {sum(same)} of {len(same)}{note}")
        for line in lines[:40]:
            print(line)
        if len(lines) > 40:
            print(f"    … and {len(lines) - 40} more")
        return verdicts


def score_recorded(score: Score, driver: pathlib.Path, lines: list[dict]) -> None:
    groups = collections.defaultdict(list)
    for line in lines:
        groups[line["ask"]["op"]].append(line)
    failed_tests: set[str] = set()
    for op, group in sorted(groups.items()):
        cases = [(g["ask"], g["want"]) for g in group]
        for good, g in zip(score.judge(op, cases, put(driver, [q for q, _ in cases])), group):
            if not good:
                failed_tests.update(g["by"])
    print("by their tests, each with all its questions:")
    all_tests = {name for line in lines for name in line["by"]}
    for suite in SUITES:
        names = {n for n in all_tests if n.startswith(f"tests/test_{suite}.py")}
        print(f"  test_{suite:<23} {len(names - failed_tests)} of {len(names)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--driver", type=pathlib.Path, default=ROOT / "build/bin/conformance-pep")
    cache_home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path(cache_home) / "envtool-tests")
    parser.add_argument("--count", type=int, default=20_000, help="random questions of each kind")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not options.driver.exists():
        sys.exit(f"{options.driver} is not there: build the target conformance-pep, or say --driver")
    options.cache.mkdir(parents=True, exist_ok=True)
    source = fetch(options.cache)
    lines = recorded(options.cache, source)

    score = Score(justified())
    score_recorded(score, options.driver, lines)

    sys.path[:0] = [str(source / "src"), str(HERE)]
    for name in [n for n in sys.modules if n.split(".")[0] == "packaging"]:
        del sys.modules[name]
    import oracle

    print(f"random, seed {options.seed}:")
    r = random.Random(options.seed)
    texts = [(q["ask"]["op"], q["ask"]["text"]) for q in lines if q["ask"]["op"] in ("version", "specifiers", "marker")]
    texts = [(op, text) for op, text in texts if text.isascii()]  # white space beyond ASCII: see justified.toml
    texts += [(q["ask"]["op"], q["ask"]["text"]) for q in lines if q["ask"]["op"] == "requirement"][::20]
    for kind, cases in (
        ("tag lists", oracle.tag_lists()), ("versions", oracle.versions(r, options.count)),
        ("specifiers and ranges", oracle.contained(r, options.count)), ("markers", oracle.evaluated(r, options.count // 2)),
        ("changed texts", oracle.mutated(r, texts, options.count)),
    ):
        cases = list(cases)
        score.judge(kind, cases, put(options.driver, [q for q, _ in cases]))

    for name in sorted(set(score.reasons) - score.used):
        print(f"justified.toml lists a difference that is none any more: {name}")
    print("no unjustified difference" if not score.failed else f"{score.failed} unjustified differences")
    return 1 if score.failed else 0


if __name__ == "__main__":
    sys.exit(main())

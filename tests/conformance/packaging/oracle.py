"""Questions made here, answered by the packaging library itself: tag lists, and random texts by the thousand."""

from __future__ import annotations

import random
from unittest import mock

from packaging import _manylinux, _musllinux, tags
from packaging.markers import InvalidMarker, Marker, UndefinedComparison
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

import record  # for how answers are shown


def supported(python: tuple[int, int], libc: tuple[int, int], musl: bool, machine: str, free_threaded: bool) -> list[str]:
    glibc = _manylinux._GLibCVersion(*((-1, -1) if musl else libc))
    with (
        mock.patch.object(_manylinux, "_get_glibc_version", lambda: glibc),
        mock.patch.object(_manylinux, "_have_compatible_abi", lambda *_: not musl),
        mock.patch.object(_manylinux, "_get_manylinux_module", lambda: None),
        mock.patch.object(_musllinux, "_get_musl_version", lambda _: _musllinux._MuslVersion(*libc) if musl else None),
        mock.patch.object(tags.sysconfig, "get_platform", lambda: f"linux-{machine}"),
        mock.patch.object(tags, "_32_BIT_INTERPRETER", False),
    ):
        platforms = list(tags._linux_platforms(is_32bit=False))
    own = f"cp{python[0]}{python[1]}"
    found = list(tags.cpython_tags(python, [own + ("t" if free_threaded else "")], platforms))
    found += tags.compatible_tags(python, own, platforms)
    return [str(tag) for tag in found]


def tag_lists():
    for minor in range(2, 17):
        for machine in ("x86_64", "aarch64", "ppc64le"):
            for libc, musl in [((2, m), False) for m in (4, 5, 12, 16, 17, 28, 31, 36, 39, 43)] + [((1, m), True) for m in (0, 1, 2)]:
                for free_threaded in (False, True) if minor >= 13 else (False,):
                    name = ("musl " if musl else "glibc ") + "%d.%d" % libc
                    question = {"op": "supported", "python": f"3.{minor}.1", "libc": name, "machine": machine, "free_threaded": free_threaded}
                    yield question, {"tags": supported((3, minor), libc, musl, machine, free_threaded)}


NUMBERS = ["0", "1", "2", "3", "9", "10", "11", "007", "4094", "4095", "4096", "20240101", "33554431", "134217727", "2147483647", "18446744073709551616"]


def number(r: random.Random) -> str:
    return r.choice(NUMBERS[:7] if r.random() < 0.85 else NUMBERS)


def version(r: random.Random, local: bool = True) -> str:
    text = f"{r.choice(['0', '1', '2', '5'])}!" if r.random() < 0.1 else ""
    text += ".".join(number(r) for _ in range(r.choice([1, 2, 2, 2, 3, 3, 4, 5])))
    if r.random() < 0.35:
        text += r.choice(["a", "b", "rc", "c", ".alpha", "-beta_", "pre", "_preview."]) + r.choice([number(r), ""])
    if r.random() < 0.25:
        text += r.choice([".post", "-r", "rev.", "-"]) + number(r)
    if r.random() < 0.3:
        text += r.choice([".dev", "-dev", "DEV_"]) + r.choice([number(r), ""])
    if local and r.random() < 0.25:
        text += "+" + r.choice([".", "-", "_"]).join(r.choice(["abc", "ABC", "1", "01", "10", "cu118", "a1"]) for _ in range(r.choice([1, 1, 2])))
    return text


def near(r: random.Random, text: str) -> str:
    """A version that shares a start with another: where the rules bite."""
    parsed = Version(text)
    base = ".".join(map(str, parsed.release[: r.randint(1, len(parsed.release))]))
    base = f"{parsed.epoch}!{base}" if parsed.epoch and r.random() < 0.8 else base
    pre = "".join(map(str, parsed.pre)) if parsed.pre and r.random() < 0.7 else ""
    return base + r.choice(["", "", ".0", ".1", ".0.0"]) + pre + r.choice(["", "", "a1", "rc0", ".post0", ".post1", ".dev0", ".dev1", ".post1.dev2", "+x", "+1.2", ".post1+y"])


def clause(r: random.Random) -> str:
    op = r.choice(["~=", "==", "!=", "<=", ">=", "<", ">", "=="])
    if op in ("==", "!=") and r.random() < 0.4:
        return op + ".".join(number(r) for _ in range(r.choice([1, 2, 3]))) + ".*"
    text = version(r, local=op in ("==", "!="))
    return op + text + (".0" if op == "~=" and len(Version(text).release) < 2 and "a" not in text and text.isdigit() else "")


def versions(r: random.Random, count: int):
    for _ in range(count):
        a = version(r)
        b = near(r, a) if r.random() < 0.6 else version(r)
        yield from ask(lambda: record.show_version(Version(b)), {"op": "version", "text": b})
        try:
            left, right = Version(a), Version(b)
        except InvalidVersion:
            continue
        yield {"op": "compare", "a": a, "b": b}, {"order": [(left > right) - (left < right)]}


def ask(answer, question):
    try:
        yield question, answer()
    except (InvalidVersion, InvalidSpecifier, InvalidMarker, InvalidRequirement, UndefinedComparison):
        yield question, {"error": True}
    except ValueError:
        pass  # Python's own limit on digits


def contained(r: random.Random, count: int):
    while count > 0:
        clauses = [clause(r) for _ in range(r.choice([1, 1, 2, 3]))]
        try:
            parsed = SpecifierSet(",".join(clauses))
        except InvalidSpecifier:
            continue
        for _ in range(6):
            stem = r.choice(clauses).lstrip("<>=!~").removesuffix(".*")
            item = near(r, stem) if r.random() < 0.8 else version(r)
            try:
                Version(item)
            except InvalidVersion:
                continue
            for allow in (True, False):
                answer = parsed.contains(item, prereleases=allow)
                yield {"op": "contains", "set": str(parsed), "item": item, "prereleases": allow}, {"contains": answer}
                count -= 1


ENVIRONMENTS = [
    {
        "implementation_name": "cpython", "implementation_version": full, "os_name": "posix", "platform_machine": machine,
        "platform_python_implementation": "CPython", "platform_release": "", "platform_system": "Linux",
        "platform_version": "", "python_full_version": full, "python_version": short, "sys_platform": "linux",
    }
    for full, short in (("3.9.2", "3.9"), ("3.11.2", "3.11"), ("3.14.0rc1", "3.14"))
    for machine in ("x86_64", "aarch64")
]
TEXTS = ["3", "3.9", "3.10", "3.11.2", "3.9.*", "3.14.0rc1", "linux", "win32", "posix", "nt", "x86_64", "aarch64", "arm64", "CPython", "cpython", "", "linux win32", "3.9 3.11", "test", "Test_Extra", "6.1"]


def comparison(r: random.Random) -> str:
    op = r.choice(["==", "!=", "<", "<=", ">", ">=", "~=", "in", "not in", "==", "=="])
    variable = r.choice([*ENVIRONMENTS[0], "extra", "extra", "os.name", "python_implementation"])
    value = r.choice(["'%s'", '"%s"']) % r.choice(TEXTS)
    return f"{variable} {op} {value}" if r.random() < 0.75 else f"{value} {op} {variable}"


def marker(r: random.Random, depth: int = 0) -> str:
    if depth > 2 or r.random() < 0.5:
        return comparison(r)
    joined = f" {r.choice(['and', 'or'])} ".join(marker(r, depth + 1) for _ in range(r.choice([2, 2, 3])))
    return f"({joined})" if r.random() < 0.6 else joined


def evaluated(r: random.Random, count: int):
    for _ in range(count):
        text, environment, extra = marker(r), r.choice(ENVIRONMENTS), r.choice(["", "", "test", "test-extra"])
        question = {"op": "evaluate", "marker": text, "environment": environment, "extras": [extra] if extra else [], "groups": []}
        yield from ask(lambda: {"str": str(Marker(text))}, {"op": "marker", "text": text})
        yield from ask(lambda: {"holds": Marker(text).evaluate(environment | {"extra": extra})}, question)


def mutated(r: random.Random, texts: list[tuple[str, str]], count: int):
    """One byte of a text of theirs changed: both sides have to accept or refuse it, and read the same."""
    show = {
        "version": lambda t: record.show_version(Version(t)), "specifiers": lambda t: {"str": str(SpecifierSet(t))},
        "marker": lambda t: {"str": str(Marker(t))}, "requirement": lambda t: record.show_requirement(Requirement(t)),
    }
    for _ in range(count):
        op, text = r.choice(texts)
        at = r.randint(0, len(text))
        text = text[:at] + r.choice(["", *" .-_+!*,;()[]@<>=~'\"aAvr019"]) + text[at + r.randint(0, 1) :]
        for question, answer in ask(lambda: show[op](text), {"op": op, "text": text}):
            # PEP 508 wants a letter or digit at the end of a name; the library takes "name_" too.
            if not any(name.endswith("_") or name.endswith("-") for name in [answer.get("name", ""), *answer.get("extras", [])]):
                # Theirs renders a backslash as it is, which reads back as something else; ours escapes it.
                yield question, {} if "\\" in text and "error" not in answer else answer

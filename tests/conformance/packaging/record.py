"""pytest plugin: runs the packaging library's own tests and writes down what the library answered.

Every call that a test makes to the public API (a version parsed, two compared, a marker evaluated, …) becomes a
question with the library's answer and the tests that asked it. `run.py` puts the questions to our driver.
Loaded with `-p record`; writes $VECTORS. No vector is kept in this repository.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import types

# The tests want pretend.stub and call_recorder only.
pretend = types.ModuleType("pretend")


class _Stub:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


def _call_recorder(function):
    @functools.wraps(function)
    def recorder(*args, **kwargs):
        recorder.calls.append((args, kwargs))
        return function(*args, **kwargs)

    recorder.calls = []
    return recorder


pretend.stub, pretend.call_recorder, pretend.raiser = _Stub, _call_recorder, None
pretend.call = lambda *args, **kwargs: (args, kwargs)
sys.modules.setdefault("pretend", pretend)

from packaging import markers, metadata, requirements, specifiers, tags, utils, version  # noqa: E402

questions: dict[str, tuple[dict, set[str]]] = {}
current_test: str | None = None
ran: set[str] = set()
depth = 0


def write_down(question: dict, answer: dict) -> None:
    if current_test is None:
        return
    key = json.dumps(question, sort_keys=True)
    questions.setdefault(key, (answer, set()))[1].add(current_test)


class quiet:
    """What the library calls to make its own answer is no question."""

    def __enter__(self):
        global depth
        depth += 1

    def __exit__(self, *_):
        global depth
        depth -= 1


def patch(owner, name, ask, outermost=True):
    """Replace owner.name; `ask(args, kwargs)` gives (question, answer-of-result[, answer when it raises]) or None."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapper(*args, **kwargs):
        if depth and outermost:
            return original(*args, **kwargs)
        with quiet():
            asked = None
            try:
                asked = ask(*args, **kwargs)
            except Exception:  # a call that our face does not have
                asked = None
        try:
            with quiet():
                result = original(*args, **kwargs)
        except ValueError as error:
            if asked and type(error).__name__.startswith(("Invalid", "UndefinedComparison", "ParserSyntax")):
                write_down(asked[0], asked[2] if len(asked) > 2 else {"error": True})
            raise
        if asked and result is not NotImplemented:
            with quiet():
                answer = asked[1](result)
            if answer is not None:
                write_down(asked[0], answer)
        return result

    setattr(owner, name, wrapper)


def text_only(value) -> bool:
    if type(value) is not str:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


# --- versions


def show_version(v: version.Version) -> dict:
    return {
        "str": str(v), "is_prerelease": v.is_prerelease, "is_postrelease": v.is_postrelease,
        "is_devrelease": v.is_devrelease, "base_version": v.base_version, "public": v.public,
        "pre": None if v.pre is None else f"{v.pre[0]}{v.pre[1]}", "post": None if v.post is None else str(v.post),
        "dev": None if v.dev is None else str(v.dev), "epoch": str(v.epoch), "local": v.local,
    }


def ask_version(self, text):
    if not text_only(text):
        return None
    return {"op": "version", "text": text}, lambda _: show_version(self)


ORDERS = {
    "__lt__": lambda r: {"order": [-1] if r else [0, 1]}, "__le__": lambda r: {"order": [-1, 0] if r else [1]},
    "__eq__": lambda r: {"order": [0] if r else [-1, 1]}, "__ne__": lambda r: {"order": [-1, 1] if r else [0]},
    "__ge__": lambda r: {"order": [0, 1] if r else [-1]}, "__gt__": lambda r: {"order": [1] if r else [-1, 0]},
}


def ask_compare(operation):
    def ask(self, other):
        if type(self) is not version.Version or type(other) is not version.Version:
            return None
        return {"op": "compare", "a": str(self), "b": str(other), "by": operation}, ORDERS[operation]

    return ask


patch(version.Version, "__init__", ask_version, outermost=False)
for operation in ORDERS:
    patch(version.Version, operation, ask_compare(operation))

# --- specifiers


def show_specifier(s):
    return {"str": str(s), "operator": s.operator, "version": s.version}


def ask_specifier(self, spec="", prereleases=None):
    return ({"op": "specifier", "text": spec}, lambda _: show_specifier(self)) if text_only(spec) else None


def ask_specifiers(self, specifiers="", prereleases=None):
    return ({"op": "specifiers", "text": specifiers}, lambda _: {"str": str(self)}) if text_only(specifiers) else None


def ask_contains(self, item, prereleases=None, installed=None):
    parsed = specifiers.coerce_version(item)
    if installed and parsed is not None and parsed.is_prerelease:
        prereleases = True
    allow = not (prereleases is False or (prereleases is None and self._prereleases is False))
    question = {"op": "contains", "set": str(self), "item": str(item), "prereleases": allow}
    if isinstance(item, version.Version):
        question["is_version"] = True
    return question, lambda result: {"contains": result}


def ask_equal(kind, show=str):
    def ask(self, other):
        if isinstance(other, str) and kind in ("Specifier", "SpecifierSet"):
            other = type(self)(other)
        if type(self) is not type(other):
            return None
        return {"op": "equal", "kind": kind, "a": show(self), "b": show(other)}, lambda result: {"equal": result}

    return ask


def ask_unsatisfiable(self):
    if self._prereleases is not None or "===" in str(self):
        return None
    return {"op": "unsatisfiable", "text": str(self)}, lambda result: {"empty": result}


patch(specifiers.Specifier, "__init__", ask_specifier, outermost=False)
patch(specifiers.SpecifierSet, "__init__", ask_specifiers, outermost=False)
for owner in (specifiers.Specifier, specifiers.SpecifierSet):
    patch(owner, "contains", ask_contains)
    patch(owner, "__eq__", ask_equal(owner.__name__))
patch(specifiers.SpecifierSet, "is_unsatisfiable", ask_unsatisfiable)

# --- markers and requirements


def ask_marker(self, marker):
    return ({"op": "marker", "text": marker}, lambda _: {"str": str(self)}) if text_only(marker) else None


def ask_evaluate(self, environment=None, context="metadata"):
    merged = dict(markers.default_environment())
    if context == "lock_file":
        merged |= {"extras": frozenset(), "dependency_groups": frozenset()}
    elif context == "metadata":
        merged["extra"] = ""
    merged |= environment or {}
    extra = merged.pop("extra", None)
    extras = set(merged.pop("extras", None) or ()) | ({extra} if extra else set())
    groups = set(merged.pop("dependency_groups", None) or ())
    question = {
        "op": "evaluate", "marker": str(self), "environment": merged, "extras": sorted(extras), "groups": sorted(groups),
    }
    return question, lambda result: {"holds": result}


def show_requirement(r):
    answer = {
        "name": r.name, "extras": sorted({utils.canonicalize_name(e) for e in r.extras}), "specifier": str(r.specifier),
        "url": r.url, "marker": str(r.marker) if r.marker else None,
    }
    if r.extras == set(answer["extras"]):
        answer["str"] = str(r)
    return answer


def ask_requirement(self, text):
    return ({"op": "requirement", "text": text}, lambda _: show_requirement(self)) if text_only(text) else None


patch(markers.Marker, "__init__", ask_marker, outermost=False)
patch(markers.Marker, "evaluate", ask_evaluate)
patch(markers.Marker, "__eq__", ask_equal("Marker"))
patch(requirements.Requirement, "__init__", ask_requirement, outermost=False)
patch(requirements.Requirement, "__eq__", ask_equal("Requirement"))

# --- tags, names, metadata


def show_tags(found):
    return {"tags": sorted(str(tag) for tag in found)}


def ask_tag(tag, *, validate_order=False, limit=None):
    if validate_order or limit is not None:
        return None
    return {"op": "tag", "text": tag}, show_tags


def ask_wheel(filename, *, validate_order=False):
    def show(result):
        name, parsed, build, found = result
        return {"name": name, "version": str(parsed), "build": [str(build[0]), build[1]] if build else []} | show_tags(found)

    return None if validate_order else ({"op": "wheel", "text": filename}, show)


def ask_sdist(filename):
    return {"op": "sdist", "text": filename}, lambda r: {"name": r[0], "version": str(r[1])}


def ask_name(name, *, validate=False):
    if validate:
        return {"op": "valid_name", "text": name}, lambda _: {"valid": True}, {"valid": False}
    return {"op": "name", "text": name}, lambda result: {"name": result}


def ask_metadata(data, *, validate=True):
    data = data.decode() if isinstance(data, bytes) else data

    def show(m):
        return {
            "name": m.name, "version": str(m.version), "requires_dist": [str(r) for r in m.requires_dist or []],
            "requires_python": str(m.requires_python) if m.requires_python is not None else None,
            "provides_extra": list(m.provides_extra or []), "dynamic": list(m.dynamic or []),
        }

    return {"op": "metadata", "text": data}, show


patch(tags, "parse_tag", ask_tag)
patch(utils, "parse_wheel_filename", ask_wheel)
patch(utils, "parse_sdist_filename", ask_sdist)
patch(utils, "canonicalize_name", ask_name)
patch(utils, "is_normalized_name", lambda name: ({"op": "is_normalized", "text": name}, lambda r: {"normalized": r}))
patch(metadata.Metadata, "from_email", ask_metadata)


# --- pytest


def pytest_runtest_logstart(nodeid, location):
    global current_test
    current_test = nodeid
    ran.add(nodeid)


def pytest_runtest_logfinish(nodeid, location):
    global current_test
    current_test = None


def pytest_collection_modifyitems(items):
    global current_test
    current_test = None


def pytest_sessionfinish(session, exitstatus):
    with open(os.environ["VECTORS"], "w", encoding="utf-8") as out:
        for question, (answer, asked_by) in questions.items():
            json.dump({"ask": json.loads(question), "want": answer, "by": sorted(asked_by)}, out)
            out.write("\n")
        json.dump({"ran": len(ran)}, out)

"""The JSON Schema of env.yaml against every env.yaml of this tree, and against mistakes that it must see."""
import pathlib
import re
import sys

import json
import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Loader(yaml.SafeLoader):
    """YAML 1.2 as editors read it: a day is a text, only true and false are truth values."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))

BAD = [
    "name: x", "packages: numpy", "packages: [1]", "packages: [[a]]", "packages: []\nname: has space",
    "packages: []\npython: '>=3.10'", "packages: []\nbase: {debian: noble}", "packages: []\nbase: {}",
    "packages: []\nbase: {debian: bookworm, ubuntu: noble}", "packages: []\nsystem: [Git]", "packages: []\nunknown: 1",
    "packages: []\nindexes: [{name: a}]", "packages: []\nindexes: [{name: a, url: 'https://u:p@x/'}]",
    "packages: []\nexclude-newer: yesterday", "packages: []\nplatforms: []", "packages: []\nplatforms: [linux/mips]",
    "packages: []\ngpu: yes", "packages: []\ngpu: {count: 0}", "packages: []\ngpu: {driver: '550'}",
    "packages: []\nenv: {A-B: c}", "packages: []\nmounts: ['a:b']", "packages: []\nmounts: [{source: a, target: b}]",
    "packages: []\nports: [0]", "packages: []\nports: ['80:80']", "packages: []\nsetup: echo",
    "packages: []\nservices: {board: true}", "packages: []\nservices: {b: {command: x, health: y}}",
    "packages: []\nnetwork: bridge", "packages: []\nresources: {cpus: fast}", "packages: []\nresources: {memory: lots}",
    "packages: []\nsecrets: ['A=b']",
]


def documents():
    for folder in ("templates", "examples"):
        for path in sorted((ROOT / folder).glob("*/env.yaml")):
            yield str(path.relative_to(ROOT)), path.read_text()
    page = ROOT / "docs/formats/env-yaml.md"
    for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", page.read_text(), re.S), 1):
        yield f"{page.relative_to(ROOT)} block {number}", block if re.search("^packages:", block, re.M) else "packages: []\n" + block


def main():
    schema = json.loads((ROOT / "docs/formats/env.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failures, count = [], 0
    for name, text in documents():
        count += 1
        failures += [f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(yaml.load(text, Loader))]
    failures += [f"accepted: {text!r}" for text in BAD if validator.is_valid(yaml.load(text, Loader))]
    if count < 10:
        failures.append(f"only {count} examples found")
    print("\n".join(failures) or f"{count} examples are valid, {len(BAD)} mistakes are not")
    return bool(failures)


sys.exit(main())

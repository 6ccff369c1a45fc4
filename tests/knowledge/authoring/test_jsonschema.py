"""`vpn-help knowledge schema`: what an editor checks is what the loader checks."""

import argparse
import datetime
import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from knowledge.authoring.jsonschema import KINDS, add_arguments, run, schemas
from knowledge.errors import MisuseError
from knowledge.loader import BASE, survey

DATA = Path(__file__).parents[2] / "data"
TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "null": lambda value: value is None,
}


def faults(value, node, whole, path="$"):
    """What a JSON Schema says about a value; every word of it that we write, and no other."""
    for word, wanted in node.items():
        if word in ("$schema", "$defs", "title", "description", "format"):
            continue
        if word == "$ref":
            yield from faults(value, whole["$defs"][wanted.removeprefix("#/$defs/")], whole, path)
        elif word == "type":
            if not any(TYPES[name](value) for name in ([wanted] if isinstance(wanted, str) else wanted)):
                yield f"{path}: {value!r} is no {wanted}"
        elif word in ("enum", "const"):
            if not any(value == each and type(value) is type(each) for each in ([wanted] if word == "const" else wanted)):
                yield f"{path}: {value!r} is none of {wanted}"
        elif word == "anyOf":
            if all(list(faults(value, part, whole, path)) for part in wanted):
                yield f"{path}: {value!r} fits nothing"
        elif word in ("pattern", "minLength"):
            if isinstance(value, str) and not (re.search(wanted, value) if word == "pattern" else len(value) >= wanted):
                yield f"{path}: {value!r} breaks {word}"
        elif word in ("minimum", "maximum", "exclusiveMinimum"):
            bounds = {"minimum": lambda a, b: a >= b, "maximum": lambda a, b: a <= b, "exclusiveMinimum": lambda a, b: a > b}
            if TYPES["number"](value) and not bounds[word](value, wanted):
                yield f"{path}: {value!r} breaks {word}"
        elif word in ("items", "minItems", "uniqueItems"):
            if isinstance(value, list) and word == "items":
                for at, item in enumerate(value):
                    yield from faults(item, wanted, whole, f"{path}[{at}]")
            elif isinstance(value, list) and (
                len(value) < wanted if word == "minItems" else len({*map(str, value)}) < len(value)
            ):
                yield f"{path}: {word}"
        elif word in ("properties", "required", "additionalProperties", "propertyNames"):
            yield from object_faults(value, word, wanted, node, whole, path)
        else:
            raise AssertionError(f"the test does not know `{word}`")


def object_faults(value, word, wanted, node, whole, path):
    if not isinstance(value, dict):
        return
    for key, part in value.items():
        if word == "properties" and key in wanted:
            yield from faults(part, wanted[key], whole, f"{path}.{key}")
        elif word == "propertyNames":
            yield from faults(key, wanted, whole, f"{path}.{key}")
        elif word == "additionalProperties" and key not in node.get("properties", {}):
            if wanted is False:
                yield f"{path}: unknown key {key}"
            elif wanted is not True:
                yield from faults(part, wanted, whole, f"{path}.{key}")
    if word == "required":
        yield from (f"{path}: {key} is missing" for key in wanted if key not in value)


def as_editors_read(path):
    """The file as a YAML library types it, which the base's own reader never does."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return json.loads(
        json.dumps(_keyed(data), default=lambda value: value.isoformat() if isinstance(value, datetime.date) else 1)
    )


def _keyed(data):
    if isinstance(data, dict):
        return {{True: "yes", False: "no"}.get(key, str(key)): _keyed(part) for key, part in data.items()}
    return [_keyed(part) for part in data] if isinstance(data, list) else data


@pytest.fixture(scope="module")
def known():
    return schemas(survey(BASE, strict=False).base)


@pytest.mark.parametrize("kind", KINDS)
def test_the_base_that_ships_fits(known, kind):
    paths = sorted(BASE.glob(KINDS[kind][0]))

    assert paths or kind == "tuning"
    assert [found for path in paths for found in faults(as_editors_read(path), known[kind], known[kind], path.name)] == []


def test_every_yaml_file_of_the_base_is_of_one_kind():
    for path in set(BASE.rglob("*.yaml")) - {BASE / "article.yaml"}:  # that one is no part of what is loaded
        assert [kind for kind, (where, _) in KINDS.items() if path in BASE.glob(where)], path


@pytest.mark.parametrize(
    "kind",
    [
        *("unknown-key", "missing-key", "bad-id", "strength", "empty-value", "not-a-list", "not-a-number"),
        *("unknown-stage", "later-schema", "no-schema", "unknown-cause", "unknown-fact-of-signature"),
    ],
)
def test_what_the_loader_refuses_by_its_schema_an_editor_marks(kind):
    base = survey(DATA / "small-base").base
    marked = []
    for path in (DATA / "bad-base" / kind).rglob("*.yaml"):
        own = path.relative_to(DATA / "bad-base" / kind)
        kinds = (name for name, (where, _) in KINDS.items() if own.match(where) and len(own.parts) == where.count("/") + 1)
        name = next(kinds)
        marked += faults(as_editors_read(path), (whole := schemas(base)[name]), whole)
    assert marked


def test_editors_complete_the_names_of_the_base_and_say_what_belongs_where(known):
    rule = known["cause"]["$defs"]["RuleModel"]["properties"]
    signature = known["format"]["$defs"]["SignatureModel"]["properties"]

    assert "ike.timeout" in signature["fact"]["enum"]
    assert rule["supports"]["anyOf"][0]["enum"] == ["decisive", "strong", "moderate", "weak"]
    assert rule["says"]["description"] == "one sentence for people: what it means"
    assert "psk-mismatch" in rule["opposes"]["anyOf"][1]["propertyNames"]["enum"]


def test_the_files_are_written_and_the_settings_printed(tmp_path, capsys):
    parser = argparse.ArgumentParser()
    add_arguments(parser)

    assert run(parser.parse_args([str(tmp_path / "new"), "--base", str(DATA / "small-base"), "--json"])) == 0
    settings = json.loads(capsys.readouterr().out)["yaml.schemas"]
    assert settings[(tmp_path / "new" / "cause.schema.json").as_uri()] == "**/causes/*.yaml"
    assert {path.name for path in (tmp_path / "new").iterdir()} == {f"{kind}.schema.json" for kind in KINDS}
    for path in (tmp_path / "new").iterdir():
        assert json.loads(path.read_text(encoding="utf-8"))["$schema"].endswith("2020-12/schema")
    assert run(parser.parse_args([str(tmp_path / "new")])) == 0
    assert capsys.readouterr().out.startswith(f"{len(KINDS)} files in ")
    shutil.rmtree(tmp_path / "new")
    (tmp_path / "new").write_text("")
    with pytest.raises(MisuseError):
        run(parser.parse_args([str(tmp_path / "new")]))

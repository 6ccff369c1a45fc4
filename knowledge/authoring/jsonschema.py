"""Write JSON Schema for every kind of file of the base, so that an editor completes keys and words and marks faults at once.

Prints what to put into the settings of VS Code; other editors take the same files. Write them again when facts or causes are
added: their names are completed too. Exit status 0.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from knowledge.errors import MisuseError
from knowledge.loader import BASE, schema, survey
from knowledge.loader.faults import DECIDE
from knowledge.rules import KnowledgeBase
from knowledge.terms import Strength

Schema = dict[str, Any]

#: Each kind of file: its name, where its files are, and what its model expects.
KINDS: Mapping[str, tuple[str, Callable[[], Schema]]] = {
    "facts": ("facts.yaml", schema.FactsFile.model_json_schema),
    "format": ("formats/*.yaml", schema.FormatFile.model_json_schema),
    "cause": ("causes/*.yaml", schema.CauseFile.model_json_schema),
    "rules": ("rules/*.yaml", schema.RulesFile.model_json_schema),
    "questions": ("questions.yaml", schema.QuestionsFile.model_json_schema),
    "collect": ("collect.yaml", schema.CollectFile.model_json_schema),
    "words": ("words.yaml", schema.WordsFile.model_json_schema),
    "report": ("report.yaml", schema.ReportFile.model_json_schema),
    "tuning": ("tuning.yaml", schema.TuningFile.model_json_schema),
    "cause-texts": ("texts/*/causes/*.yaml", schema.CauseTexts.model_json_schema),
    "rules-texts": ("texts/*/rules/*.yaml", schema.RulesTexts.model_json_schema),
    "questions-texts": ("texts/*/questions.yaml", schema.QuestionsTexts.model_json_schema),
    "facts-texts": ("texts/*/facts.yaml", schema.FactsTexts.model_json_schema),
    "collect-texts": ("texts/*/collect.yaml", schema.CollectTexts.model_json_schema),
    "report-texts": ("texts/*/report.yaml", schema.ReportFile.model_json_schema),
}
#: What YAML makes of a text that nobody quoted: the base reads it as text again.
_UNQUOTED = ["string", "number", "boolean"]
#: Words of JSON Schema under which names stand that are none of its own; and those that say nothing to an editor.
_NAMING, _IDLE = frozenset({"properties", "$defs"}), frozenset({"title", "default"})
_STRENGTHS: Schema = {"enum": [str(strength) for strength in Strength]}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to write them")
    parser.add_argument("--base", type=Path, metavar="DIR", help="the base whose names are completed")
    parser.add_argument("--json", action="store_true", help="print only the settings, as JSON")


def run(args: argparse.Namespace) -> int:
    """Write a file for each kind, and say how an editor finds them."""
    base = survey(args.base or BASE, strict=False).base
    try:
        args.folder.mkdir(parents=True, exist_ok=True)
        for kind, content in schemas(base).items():
            text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
            (args.folder / f"{kind}.schema.json").write_text(text, encoding="utf-8")
    except OSError as error:
        raise MisuseError(f"{args.folder}: {error.strerror}") from error
    home = args.folder.resolve()
    settings = {"yaml.schemas": {(home / f"{kind}.schema.json").as_uri(): f"**/{where}" for kind, (where, _) in KINDS.items()}}
    if not args.json:
        sys.stdout.write(
            f"{len(KINDS)} files in {args.folder}. In VS Code, with the extension YAML, add to .vscode/settings.json:\n\n"
        )
    sys.stdout.write(json.dumps(settings, indent=2) + "\n")
    return 0


def schemas(base: KnowledgeBase) -> dict[str, Schema]:
    """The JSON Schema (draft 2020-12) of every kind of file, with the names of a base in it."""
    names = {"fact": sorted(map(str, base.facts)), "cause": sorted(map(str, base.causes))}
    found = {}
    for kind, (where, expected) in KINDS.items():
        shaped = _node(expected())
        _with_names(shaped, names)
        found[kind] = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": where, **shaped}
    return found


def _node(node: Any) -> Any:  # noqa: ANN401 # any part of a schema
    """A part of a schema as editors need it: what YAML reads as a number may be a text here."""
    if isinstance(node, list):
        return [_node(part) for part in node]
    if not isinstance(node, dict):
        return node
    if node.get("const") == "1":
        return {"enum": [1, "1"]}
    shaped = {key: _named(part) if key in _NAMING else _node(part) for key, part in node.items() if key not in _IDLE}
    if shaped.get("type") == "string" and "enum" not in shaped and "const" not in shaped:
        shaped["type"] = [*_UNQUOTED, *(["null"] if "default" in node else [])]
    if shaped.get("type") == "boolean":
        shaped = {"enum": [True, False, "yes", "no"]}
    return shaped


def _named(parts: Schema) -> Schema:
    """Parts by the names that authors write, each with what belongs there."""
    shaped = {key: _node(part) for key, part in parts.items()}
    return {key: {"description": DECIDE[key], **part} if key in DECIDE else part for key, part in shaped.items()}


def _with_names(whole: Schema, names: Mapping[str, list[str]]) -> None:
    """Put in what the models leave open: strengths, and the names of facts and causes."""
    models = {**whole.get("$defs", {}), "": whole}
    rule = models.get("RuleModel", {}).get("properties", {})
    for word in ("supports", "opposes", "excludes"):
        if word in rule:
            about = {"description": rule[word]["description"]} if "description" in rule[word] else {}
            rule[word] = {**about, "anyOf": [_STRENGTHS, _by_cause(names, _STRENGTHS)]}
    for word in ("example", "near_miss"):
        if word in rule:
            rule[word] = {"anyOf": [{"$ref": "#/$defs/ExampleModel"}, rule[word]]}
    signature = models.get("SignatureModel", {}).get("properties", {})
    if "fact" in signature:
        signature["fact"] = {**signature["fact"], "enum": names["fact"]}
        whole["properties"]["always"]["items"] = {"enum": names["fact"]}
    choice = models.get("ChoiceModel", {}).get("properties", {})
    if "effect" in choice:
        choice["effect"] = _by_cause(names, choice["effect"]["additionalProperties"])


def _by_cause(names: Mapping[str, list[str]], values: Schema) -> Schema:
    return {"type": "object", "propertyNames": {"enum": names["cause"]}, "additionalProperties": values}

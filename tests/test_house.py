"""The house’s own rules: imports go down, each library has one room. Where this fails, a function stands in the wrong room."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

#: Each room may import those before it. A new room must take its place here.
FLOORS = {
    "knowledge": (
        "errors",
        "terms",
        "condition",
        "rules",
        "wire",
        "logs",
        "course",
        "grouping",
        "differing",
        "joining",
        "attempts",
        "inference",
        "understanding",
        "loader",
        "planning",
        "diagnosis",
        "learning",
        "explaining",
        "replaying",
        "report",
        "authoring",
        "__init__",
        "__main__",
    ),
    "bot": (
        "__init__",
        "errors",
        "logger",
        "stopping",
        "events",
        "places",
        "handling",
        "weekly",
        "settings",
        "cases",
        "learned",
        "wording",
        "ports",
        "pager",
        "permissions",
        "messages",
        "knowing",
        "storage",
        "jobs",
        "escalation",
        "triage",
        "replaying",
        "slack",
        "playground",
        "web",
        "app",
        "check",
        "together",
        "cli",
        "__main__",
    ),
}

#: What may not be imported though it stands below: the reasons are in the rooms' own docstrings.
APART = {
    "slack": {"storage", "jobs", "escalation", "triage", "settings", "permissions"},
    "messages": {"permissions", "settings"},
    "storage": {"messages", "settings"},
    "playground": set(FLOORS["bot"]) - {"playground", "__init__"},
}

#: Each library, and where alone it may be imported.
ROOMS = {
    "ahocorasick_rs": {"knowledge.logs"},
    "aiohttp": {"bot.slack", "bot.playground", "bot.web", "bot.app", "bot.check", "bot.pager"},
    "aiosqlite": set(),
    "alembic": {"bot.storage"},
    "babel": {"bot.messages"},
    "cryptography": {"bot.storage"},
    "dbos": {"bot.jobs"},
    "dpkt": {"knowledge.logs"},
    "evtx": {"knowledge.logs"},
    "hyperscan": {"knowledge.logs"},
    "jinja2": {"bot.messages"},
    "pydantic": {"bot.settings", "knowledge.loader"},
    "pydantic_core": {"bot.settings", "knowledge.loader"},
    "pydantic_settings": {"bot.settings"},
    "pyparsing": {"knowledge.condition"},
    "rapidfuzz": {"knowledge.understanding"},
    "slack_bolt": {"bot.slack"},
    "slack_sdk": {"bot.slack"},
    "sqlalchemy": {"bot.storage"},
    "yaml": {"knowledge.loader"},
}

#: The one place where the bot goes round the face: the command line mounts the other house's commands.
ROUND_THE_FACE = {("bot.cli", "knowledge.__main__")}


def modules() -> Iterator[tuple[str, Path]]:
    for house in FLOORS:
        for path in sorted((ROOT / house).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts), path


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, and for whatever purpose."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names = [f"{node.module}.{name.name}" for name in node.names]
            yield from (name if is_module(name) else str(node.module) for name in names)


def is_module(name: str) -> bool:
    path = ROOT / Path(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def room(module: str) -> str:
    """`bot.slack.chat` stands in the room `slack`; `knowledge` itself is its face."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


EDGES = [(name, imported) for name, path in modules() for imported in imports(path)]
INSIDE = [(name, other) for name, other in EDGES if other.split(".")[0] in FLOORS]


@pytest.mark.parametrize("house", FLOORS)
def test_every_room_has_its_place(house):
    rooms = {room(name) for name, _ in modules() if name.split(".")[0] == house}
    assert rooms - set(FLOORS[house]) == set()


@pytest.mark.parametrize("house", FLOORS)
def test_imports_go_down(house):
    floor = {name: number for number, name in enumerate(FLOORS[house])}
    up = {
        (name, other)
        for name, other in INSIDE
        if name.startswith(house) and other.startswith(house) and floor[room(other)] > floor[room(name)]
    }
    assert up == set()


def test_rooms_that_stand_apart_stay_apart():
    joined = {(name, other) for name, other in INSIDE if other.startswith("bot.") and room(other) in APART.get(room(name), ())}
    assert {pair for pair in joined if pair[0].startswith("bot.")} == set()


def test_knowledge_knows_nothing_of_the_bot():
    assert {(name, other) for name, other in INSIDE if name.startswith("knowledge") and other.startswith("bot")} == set()


def test_the_bot_reads_knowledge_through_its_face():
    round_it = {(name, other) for name, other in INSIDE if name.startswith("bot") and other.startswith("knowledge.")}
    assert round_it == ROUND_THE_FACE


def test_each_library_has_its_room():
    ours = {"bot", "knowledge"}
    foreign = {(other.split(".")[0], ".".join(name.split(".")[:2])) for name, other in EDGES}
    foreign = {(library, where) for library, where in foreign if library not in sys.stdlib_module_names | ours}
    assert {(library, where) for library, where in foreign if where not in ROOMS.get(library, ())} == set()


def test_listeners_reach_nothing_but_their_door():
    wrong = {
        (name, other)
        for name, other in EDGES
        if name.startswith("bot.slack.listeners") and other in ("bot.slack.chat", "bot.slack.download", "slack_sdk")
    }
    assert wrong == set()


def test_diagnose_imports_nothing_of_slack_jobs_or_storage():
    program = (
        "import json, sys; from bot.cli import main; status = main(['diagnose', '--json', '-']);"
        "print(json.dumps([status, sorted(sys.modules)]))"
    )
    log = "Nov 25 10:00:00 gw charon: 12[IKE] received NO_PROPOSAL_CHOSEN notify error\n" * 3
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, input=log, capture_output=True, text=True, check=True)
    status, loaded = json.loads(done.stdout.splitlines()[-1])
    assert status in (0, 1)
    heavy = {
        "aiohttp",
        "alembic",
        "babel",
        "cryptography",
        "dbos",
        "jinja2",
        "pydantic_settings",
        "slack_bolt",
        "slack_sdk",
        "sqlalchemy",
    }
    ours = {f"bot.{name}" for name in ("app", "jobs", "messages", "playground", "settings", "slack", "storage", "triage", "web")}
    assert sorted((heavy | ours) & set(loaded)) == []

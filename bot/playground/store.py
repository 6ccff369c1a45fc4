"""Where the playground keeps its world: one SQLite file, one table of JSON documents.

The world is small and lives in memory; each change is written through at once, so that a restart, or a kill at any point,
finds everything again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    place INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID
"""


class Store:
    """Documents by kind and key, in the order in which they were first put."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.execute(_SCHEMA)
        self._place = int(self._database.execute("SELECT coalesce(max(place), 0) FROM documents").fetchone()[0])

    def put(self, kind: str, key: str, body: dict[str, Any]) -> None:
        """Keep a document; an earlier one under the same key is replaced, in its place."""
        self._place += 1
        self._database.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
            (kind, key, self._place, json.dumps(body, ensure_ascii=False)),
        )

    def remove(self, kind: str, key: str) -> None:
        """Forget a document; gone already is fine."""
        self._database.execute("DELETE FROM documents WHERE kind = ? AND key = ?", (kind, key))

    def all(self, kind: str) -> Iterator[dict[str, Any]]:
        """The documents of a kind."""
        for (body,) in self._database.execute("SELECT body FROM documents WHERE kind = ? ORDER BY place", (kind,)):
            yield json.loads(body)

    def clear(self) -> None:
        """Forget everything."""
        self._database.execute("DELETE FROM documents")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

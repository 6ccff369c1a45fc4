"""What a workspace's closed cases teach (`knowledge.learning`), as the bot keeps it and works with it. Pure.

cases ──► closed ──► knowledge.learn ──► Learned ──► kept: a text in the set-up, once an admin says *use it*
└──► base_here: the base that the steps of this workspace see
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from functools import lru_cache

from bot.cases import Case, CaseState
from knowledge import Closed, KnowledgeBase, Learned, MisuseError, Put, learned_from_json, learned_to_json, overlaid

logger = logging.getLogger(__name__)


def closed(cases: Iterable[Case]) -> list[Closed]:
    """The closed cases whose cause an engineer confirmed, with what was asked and what came of it."""
    return [
        Closed(
            cause=case.confirmed_cause,
            put=tuple(Put(question=question, choice=case.answers.get(question)) for question in case.asked),
        )
        for case in cases
        if case.state is CaseState.CLOSED and case.confirmed_cause is not None
    ]


def kept(learned: Learned) -> str:
    """As the set-up keeps it; empty where it rests on too few cases."""
    return json.dumps(learned_to_json(learned), sort_keys=True) if learned.is_enough else ""


def kept_learned(text: str) -> Learned | None:
    """What the set-up keeps; None: nothing, or nothing that this version reads."""
    if not text:
        return None
    try:
        return learned_from_json(json.loads(text))
    except (MisuseError, ValueError) as error:
        logger.warning("what was learned cannot be read, and the base counts as it is: %s", error)
        return None


def base_here(base: KnowledgeBase, text: str) -> KnowledgeBase:
    """The base with what was learned; itself without."""
    return _overlaid(_Same(base), text) if text else base


class _Same:
    """A base as a key: the same one, not an equal one, for it is large."""

    def __init__(self, base: KnowledgeBase) -> None:
        self.base = base

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.base is self.base

    def __hash__(self) -> int:
        return id(self.base)


@lru_cache(maxsize=8)
def _overlaid(same: _Same, text: str) -> KnowledgeBase:
    learned = kept_learned(text)
    return overlaid(same.base, learned) if learned is not None else same.base

"""*Show masked names*: the form that asks why, and what an engineer reads then, in a modal that Slack keeps nowhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.cases import Case
from bot.messages import blocks
from bot.messages.blocks import plain
from bot.messages.phrases import Phrases
from bot.messages.speaker import Speaker, phrases
from bot.wording import View
from knowledge import Hypothesis

#: Why somebody needs to know: words of ours, so that the audit trail holds nothing that anybody wrote.
REASONS = ("reach", "account", "compare", "other-system")
#: As redaction writes what it masks; secrets have no number, and no way back.
_TOKEN = re.compile(r"\[[a-z][a-z0-9-]*-\d+\]")
#: Lines that fit into the modal.
_SHOWN = 40


class UnmaskingViews(Speaker):
    """The two views."""

    def unmask_form(self, *, locale: str, metadata: str) -> View:
        """Why, one of a few reasons; who opens it reads that it will be written down."""
        say = phrases(locale)
        options = [blocks.option(say.plain(f"unmask.{reason}"), reason) for reason in REASONS]
        rows = [
            {"type": "section", "text": plain(say.plain("unmask.intro"), 3000)},
            {
                "type": "input",
                "block_id": "reason",
                "label": plain(say.plain("unmask.why"), 2000),
                "element": {"type": "radio_buttons", "action_id": "reason", "options": options},
            },
        ]
        return {**_modal(say, rows, metadata), "submit": plain(say.plain("unmask.show"), 24)}

    def unmasked(self, names: Mapping[str, str], *, locale: str) -> View:
        """Which token stands for what; no more than the evidence names."""
        say = phrases(locale)
        shown = sorted(names.items())[:_SHOWN]
        lines = [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": f"{token} = {name}"}]} for token, name in shown
        ]
        rows: list[dict[str, Any]] = [
            {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": lines}]},
            dict(blocks.context(say.plain("unmask.closing"))),
        ]
        return _modal(say, rows, "")


def tokens_of(case: Case) -> frozenset[str]:
    """The tokens that the case's evidence and its person's words name: only these may be looked up."""
    said = list(case.said)
    for hypothesis in case.diagnosis.hypotheses if case.diagnosis else ():
        said += _texts(hypothesis)
    said += [attempt.peer for attempt in (case.diagnosis.attempts if case.diagnosis else ()) if attempt.peer]
    return frozenset(token for text in said for token in _TOKEN.findall(text))


def _texts(hypothesis: Hypothesis) -> list[str]:
    found = [proof for finding in (*hypothesis.supporting, *hypothesis.opposing) for proof in finding.evidence]
    return [proof.text for proof in (*found, *hypothesis.unconfirmed) if proof.text]


def _modal(say: Phrases, rows: list[dict[str, Any]], metadata: str) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "unmask",
        "title": plain(say.plain("unmask.title"), 24),
        "close": plain(say.plain("view.close"), 24),
        "private_metadata": metadata,
        "blocks": rows,
    }

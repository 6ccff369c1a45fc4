"""Modals and home tabs.

{"type": "modal", "title": {"type": "plain_text", "text": "VPN Help"}, "blocks": […], "submit": {…}}
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.playground.blockkit.blocks import check_all
from bot.playground.blockkit.checks import Check, Report, flag, kinds, shape, string
from bot.playground.blockkit.objects import plain

_KEPT: dict[str, Check] = {"private_metadata": string(3000, 0), "callback_id": string(255), "external_id": string(255, 0)}


def _inputs_can_be_sent(value: object, path: str, report: Report) -> None:
    blocks = value.get("blocks") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(blocks, list | tuple):
        return
    if value.get("submit") is None and any(isinstance(block, Mapping) and block.get("type") == "input" for block in blocks):
        report.add(path, "missing required field: submit")


_VIEWS: dict[str, Check] = {
    "modal": shape(
        {"title": plain(24), "blocks": check_all},
        {
            **_KEPT,
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
        also=_inputs_can_be_sent,
    ),
    "home": shape({"blocks": check_all}, _KEPT),
}

VIEW = kinds(_VIEWS)

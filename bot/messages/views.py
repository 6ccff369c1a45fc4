"""Modals of cases. Fields are known by their `action_id` (`slack/modals.py` reads them back)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.cases import Case
from bot.messages import blocks
from bot.messages.blocks import plain
from bot.messages.casework import CaseMessages
from bot.messages.literal import cut
from bot.messages.phrases import Phrases
from bot.messages.speaker import number, phrases
from bot.wording import View
from knowledge import UNKNOWN, Platform, QuestionId

#: The one question that the first modal asks: it splits the stages best, and everybody knows the answer.
FIRST = QuestionId("came-up")
INPUT = 3000
#: In place of a case's id: none of them.
NEW_CASE = "new"
#: What people run, in the order of how many do.
_PLATFORMS = (
    Platform.WINDOWS,
    Platform.MACOS,
    Platform.IOS,
    Platform.ANDROID,
    Platform.LINUX,
    Platform.WINDOWS_LEGACY,
    Platform.WINDOWS_SERVER,
    Platform.GATEWAY,
)


class Views(CaseMessages):
    """What opens in front of everything else."""

    def intake(
        self,
        *,
        locale: str,
        metadata: str = "",
        text: str = "",
        platform: str | None = None,
        error: str = "",
        cases: Sequence[Case] = (),
    ) -> View:
        """The first modal: symptom, device, error number, log. Nothing is required.

        With cases open the first choice is to go on with one of them, or something new.
        """
        say = phrases(locale)
        rows = [
            {"type": "section", "text": plain(say.plain("view.intake_intro"), 3000)},
            *self._which(cases, say, locale),
            _input(
                say.plain("view.intake_words"),
                {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": INPUT, **_initial(text)},
                hint=say.plain("view.intake_words_hint"),
            ),
            *self._symptom(say, locale),
            self._platforms(say, platform),
            _input(
                say.plain("view.intake_error"),
                {"type": "plain_text_input", "action_id": "error", "max_length": 300, **_initial(error)},
                hint=say.plain("view.intake_error_hint"),
            ),
            _input(
                say.plain("view.intake_file"),
                {"type": "file_input", "action_id": "files", "max_files": 10},
                hint=say.plain("view.intake_file_hint"),
            ),
        ]
        return _modal("intake", say.plain("view.intake_title"), rows, say, submit=say.plain("view.send"), metadata=metadata)

    def reply_form(
        self,
        *,
        locale: str,
        requester_locale: str,
        metadata: str,
        text: str = "",
        preview: str | None = None,
        files: Sequence[tuple[str, str]] = (),
        ticked: Sequence[str] = (),
    ) -> View:
        """*Reply to requester*: first the text, then, with `preview`, how the requester will read it, and the text once more.

        Args:
            locale: the engineer's language.
            requester_locale: the language of the words round it.
            metadata: what the submission brings back.
            text: what is typed already.
            preview: what the requester will read; None: the first step.
            files: what may go along, as (id, name): each has a tick of its own, and none is set by itself.
            ticked: those that are ticked already.
        """
        say = phrases(locale)
        rows: list[dict[str, Any]] = []
        if preview is not None:
            shown = phrases(requester_locale).plain("case.reply_from_engineer")
            names = [name for ident, name in files if ident in ticked]
            rows += [
                {"type": "section", "text": plain(say.plain("view.preview_intro"), 3000)},
                {"type": "rich_text", "elements": [_quote(shown), _quote(cut(preview, INPUT))]},
                *([dict(blocks.context(say.plain("view.preview_files", names=say.together(names))))] if names else []),
                {"type": "divider"},
            ]
        typed = {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": INPUT, **_initial(text)}
        rows.append(_input(say.plain("view.reply_text"), typed, optional=False, hint=say.plain("view.reply_hint"), block="reply"))
        if files:
            options = [blocks.option(name, ident) for ident, name in files[: blocks.RADIOS]]
            chosen = [option for option in options if option["value"] in ticked]
            boxes = {
                "type": "checkboxes",
                "action_id": "files",
                "options": options,
                **({"initial_options": chosen} if chosen else {}),
            }
            rows.append(_input(say.plain("view.reply_files"), boxes, hint=say.plain("view.reply_files_hint")))
        title, submit = ("view.reply_title", "view.preview") if preview is None else ("view.preview_title", "view.preview_send")
        return _modal("reply", say.plain(title), rows, say, submit=say.plain(submit), metadata=metadata)

    def _which(self, cases: Sequence[Case], say: Phrases, locale: str) -> list[dict[str, Any]]:
        """Go on with the latest, an earlier one, or begin anew."""
        if not cases:
            return []
        options = [
            blocks.option(say.plain("view.intake_continue", number=number(case), state=self._state(case, locale)), str(case.id))
            for case in cases[: blocks.RADIOS - 1]
        ]
        options.append(blocks.option(say.plain("view.intake_new"), NEW_CASE))
        element = {"type": "radio_buttons", "action_id": "continues", "options": options, "initial_option": options[0]}
        return [_input(say.plain("view.intake_which"), element)]

    def _symptom(self, say: Phrases, locale: str) -> list[dict[str, Any]]:
        question = self._base.questions.get(FIRST)
        if question is None:
            return []
        options = [blocks.option(choice.says(locale), choice.id) for choice in question.choices if choice.id != UNKNOWN]
        element = {
            "type": "static_select",
            "action_id": f"answer:{FIRST}",
            "placeholder": plain(say.plain("view.choose"), blocks.PLACEHOLDER),
            "options": options,
        }
        return [_input(say.plain("view.intake_symptom"), element)]

    def _platforms(self, say: Phrases, chosen: str | None) -> dict[str, Any]:
        options = [blocks.option(say.plain(f"platform.{platform}"), platform.value) for platform in _PLATFORMS]
        element: dict[str, Any] = {
            "type": "static_select",
            "action_id": "platform",
            "placeholder": plain(say.plain("view.choose"), blocks.PLACEHOLDER),
            "options": options,
        }
        initial = next((option for option in options if option["value"] == chosen), None)
        if initial:
            element["initial_option"] = initial
        return _input(say.plain("view.intake_platform"), element)


def _initial(text: str) -> dict[str, str]:
    return {"initial_value": cut(text, INPUT)} if text else {}


def _input(label: str, element: dict[str, Any], *, optional: bool = True, hint: str = "", block: str = "") -> dict[str, Any]:
    row: dict[str, Any] = {"type": "input", "label": plain(label, 2000), "element": element, "optional": optional}
    row["block_id"] = block or element["action_id"].replace(":", "-")
    if hint:
        row["hint"] = plain(hint, 2000)
    return row


def _quote(text: str) -> dict[str, Any]:
    return {"type": "rich_text_quote", "elements": [{"type": "text", "text": text or "…"}]}


def _modal(callback: str, title: str, rows: list[dict[str, Any]], say: Phrases, *, submit: str, metadata: str) -> View:
    return {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, 24),
        "submit": plain(submit, 24),
        "close": plain(say.plain("view.close"), 24),
        "private_metadata": metadata,
        "blocks": rows,
    }

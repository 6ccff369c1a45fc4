"""What closed cases taught, on an admin's home tab: what counts, what was written, and *use it* or *stop using it*."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.events import Action
from bot.messages import blocks
from bot.messages.phrases import Phrases
from bot.messages.speaker import percent
from bot.wording import Block
from knowledge import CauseId, Learned, QuestionId

#: So many causes, those that change most, and so many questions, those that were asked most.
CAUSES, QUESTIONS = 5, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What an admin's home tab shows of it."""

    #: What the closed cases teach by now, and so many cases are enough to use it.
    now: Learned
    enough: int
    #: What is in use; None: the base counts as it is.
    used: Learned | None = None


def lessons(
    shown: Lessons, say: Phrases, *, cause: Callable[[CauseId], str], question: Callable[[QuestionId], str]
) -> list[Block]:
    """The blocks: what is in use, else what could be, and the buttons."""
    used, now = shown.used, shown.now
    rows = [blocks.header(say.plain("lessons.title"))]
    if used is not None:
        rows.append(blocks.paragraph(say("lessons.used", cases=used.cases)))
    elif now.is_enough:
        rows.append(blocks.paragraph(say("lessons.ready", cases=now.cases)))
    else:
        rows.append(blocks.paragraph(say("lessons.too_few", cases=now.cases, enough=shown.enough)))
    told = used or (now if now.is_enough else None)
    if told is not None:
        lines = [
            say("lessons.cause", cause=cause(each.cause), cases=each.cases, now=percent(each.share), before=percent(each.before))
            for each in told.causes[:CAUSES]
        ]
        lines += [
            say(
                "lessons.question",
                question=question(each.question),
                asked=each.asked,
                unknown=each.not_known,
                given_up=each.given_up,
                gain=f"{each.gain:.1f}",
            )
            for each in told.questions[:QUESTIONS]
        ]
        rows.append(blocks.bullets(lines))
    buttons = []
    if now.is_enough and (used is None or used.mark != now.mark):
        key = "button.use_learned" if used is None else "button.use_learned_new"
        buttons.append(blocks.button(say.plain(key), Action.USE_LEARNED, None))
    if used is not None:
        buttons.append(blocks.button(say.plain("button.stop_learned"), Action.STOP_LEARNED, None))
    return [*rows, blocks.actions(*buttons)] if buttons else rows

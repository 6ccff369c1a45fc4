"""Which lines of the audit trail follow from a step: every deed of an engineer or an admin, every erasure, every refusal.

In one place, behind every step, so that no action can be added without its line. Pure.
"""

from __future__ import annotations

from bot.cases import Resolution
from bot.events import (
    Action,
    ActionTaken,
    CaseId,
    Event,
    IntakeSubmitted,
    MessageChanged,
    MessagePosted,
    ReplySubmitted,
    SetupChanged,
    WordGiven,
)
from bot.handling import Priority
from bot.permissions import AUDITED, DESK_ACTIONS, Deed
from bot.ports import Audited, Outcome, World
from knowledge import CauseId

#: The reasons that say that somebody lacked the right; any action that ends with one stands in the trail.
RIGHTS = frozenset({"guests-may-not", "responders-only", "admins-only", "not-yours"})
#: Where a word stands for a deed.
_WORDS = {"audit": Deed.READ_AUDIT}
#: What is set up, as the trail names it.
_SET_UP = ("admin_channel", "responders", "office", "watched")


def lines(event: Event, outcome: Outcome, world: World, case: CaseId | None) -> tuple[Audited, ...]:
    """The lines.

    Args:
        event: what was asked.
        outcome: what was decided, or why it was refused (`refused`).
        world: what was known.
        case: the case in whose lane it was; None: none.
    """
    deed = deed_of(event)
    if deed is None:
        return ()
    if deed not in AUDITED and outcome.refused not in RIGHTS:
        return ()
    named = case or (event.case if isinstance(event, ActionTaken | ReplySubmitted) else None)
    about = [named] if outcome.refused or not outcome.erase else [erase.case for erase in outcome.erase]
    return tuple(
        Audited(
            at=world.now,
            who=event.user,
            deed=deed.value,
            case=each,
            where=where(event),
            refused=outcome.refused,
            about="" if outcome.refused else _about(event, world),
        )
        for each in about
    )


def deed_of(event: Event) -> Action | Deed | None:  # noqa: PLR0911 - one line for each kind of event
    """What somebody wanted to do; None: nothing that a right is needed for, or nobody did it."""
    match event:
        case ActionTaken():
            return event.action
        case ReplySubmitted():
            return Deed.REPLY
        case SetupChanged():
            return Deed.SET_UP
        case WordGiven():
            return _WORDS.get(event.word)
        case IntakeSubmitted():
            return Deed.OPEN_CASE
        case MessagePosted() | MessageChanged():
            return Deed.WRITE
    return None


def where(event: Event) -> str:
    """From where: a channel, or which kind of place."""
    match event:
        case ActionTaken():
            return str(event.ref.channel) if event.ref else "home" if not event.case else "modal"
        case MessagePosted() | MessageChanged():
            return str(event.ref.channel)
        case WordGiven():
            return str(event.channel) if event.channel else "command"
    return "modal"


def _about(event: Event, world: World) -> str:
    """The thing that was chosen, if it is a word of ours: what a button carries can be anything."""
    if isinstance(event, SetupChanged):
        return " ".join(name for name in _SET_UP if name in event.about)
    if not isinstance(event, ActionTaken) or event.action not in DESK_ACTIONS:
        return ""
    said = event.argument
    if event.action is Action.HAND_ON:
        return said if world.named_is_responder else ""
    if event.action is Action.MERGE:
        return str(world.other.id) if world.other else ""
    if event.action is Action.SNOOZE:
        return said if said.isdecimal() and len(said) <= 6 else ""
    return " ".join(word for word in said.split() if _is_ours(word, world))


def _is_ours(word: str, world: World) -> bool:
    chosen = {each.value for each in (*Resolution, *Priority)}
    return CauseId(word) in world.base.causes or word in world.base.collects or word in chosen

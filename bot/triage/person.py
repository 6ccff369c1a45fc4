"""What a person does outside of their cases: words after `/vpn-help`, *forget me*, and a message that could be about several.

Pure, like `pipeline`.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

from bot.cases import Case, Origin
from bot.escalation.turn import locale_of
from bot.events import Action, ActionTaken, Event, MessagePosted, SetupChanged, WordGiven
from bot.messages import LOCALES
from bot.permissions import Deed, may
from bot.places import OfficeHours, Setting
from bot.ports import Erase, Give, Outcome, Prefer, Tell, Whisper, World
from bot.wording import Message

#: Who writes on within this time while *which case?* is open has seen the question.
STILL_ASKED = timedelta(minutes=10)


def advance(event: Event, world: World) -> Outcome:  # noqa: PLR0911 - one line for each kind of event
    """What follows."""
    if event.user is None:
        return Outcome()
    if event.stranger:
        return _refuse(event, world, "guests-may-not")
    match event:
        case WordGiven():
            return _word(event, world)
        case MessagePosted():
            return _which_case(event, world)
        case ActionTaken(action=Action.FORGET) if may(event.user, event.action):
            return _forget(event, world)
        case ActionTaken(action=Action.CHOOSE_LANGUAGE):
            return _language(event, world)
        case ActionTaken(action=Action.TRY_SETUP):
            return Outcome()  # the home tab is published again, and tries all
        case SetupChanged():
            return _set_up(event, world)
        case ActionTaken(action=Action.USE_LEARNED | Action.STOP_LEARNED):
            return _learned(event, world)
        case ActionTaken(action=Action.CHOOSE_CASE):
            chosen = next((case for case in world.cases if case.id == event.case), None)
            return _tell(event, world.messages.case_chosen(chosen, locale=locale_of(world)), slot=_slot(event.argument))
        case _:
            return _refuse(event, world, "case-is-gone")


def _word(event: WordGiven, world: World) -> Outcome:
    words, locale = world.messages, locale_of(world)
    match event.word.strip().casefold():
        case "status":
            return _whisper(event, words.status(_open(world), locale=locale, links=world.links))
        case "language":
            return _whisper(event, words.language_asked(world.preferred, locale=locale))
        case "privacy":
            return _whisper(event, words.privacy(days=world.retention_days, locale=locale, backups=world.backup_days))
        case "audit":
            return _audit(event, world)
        case "forget me" | "forget":
            return _whisper(event, words.forget_asked(world.cases, locale=locale))
        case _:
            return _whisper(event, words.unknown_word(event.word, locale=locale))


def _audit(event: WordGiven, world: World) -> Outcome:
    """The audit trail as a file in the admin's direct message; it is too long for a message, and not for a channel."""
    if event.user is None or not may(event.user, Deed.READ_AUDIT, is_admin=world.is_admin):
        return _refuse(event, world, "admins-only")
    words = world.messages.audit_handed(lines=max(0, world.audit.count("\n") - 1), locale=locale_of(world))
    content = base64.b64encode(world.audit.encode()).decode()
    given = Give(key=f"{event.id}/audit", user=event.user, name="audit.csv", title="audit.csv", content=content, otherwise=words)
    return replace(_whisper(event, words), gives=(given,))


def _refuse(event: Event, world: World, key: str) -> Outcome:
    """A sentence that says why not."""
    return replace(_tell(event, world.messages.user_error(key, {}, locale=locale_of(world))), refused=key)


def _forget(event: ActionTaken, world: World) -> Outcome:
    """Everything goes, cases at the desk included; one line in place of the card says so."""
    erased = tuple(_erased(case, world) for case in world.cases)
    words = world.messages.forgotten(cases=len(erased), locale=locale_of(world))
    user = event.user or world.cases[0].requester
    return Outcome(says=(Tell(key=f"{event.id}/forgotten", user=user, message=words),), erase=erased, forget_person=user)


def _language(event: ActionTaken, world: World) -> Outcome:
    """Their choice holds from now on, in what is said now already."""
    if event.user is None:
        return Outcome()
    chosen = event.argument if event.argument in LOCALES else None
    said = world.messages.language_chosen(chosen, locale=chosen or locale_of(world))
    told = _tell(event, said) if event.ref is not None else Outcome()  # the home tab speaks for itself
    return replace(told, prefer=Prefer(user=event.user, language=chosen))


def _set_up(event: SetupChanged, world: World) -> Outcome:
    """What an admin chose in the home tab."""
    if not may(event.user, Deed.SET_UP, is_admin=world.is_admin):
        return _refuse(event, world, "admins-only")
    setup = world.chosen
    if Setting.ADMIN_CHANNEL in event.about:
        setup = replace(setup, admin_channel=event.admin_channel)
    if Setting.RESPONDERS in event.about:
        setup = replace(setup, responders=event.responders)
    if Setting.OFFICE in event.about:
        zone = world.actor.timezone if world.actor else "UTC"
        hours = event.begins and event.ends and event.days
        office = OfficeHours(begins=event.begins or "", ends=event.ends or "", days=event.days, zone=zone)
        setup = replace(setup, office=office if hours else None)
    if event.watch is not None:
        setup = setup.watching(event.watch)
    if event.unwatch is not None:
        setup = setup.not_watching(event.unwatch)
    return Outcome(setup=setup)


def _learned(event: ActionTaken, world: World) -> Outcome:
    """What closed cases taught counts from the next step on, or no more; the home tab shows which."""
    if not may(event.user, event.action, is_admin=world.is_admin):
        return _refuse(event, world, "admins-only")
    return Outcome(setup=replace(world.chosen, learned=world.learned if event.action is Action.USE_LEARNED else ""))


def _erased(case: Case, world: World) -> Erase:
    if not case.on_desk:
        return Erase(case=case.id)
    line = world.messages.desk_news(case, "erased", who=None, text="", locale=world.desk_locale)
    return Erase(case=case.id, card=line)


def _which_case(event: MessagePosted, world: World) -> Outcome:
    """Several cases are open: the message waits, whole, until the person has said which one it is about."""
    if world.asked_which is not None and world.now - world.asked_which < STILL_ASKED:
        return Outcome(park=True)
    words = world.messages.which_case(_open(world), event.id, locale=locale_of(world))
    return Outcome(says=_tell(event, words, slot=_slot(event.id)).says, park=True)


def _open(world: World) -> tuple[Case, ...]:
    return tuple(case for case in world.cases if case.origin is Origin.REQUEST and not case.is_over)


def _slot(question: str) -> str:
    return f"which:{question}"


def _tell(event: Event, words: Message, *, slot: str | None = None) -> Outcome:
    if event.user is None:
        return Outcome()
    return Outcome(says=(Tell(key=f"{event.id}/told", user=event.user, message=words, slot=slot),))


def _whisper(event: WordGiven, words: Message) -> Outcome:
    if event.user is None:
        return Outcome()
    if event.channel is None and event.response_url is None:
        return _tell(event, words)
    said = Whisper(key=f"{event.id}/told", user=event.user, message=words, channel=event.channel, response_url=event.response_url)
    return Outcome(says=(said,))

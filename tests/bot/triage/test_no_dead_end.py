"""No path of the conversation is a dead end: from every state, whatever happens, there is a way on, a way back, and to a human.

The pure step is walked breadth first over abstract states. What the engine says is drawn from a handful of moods, all of which
are tried wherever it is asked, so that no path depends on a knowledge base. Every event of `bot.events` that reaches a case is
tried in every state: pressed late, pressed twice, with arguments that are gone, from who has no right to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

import pytest

import knowledge
from bot.cases import Case, CaseState, Origin
from bot.events import (
    Action,
    ActionTaken,
    CaseId,
    ChannelId,
    ChannelKind,
    Event,
    FileDeleted,
    IntakeSubmitted,
    Merged,
    MergeNews,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    MessageRef,
    OutageEnded,
    OutageFound,
    ReplySubmitted,
    SayingFailed,
    TimerRang,
    UploadedFile,
    UploadId,
    UploadRead,
)
from bot.permissions import DESK_ACTIONS, REQUESTER_ACTIONS
from bot.ports import Outcome, Profile, Reading, Say, Where, World
from bot.triage import interview, pipeline
from bot.wording import Message, Messages
from knowledge import CauseId, Diagnosis, Hypothesis, Log, NextStep, ReadState, Stage, StepKind, Verdict
from knowledge.understanding import Understood, understand
from tests.bot.fakes import ANA, BEN, DESK, EVE, START, TEAM
from tests.bot.house import base, catalogue

CASE = CaseId("5f2a9c01d3e84b7a")
DIRECT = ChannelId("DANA")
ANSWER, OLD = MessageRef(channel=DIRECT, ts="2.0"), MessageRef(channel=DIRECT, ts="1.0")
TYPED, FILED = MessageRef(channel=DIRECT, ts="3.0"), MessageRef(channel=DIRECT, ts="4.0")
FILE = UploadedFile(id="F1", name="vpn.log")
UPLOAD = UploadId(f"{CASE}-F1")
#: Events that never reach a case: they belong to a person, to the workspace, or to a lane of their own.
ELSEWHERE = {"FileShared", "HomeOpened", "WordGiven", "SetupChanged", "TeachAsked"}

#: Ways on, back, and to a human, by the buttons that lead there.
ON = {"answer", "answer_unknown", "works_now", "still_broken", "reopen"}
BACK = {"back", "still_broken", "reopen", "cancel", "correct"}


def believed(cause: str, chance: float, verdict: Verdict, kind: StepKind, ident: str | None = None) -> Diagnosis:
    return Diagnosis(
        verdict=verdict, hypotheses=(Hypothesis(cause=CauseId(cause), probability=chance),) if cause else (), unexplained=0.1,
        stage=Stage.IKE if cause else None, attempts=(), next=NextStep(kind=kind, id=ident), revision="0" * 12,
    )  # fmt: skip


#: What the engine may say: one for each kind of next step, and for each verdict.
MOODS = (
    believed("psk-mismatch", 0.3, Verdict.OPEN, StepKind.ASK),
    believed("psk-mismatch", 0.8, Verdict.LIKELY, StepKind.TRY, "psk-retype"),
    believed("udp-blocked", 0.97, Verdict.CONCLUSIVE, StepKind.TRY, "gone-from-the-base"),
    believed("psk-mismatch", 0.3, Verdict.OPEN, StepKind.COLLECT, "gone-from-the-base"),
    believed("server-unreachable", 0.8, Verdict.LIKELY, StepKind.HANDOVER, "desk"),
    believed("healthy", 0.9, Verdict.HEALTHY, StepKind.NONE),
    believed("", 0.0, Verdict.OPEN, StepKind.NONE),
)
QUESTIONS = ("came-up", "network")


@dataclass(frozen=True, slots=True)
class Standing:
    """A case, and what its person sees: the buttons of the card, of the current answer, and of the last thing said."""

    case: Case | None
    card: frozenset[str] = frozenset()
    answer: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    #: The message that tells of an outage; it is edited in its place.
    outage: frozenset[str] = frozenset()

    @property
    def offers(self) -> frozenset[str]:
        return self.card | self.answer | self.last | self.outage

    @property
    def kind(self) -> tuple[object, ...]:
        """What makes it another state than others, as far as the conversation goes."""
        case = self.case
        if case is None:
            return ()
        found = case.diagnosis.next.kind if case.diagnosis else None
        alone = not case.on_desk and not case.is_over  # else what the engine would do next is not said
        ways = bool(ON & self.offers), bool(BACK & self.offers), "ask_person" in self.offers
        return (
            case.state, case.origin, case.on_desk, bool(case.pending), case.muted, case.handling.incident is None, ways,
            (case.shown is None, case.open_question is None, case.last_answered is None, found) if alone else None,
        )  # fmt: skip


class Spoken:
    """The true words, each said once for each way a case may stand; what the desk reads is not the question here."""

    def __init__(self, words: Messages) -> None:
        self.words = words
        self.known: dict[object, object] = {}

    def __getattr__(self, occasion: str) -> Callable[..., object]:
        def say(*values: object, **named: object) -> object:
            if occasion in OF_DESK:
                return Message(text=occasion)
            key = (occasion, *(_outline(value) for value in values), *(repr(value) for value in named.values()))
            if key not in self.known:
                self.known[key] = getattr(self.words, occasion)(*values, **named)
            return self.known[key]

        return say


#: What is said in the admin channel.
OF_DESK = frozenset({"card", "desk_news", "desk_call", "relay_to_desk", "what_if", "desk_evidence", "teaching", "page_summary"})


def _outline(value: object) -> object:
    if not isinstance(value, Case):
        return repr(value)
    found, before = value.diagnosis, value.last_answered is None
    return value.state, value.on_desk, value.origin, before, bool(value.pending), value.resolution, (
        found.verdict, found.next.kind) if found else None, value.platform  # fmt: skip


class Engine:
    """In place of `interview.conclude`: says what its mood is, and whether it was asked."""

    def __init__(self) -> None:
        self.mood = 0
        self.was_asked = False

    def __call__(self, case: Case, world: World) -> Diagnosis:
        self.was_asked = True
        mood = MOODS[self.mood]
        if mood.next.kind is not StepKind.ASK:
            return mood
        left = [each for each in QUESTIONS if each not in case.answers and each not in case.unanswered]
        following = NextStep(kind=StepKind.ASK, id=left[0]) if left else NextStep(kind=StepKind.HANDOVER, id="desk")
        return replace(mood, next=following)


def happenings() -> Iterator[Event]:
    """Everything that can happen to a case, by everybody, with arguments that fit and that do not."""
    for number, (kind, more) in enumerate(_kinds()):
        people = (ANA, EVE) if kind in (IntakeSubmitted, ActionTaken) else (more.get("user", ANA),)
        for user in people:
            said = {"id": f"e:{number}:{user}", "workspace": TEAM, "at": START, "user": user, **more}
            if kind is ActionTaken and said["action"] in DESK_ACTIONS:
                said["user"] = BEN if user == ANA else EVE
            yield kind(**said)
    action = ActionTaken(id="e:stranger", workspace=TEAM, at=START, user=EVE, action=Action.CANCEL, case=CASE, stranger=True)
    yield action


def _kinds() -> Iterator[tuple[type[Event], dict[str, object]]]:
    yield IntakeSubmitted, {"text": "it does not connect"}
    yield IntakeSubmitted, {}
    yield IntakeSubmitted, {"files": (FILE,), "continues": CASE}
    for text in (
        "xyzzy", "error 809", "it works now", "is the VPN down?", "I want to talk to a human", "No, it never gets through",
        "I don't know", "back", "skip", "close the case",
    ):  # fmt: skip
        yield MessagePosted, {"text": text, "ref": TYPED, "kind": ChannelKind.DIRECT, "thread_ts": "0.0"}
    yield MessagePosted, {"files": (FILE,), "ref": FILED, "kind": ChannelKind.DIRECT}
    yield MessageChanged, {"text": "error 691", "ref": TYPED, "kind": ChannelKind.DIRECT}
    yield MessageDeleted, {"ref": TYPED}
    yield MessageDeleted, {"ref": FILED}
    yield FileDeleted, {"file_id": "F1"}
    for action in sorted(REQUESTER_ACTIONS & set(Action)) + sorted(DESK_ACTIONS & set(Action)):
        for argument in ARGUMENTS.get(action, ("",)):
            for ref in (ANSWER, OLD) if action in IN_PLACE else (ANSWER,):
                yield ActionTaken, {"action": action, "case": CASE, "argument": argument, "ref": ref}
    yield ReplySubmitted, {"case": CASE, "text": "try the other key", "user": BEN}
    yield UploadRead, {"upload": UPLOAD, "user": None}
    yield UploadRead, {"upload": UploadId("gone"), "user": None}
    for name in ("silence", "check-back", "desk", "gone"):
        yield TimerRang, {"case": CASE, "name": name, "user": None}
    for place, slot in ((Where.REQUESTER, None), (Where.DESK, "card")):
        yield SayingFailed, {"case": CASE, "place": place.value, "slot": slot, "code": "is_archived", "user": None}
    for news in MergeNews:
        yield Merged, {"case": CASE, "other": CaseId("other"), "news": news, "user": None}
    yield OutageFound, {"case": CASE, "outage": "O1", "user": None}
    yield OutageEnded, {"case": CASE, "outage": "O1", "user": None}
    yield OutageEnded, {"case": CASE, "outage": "O1", "mended": False, "user": None}


ARGUMENTS: Mapping[Action, tuple[str, ...]] = {
    Action.ANSWER: ("came-up=never", "network=home", "gone=gone"),
    Action.ANSWER_UNKNOWN: ("came-up", "gone"),
    Action.SKIP: ("",),
    Action.CORRECT: ("came-up", "gone"),
    Action.STILL_BROKEN: ("", "psk-retype"),
    Action.SHARE_ORIGINAL: (UPLOAD, "gone"),
    Action.CHOOSE_ATTEMPT: ("0", "x"),
    Action.CHECK_BACK: ("60", "morning", "x"),
    Action.RESOLVE: ("fixed",),
    Action.SNOOZE: ("60",),
    Action.CONFIRM_CAUSE: ("psk-mismatch",),
    Action.ASK_LOG: ("windows-rasclient",),
    Action.HAND_ON: ("UEVE",),
    Action.MERGE: ("NONE",),
    Action.WHAT_IF: ("nat=client-nat",),
}
IN_PLACE = {Action.ANSWER, Action.ANSWER_UNKNOWN, Action.BACK, Action.STILL_BROKEN}


def world_of(event: Event, standing: Standing, words: Messages, *, has_desk: bool) -> World:
    read = isinstance(event, UploadRead) and event.upload == UPLOAD
    log = Log(file="vpn.log", read=ReadState.WHOLE, formats=("charon",), lines=9, understood=9)
    here = isinstance(event, MessagePosted) and event.ref.channel == DESK
    case = standing.case
    return World(
        now=START, base=base(), messages=words, has_desk=has_desk, contact="Call 4711",
        actor=Profile(id=event.user, name="Somebody") if event.user else None, is_responder=event.user == BEN,
        requester=Profile(id=ANA, name="Ana"), side=Where.DESK if here else Where.REQUESTER,
        logs=MappingProxyType({UPLOAD: log}) if read or (case and case.upload(UPLOAD)) else {},
        reading=Reading(upload=UPLOAD, log=log) if read else None, answer=ANSWER,
    )  # fmt: skip


def after(standing: Standing, outcome: Outcome) -> Standing:
    """What stands in the person's thread then."""
    case = outcome.case if outcome.case is not None else standing.case
    if case is None:
        return standing
    card, answer, last, outage = standing.card, standing.answer, standing.last, standing.outage
    for said in outcome.says:
        buttons = buttons_of(said.message)
        if isinstance(said, Say) and said.where is Where.DESK:
            continue
        if isinstance(said, Say) and said.slot == "case":
            card = buttons
        elif isinstance(said, Say) and said.slot is not None and said.slot.startswith("answer:"):
            if said.slot == f"answer:{case.turn}":
                answer, last = buttons, frozenset()
        elif isinstance(said, Say) and (said.slot or "").startswith("outage:"):
            outage = buttons
        elif isinstance(said, Say) and said.slot is None:
            last = buttons
    return Standing(case=case, card=card, answer=answer, last=last, outage=outage)


def buttons_of(message: Message) -> frozenset[str]:
    return frozenset(
        element["action_id"].partition(":")[0]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    )


def faults(before: Standing, event: Event, outcome: Outcome, then: Standing) -> Iterator[str]:
    """What is missing for its person now."""
    case = then.case
    heard = [said for said in outcome.says if not (isinstance(said, Say) and said.where is Where.DESK)]
    silent = not heard and event.user in (ANA, EVE) and isinstance(event, ActionTaken | IntakeSubmitted | MessagePosted)
    if silent and not is_known(before, event) and not is_passed_on(event, outcome):
        yield "nothing is said to who acted"
    if any(not said.message.text.strip() for said in outcome.says):
        yield "an empty sentence"
    if case is None or case.origin is not Origin.REQUEST:
        return
    if not ON & then.offers and not case.on_desk and not case.pending:
        yield "no way on"
    if not BACK & then.offers:
        yield "no way back"
    to_human = "ask_person" in then.offers or (case.on_desk and case.state is not CaseState.CLOSED)
    closed = case.state is CaseState.CLOSED and "reopen" in then.offers
    if not (to_human or closed):
        yield "no way to a human"


def is_known(before: Standing, event: Event) -> bool:
    """Told twice: the same file in another event of Slack's, or a file that was passed on already."""
    case = before.case
    upload = case.upload(UPLOAD) if case else None
    if isinstance(event, ActionTaken):
        return event.action is Action.SHARE_ORIGINAL and upload is not None and upload.shared_with_desk
    return isinstance(event, MessagePosted) and bool(event.files) and upload is not None


def is_passed_on(event: Event, outcome: Outcome) -> bool:
    """Words to the engineers, who have the case: that they go there was said when it was handed over."""
    return isinstance(event, MessagePosted) and any(isinstance(said, Say) and said.where is Where.DESK for said in outcome.says)


def walk(has_desk: bool, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[tuple[object, ...], Standing], set[str]]:
    """Every state that can be reached, and what was missing on the way."""
    engine, words, all_events = Engine(), Spoken(catalogue()), list(happenings())
    monkeypatch.setattr(interview, "conclude", engine)
    monkeypatch.setattr(knowledge, "understand", _hearing())
    monkeypatch.setattr(knowledge, "diagnose", lambda *_, **__: MOODS[1])
    start = Standing(case=None)
    seen, waiting, found = {start.kind: start}, deque([start]), set[str]()
    while waiting:
        standing = waiting.popleft()
        for event in all_events:
            for engine.mood in range(len(MOODS)):
                engine.was_asked = False
                world = world_of(event, standing, words, has_desk=has_desk)
                outcome = pipeline.advance(CASE, standing.case, event, world)
                then = after(standing, outcome)
                if then.kind not in seen:
                    seen[then.kind] = then
                    waiting.append(then)
                for fault in faults(standing, event, outcome, then):
                    found.add(f"{fault}: {told(event)} in {where(standing)} -> {where(then)}")
                if not engine.was_asked:
                    break
    return seen, found


def _hearing() -> Callable[..., Understood]:
    """The engine's own understanding, each text once."""
    once = lru_cache(lambda text: understand(base(), text))
    return lambda _base, text: once(text)


def told(event: Event) -> str:
    what = getattr(event, "action", None) or getattr(event, "text", None) or getattr(event, "name", "")
    return f"{type(event).__name__}({what} {getattr(event, 'argument', '')}) by {event.user}"


def where(standing: Standing) -> str:
    case = standing.case
    if case is None:
        return "nothing"
    return f"{case.state}{' shown ' + case.shown if case.shown else ''} pending={len(case.pending)} {sorted(standing.offers)}"


@pytest.mark.parametrize("has_desk", [True, False])
def test_every_state_with_every_event_leads_on_back_and_to_a_human(has_desk, monkeypatch):
    seen, found = walk(has_desk, monkeypatch)

    states = {standing.case.state for standing in seen.values() if standing.case}
    assert not found, "\n".join(sorted(found))
    assert states == (set(CaseState) if has_desk else {CaseState.OPEN, CaseState.WAITING, CaseState.RESOLVED, CaseState.CLOSED})
    assert len(seen) > 100


def test_every_kind_of_event_and_every_button_of_a_case_happens_in_the_walk():
    kinds = {kind.__name__ for kind in Event.__subclasses__()}
    pressed = {event.action for event in happenings() if isinstance(event, ActionTaken)}

    assert {type(event).__name__ for event in happenings()} == kinds - ELSEWHERE
    assert pressed == (REQUESTER_ACTIONS | DESK_ACTIONS) & set(Action)


@pytest.mark.parametrize("origin", [Origin.MENTION, Origin.WATCHED])
def test_strangers_hear_why_not_and_change_nothing(origin):
    case = Case(id=CASE, workspace=TEAM, requester=ANA, origin=origin, opened_at=START)
    standing = Standing(case=case)
    for event in happenings():
        if event.user is None:
            continue
        strange = replace(event, stranger=True)
        outcome = pipeline.advance(CASE, case, strange, world_of(strange, standing, catalogue(), has_desk=True))
        assert outcome.case is None
        assert outcome.refused == "guests-may-not"
        assert outcome.says, told(event)

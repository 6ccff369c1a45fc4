"""Whatever the bot can say, fed with the longest and oddest there is, is what Slack takes.

Nobody lists the occasions here: they are read from the protocol, and what each needs is made from the types and names of its
parameters. A new occasion is covered when it is written; one with a parameter of a kind that is new says so.
"""

import base64
import inspect
import json
import re
import tomllib
import typing
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import islice

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from bot.cases import Case, CaseState, Origin, Resolution, Upload
from bot.events import CaseId, UploadId, Watch
from bot.messages import LOCALES, Admins, Catalogue
from bot.places import Setting, Setup
from bot.playground.blockkit import check_blocks, check_message, check_view
from bot.ports import Message
from bot.weekly import Digest, Week, Worth
from bot.wording import DeskLine, DeskTab, Heard, Messages, OutageLine, Picture, View
from knowledge import CauseId, ChoiceId, Diagnosis, Log, Masked, NextStep, Platform, QuestionId, ReadReason, ReadState, StepKind
from tests.bot.messages.test_catalogue import ADMINS, ODD, variants
from tests.builders import NOW, case_with, diagnosis_with

#: What people, logs and other programs write: empty, long, in every script, full of what Slack would act on.
TEXT = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            " ",
            "charon.log",
            ODD,
            ODD * 60,
            "x" * 9000,
            "x " * 9000,
            "\n" * 400,
            "&" * 4000,
            "é" * 4000,
            "👩‍👩‍👧‍👦" * 900,
            "\u202e\u2066\u200b" * 500,
            "<!channel>" * 400,
            "```" * 900,
            "| a | b |\n" * 300,
            "https://evil.example/" + "a" * 4000,
        ]
    ),
    st.text(min_size=1, max_size=30).map(lambda text: text * 200),
)
LOCALE = st.sampled_from(LOCALES)
TIMES = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
SENTENCES = tomllib.loads(files("bot.messages").joinpath("texts", "en.toml").read_text())


def keys(table, *, less=()):
    return [key for key in SENTENCES[table] if key not in less]


#: Of somebody, by their id: `test_messages_are_what_slack_takes` says it.
NEEDS_AN_ID = ("somebody", "handed-on")
#: Words of ours, not of the world's: a parameter by its name, where only these are meant.
WORDS = {
    "occasion": [key for key in keys("due") if key != "page"],
    "news": [key for key, said in SENTENCES["desk"].items() if "{{ requester }}" not in said and key not in NEEDS_AN_ID],
    "change": ["new", "edited", "deleted"],
    "state": ["open", "over", "false"],
    "kind": ["hand_on", "merge", "what_if"],
    "key": keys("error", less=("inside", "try-again")),
    "why": [key for key in SENTENCES.get("teach", {}) if re.fullmatch(r"no(t|thing)?-[a-z-]+", key)],
    "outage": ["o1", "outage:2026-11-25:12345678"],
    "parked": ["message:T0123456789:D0123456789:1795592008.383645"],
    "strength": ["weak", "moderate", "strong", "decisive"],
    "zone": ["UTC", "America/Sao_Paulo", "Mars/Olympus"],
    "metadata": ["{}"],
    "link": ["", "https://case-link.invalid/"],
    "requester_locale": LOCALES,
    "current": [None, *LOCALES],
    "language": [None, *LOCALES],
    "platform": [None, "windows", "gateway", "toaster"],
}
WHO = st.sampled_from(["", "U2", "S2"])


def cases(texts):
    """One of them, of which only that one is made."""
    count = sum(1 for _ in every_case(""))
    return st.builds(lambda text, index: next(islice(every_case(text), index, None)), texts, st.integers(0, count - 1))


def every_case(text):
    yield from variants(text)
    yield from overfull(text)


def overfull(text):
    """As much of everything as a case can gather."""
    uploads = tuple(Upload(id=UploadId(f"u{n}"), file_id=f"F{n}", name=text, problem="too-large") for n in range(60))
    diagnosed = diagnosis_with(text, file=text)
    best = diagnosed.hypotheses[0]
    many = replace(best, supporting=best.supporting * 9, opposing=best.supporting * 9, unconfirmed=best.supporting * 9)
    diagnosed = replace(diagnosed, hypotheses=(many,) * 12)
    case = case_with(words=text, name=text, diagnosis=diagnosed, uploads=uploads, origin=Origin.WATCHED)
    yield replace(
        case, words=case.words * 60, tried=case.tried * 60, answers=dict.fromkeys(map(QuestionId, QUESTIONS), ChoiceId("gone"))
    )
    yield replace(case, state=CaseState.CLOSED, resolution=Resolution.FIXED, confirmed_cause=CauseId("gone-from-the-base"))
    yield replace(case, diagnosis=replace(diagnosed, next=NextStep(kind=StepKind.TRY, id="gone-from-the-base")))
    yield replace(case, diagnosis=None, origin=Origin.REQUEST, platform=None)


QUESTIONS = ["came-up", "prompt", "nat", "gone-from-the-base"]
LOGS = TEXT.map(
    lambda text: Log(
        file=text,
        read=ReadState.PARTIAL,
        formats=("charon", "gone-from-the-base"),
        lines=10**9,
        understood=10**8,
        reasons=tuple(ReadReason),
        detail=text,
        masked=tuple(Masked(kind=kind, count=10**6) for kind in ("secret", "address", "gone")),
    )
)
#: What the digest counts is the bot's own: ids, also of what the base knows no more.
OURS = st.sampled_from(["", "psk-mismatch", "psk-decrypt-failed", "nat", "gone-from-the-base"])
COUNTS = st.integers(0, 10**5)
SHARES = st.one_of(st.none(), st.floats(0, 100))
#: A type to what is fed for it; what is none of these and a dataclass is made from its own fields.
MADE = {
    Case: cases(TEXT),
    Upload: st.builds(
        Upload,
        id=st.just(UploadId("u")),
        file_id=st.just("F"),
        name=TEXT,
        problem=st.one_of(st.none(), TEXT, st.sampled_from(keys("reason"))),
        ref=st.none(),
        state=st.just("read"),
    ),
    Log: LOGS,
    Diagnosis: TEXT.map(lambda text: diagnosis_with(text, file=text)),
    Heard: TEXT.map(
        lambda text: Heard(answers={QuestionId("came-up"): ChoiceId("drops")}, codes=(text,) * 40, platform=Platform.MACOS)
    ),
    Digest: st.builds(
        Digest,
        weeks=st.lists(st.builds(Week, until=TIMES, opened=COUNTS, ended=COUNTS, questions=SHARES), min_size=1, max_size=4).map(
            tuple
        ),
        causes=st.lists(st.tuples(OURS, COUNTS), max_size=40).map(tuple),
        rules=st.lists(st.builds(Worth, name=OURS, used=COUNTS, good=COUNTS, of=COUNTS), max_size=40).map(tuple),
    ),
    DeskTab: cases(TEXT).map(
        lambda case: DeskTab(
            queue=(DeskLine(case=case),) * 60,
            mine=(DeskLine(case=case, promise="resolution", due=NOW, broken=True),) * 60,
            breaching=(DeskLine(case=case, promise="first-response", due=NOW),) * 60,
            outages=(OutageLine(about="cause:mtu site:Mars", cases=7, since=NOW, link="https://x.slack.com/"),) * 60,
            claimed=10**6,
        )
    ),
    Admins: st.sampled_from([ADMINS, Admins(setup=Setup())]),
    Setup: st.sampled_from([ADMINS.setup, Setup()]),
    Watch: st.sampled_from(ADMINS.setup.watched[:1]),
    QuestionId: st.sampled_from(["came-up", "nat", "error", "gateway-kind"]),
    datetime: TIMES,
    timedelta: st.timedeltas(min_value=timedelta(), max_value=timedelta(days=30)),
    int: st.sampled_from([0, 1, 2, 30, 10**9]),
    bool: st.booleans(),
    float: st.floats(0, 1),
    str: TEXT,
}


def fed(name, kind):
    """What a parameter of that name and type is fed with."""
    if name == "locale":
        return LOCALE
    if name == "who":
        return st.one_of(st.none(), WHO) if kind is not str else WHO
    if name == "requester":
        return TEXT.map(lambda text: f"M{text}")  # nobody is nameless in Slack
    if name == "fixed":
        return st.frozensets(st.sampled_from(list(Setting)), max_size=2)  # with all of them no form is offered
    if name == "ticked":
        return st.sampled_from([(), ("F0",)])
    if typing.get_args(kind) == (tuple[str, str],):
        return st.lists(TEXT, max_size=10).map(lambda texts: [(f"F{index}", text) for index, text in enumerate(texts)])
    if name in WORDS and "str" in str(kind):
        return st.sampled_from(WORDS[name]) if WORDS[name] else TEXT
    if kind in MADE:
        return MADE[kind]
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if type(None) in inside:
        return st.one_of(st.none(), *(fed(name, each) for each in inside if each is not type(None)))
    if origin in (Mapping, dict):
        texts = {"links": "https://x.slack.com/archives/D1/p1", "desk_links": "https://x.slack.com/archives/C1/p1"}
        if name in texts:
            return st.just({CaseId("5f2a9c01d3e84b7a"): texts[name]})
        return st.fixed_dictionaries({"assignee": TEXT, "text": TEXT})
    if origin is frozenset:
        return st.frozensets(fed(name, inside[0]))
    if origin is tuple and inside[-1] is not Ellipsis:
        return st.tuples(*(fed(name, each) for each in inside))
    if origin in (Sequence, tuple, list):
        return fed(name, inside[0]).flatmap(lambda one: st.sampled_from([(), (one,), (one,) * 60]))
    if is_dataclass(kind):
        wanted = typing.get_type_hints(kind)
        return st.builds(kind, **{field: fed(field, wanted[field]) for field in kind.__dataclass_fields__})
    supertype = getattr(kind, "__supertype__", None)
    assert supertype is not None, f"say here what {name}: {kind} is fed with"
    return fed(name, supertype)


def occasions():
    """Every public method that says something: of the protocol, and the forms and tabs beside it."""
    found = {}
    for name, method in inspect.getmembers(Catalogue, inspect.isfunction):
        if name.startswith("_"):
            continue
        wanted = getattr(Messages, name, method)
        found[name] = typing.get_type_hints(wanted)
    return found


OCCASIONS = occasions()
#: What fails is told as it is: making it smaller would take minutes.
QUICK = (Phase.explicit, Phase.generate)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # what fails is long, and told all the same
@pytest.mark.parametrize("name", OCCASIONS)
def test_whatever_is_said_slack_takes(catalogue, name):
    wanted = {parameter: fed(parameter, kind) for parameter, kind in OCCASIONS[name].items() if parameter != "return"}

    @settings(
        max_examples=6, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck), database=None, derandomize=True
    )
    @given(arguments=st.fixed_dictionaries(wanted))
    def says(arguments):
        assume(name != "relay_to_desk" or arguments["text"].strip() or arguments["files"])  # nothing is not relayed
        said = getattr(catalogue, name)(**arguments)
        for each in said if isinstance(said, tuple | list) else (said,):
            fits(each)

    says()


def fits(said):
    """What Slack takes, and what says in words all that it shows."""
    if isinstance(said, Message):
        assert check_message(said.text, said.blocks) == []
        assert said.text.strip() or not said.blocks
        assert all(entity.startswith(ENTITIES) for entity in re.findall(r"<[^>]*>", said.text)), said.text
        assert '"mrkdwn"' not in json.dumps(said.blocks)
        assert '"broadcast"' not in json.dumps(said.blocks)
    elif isinstance(said, Picture):
        assert base64.b64decode(said.content).startswith(b"\x89PNG")
        assert 0 < len(said.alt) <= 1000
    elif isinstance(said, Mapping):
        faults = check_view(said) if said.get("type") in ("modal", "home") else check_blocks([said])
        assert faults == []
        assert len(json.dumps(said)) < 250_000
    else:
        assert said is None or isinstance(said, str)


#: What is live in our own words: dates, people and groups, links that we made.
ENTITIES = ("<!date^", "<@U2", "<@S2", "<!subteam^S", "<https://case-link.invalid", "<https://x.slack.com/")


def test_every_occasion_of_the_protocol_is_said_here():
    promised = {name for name, _ in inspect.getmembers(Messages, inspect.isfunction) if not name.startswith("_")}
    assert promised <= set(OCCASIONS)
    returned = {OCCASIONS[name]["return"] for name in promised}
    assert returned <= {
        Message,
        Picture | None,
        tuple[Picture, ...],
        str,
        View,
        typing.get_type_hints(Messages.home)["return"] if hasattr(Messages, "home") else View,
    }

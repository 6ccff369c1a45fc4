"""Every message, in both languages: Slack would take it, and nothing from outside is live in it."""

import base64
import inspect
import json
import re
import tomllib
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases import CaseState, Resolution, Upload
from bot.events import CaseId, UploadId, Watch, Watching
from bot.handling import Handling, Priority
from bot.messages import LOCALES, Admins, Catalogue
from bot.places import OfficeHours, Setting, Setup
from bot.playground.blockkit import check_message, check_view
from bot.wording import DeskLine, DeskTab, Heard, Messages, OutageLine, Taught
from knowledge import (
    AttemptSummary,
    CauseId,
    ChoiceId,
    Log,
    Masked,
    NextStep,
    Platform,
    QuestionId,
    ReadReason,
    ReadState,
    Stage,
    StepKind,
    Verdict,
)
from tests.builders import NOW, case_with, diagnosis_with

ODD = (
    "<!channel> <@U1> <https://evil.example|click> *bold* _it_ ~no~ `code` ``` \u202e\u0007 & {{ 7*7 }} {% raw %} \n> quote "
) * 3


ADMINS = Admins(
    setup=Setup(
        admin_channel="C1",
        watched=tuple(Watch(channel=f"C{n}", mode=Watching.LIKELY, language="pt-BR") for n in range(30)),
        responders="S1",
        office=OfficeHours(),
    ),
    fixed=frozenset({Setting.RESPONDERS}),
    fixed_channels=frozenset({"C0"}),
    names={"C1": "desk"},
    tried={"C1": "ok", "C2": "bad_read missing_scope", "C3": "bad_member", "C4": "bad_post x", "C5": "bad_other y"},
)


def taught_of(text, right, broken):
    return Taught(
        line=text,
        signature="charon-x",
        fact="ike.x",
        rule="ike-x",
        strength="strong",
        same=(1, 2),
        others=(0, 40),
        tried=43,
        right=right,
        changed=2,
        broken=broken,
        untried=1,
        faults=(text,),
        file="teach-5F2A9C01.patch",
    )


def occasions(catalogue, case, text, locale):
    """Every message that the bot can say of a case, fed with `text` wherever text from outside can stand."""
    upload = case.uploads[0]
    log = Log(
        file=text, read=ReadState.WHOLE, formats=("charon",), lines=40, understood=38, masked=(Masked(kind="secret", count=1),)
    )
    bad = Log(file=text, read=ReadState.UNRECOGNISED, reasons=(ReadReason.OTHER_VPN,), detail=text)
    part = Log(file=text, read=ReadState.PARTIAL, reasons=(ReadReason.TRUNCATED,), formats=("charon",))
    heard = Heard(answers={QuestionId("came-up"): ChoiceId("drops")}, codes=(text, "809"), platform=Platform.MACOS)
    empty = Heard(answers={})
    c, at = catalogue, {"locale": locale}
    yield c.case_opened(case, **at)
    yield c.receipt(case, upload, **at)
    for each in (log, part):
        yield c.upload_read(case, upload, each, **at)
    yield c.unrecognised(case, upload, bad, **at)
    yield c.already_read(case, upload, upload, **at)
    for problem in ("too-large", "login-page", text):
        yield c.reading_failed(case, Upload(id=UploadId("u"), file_id="F", name=text, problem=problem), **at)
    for question in catalogue._base.questions:
        yield c.question(case, question, may_go_back=True, **at)
    yield c.reply(case, **at)
    yield c.settled(case, question=None, **at)
    yield c.settled(case, question=QuestionId("came-up"), **at)
    yield c.details(case, [log, bad], **at)
    yield c.understood(case, heard, **at)
    yield c.understood(case, empty, **at)
    yield c.password_warning(case, ["secret"], **at)
    yield c.still_broken(case, **at)
    yield c.handed_over(case, **at)
    yield c.no_desk(case, contact=text, **at)
    yield c.no_desk(case, contact="", **at)
    yield c.taken(case, **at)
    yield c.relay_to_requester(case, text, **at)
    yield c.shared(case, upload, **at)
    yield c.resolved(case, **at)
    yield c.closed(case, **at)
    yield c.reopened(case, **at)
    yield c.forgot_upload(case, upload, **at)
    yield c.receipt_ephemeral(case, link="", **at)
    yield c.which_case([case] * 3, "parked", **at)
    yield c.case_chosen(case, **at)
    yield c.case_chosen(None, **at)
    yield c.status([case, case], **at)
    yield c.status([], **at)
    yield c.privacy(days=30, **at)
    yield c.forget_asked([case], **at)
    yield c.forget_asked([], **at)
    yield c.forgotten(cases=1, **at)
    yield c.forgotten(cases=2, **at)
    yield c.unknown_word(text, **at)
    yield c.help(**at)
    yield c.try_again(**at)
    yield c.triage_reply(case, [log], **at)
    yield c.nothing_to_read(case, **at)
    for key in ("case-is-over", "not-yours", "responders-only", "case-is-gone", "guests-may-not", "no-such-file"):
        yield c.user_error(key, {}, **at)
    for key in ("already-claimed", "too-many-cases", "nothing-to-say"):
        yield c.user_error(key, {"assignee": text}, **at)
    yield c.error("1a2b3c", **at)
    yield c.thread_help(**at)
    for cause in ("psk-mismatch", "clock-wrong", text):
        yield c.why_not(case, cause, **at)
    for question, choice, then in (("came-up", "never", case.diagnosis), ("came-up", text, None), (text, "no", None)):
        yield c.what_if(case, question, choice, then, **at)
    yield c.timeline(case, **at)
    for said in (c.muted, c.unmuted, c.still_muted, c.nothing_to_redact, c.no_files_here, c.tried_here):
        yield said(**at)
    yield c.as_file(text, **at)
    for code in ("not_in_channel", "is_archived", "restricted_action", text):
        yield c.cannot_speak(code, **at)
    for language in (None, "en", "pt-BR"):
        yield c.language_asked(language, **at)
        yield c.language_chosen(language, **at)
    yield c.check_back_set(case, NOW, **at)
    yield c.check_back(case, **at)
    yield c.outside_office(case, NOW, **at)
    yield c.outside_office(case, None, **at)
    yield c.user_error("admins-only", {}, **at)
    yield c.card(case, requester=text, **at)
    for change in ("new", "edited", "deleted"):
        yield c.relay_to_desk(case, text, requester=text, files=[text], change=change, **at)
    for news in ("claimed", "released", "replied", "resolved", "works-now", "still-broken", "cancelled", "reopened", "erased"):
        yield c.desk_news(case, news, who="U2", text=text, **at)
    yield c.desk_news(case, "cause-confirmed", who="U2", text="psk-mismatch", **at)
    for news in ("pinned", "unpinned", "ruled-out", "ruled-in"):
        yield c.desk_news(case, news, who="U2", text="psk-mismatch", **at)
    yield c.desk_news(case, "handed-on", who="U2", text="U2", **at)
    for news in ("snoozed", "snooze-ended", "snooze-over", "prioritised", "asked-for-log", "merged", "has-duplicate"):
        yield c.desk_news(case, news, who="U2", text=text, **at)
    for news in ("merge-refused", "origin-over", "reopened-by", "outage", "outage-over"):
        yield c.desk_news(case, news, who=None, text=text, **at)
    for due in ("call", "paged", "claim-remind", "claim-expire", "first-response-warn", "first-response-breach"):
        yield c.desk_call(case, due, who="U2", **at)
    for due in ("call", "resolution-warn", "resolution-breach"):
        yield c.desk_call(case, due, who="S2" if due == "call" else "", **at)
    yield c.page_summary(case, **at)
    for state in ("open", "over", "false"):
        about = "cause:psk-mismatch server:3f site:America/Recife"
        yield c.outage_card("o1", about, 7, state=state, numbers=(text,) * 40, **at)
    for of in (0, 40):
        yield c.teaching(case, done=3, of=of, **at)
    for right, broken in ((14, 0), (0, 2), (0, 0)):
        yield c.taught(case, taught_of(text, right, broken), **at)
    for why in ("no-text", "nothing-apart", "not-drafted"):
        yield c.taught_nothing(case, why, **at)
    brought = Upload(id=UploadId("u"), file_id="F", name=text, by="U2")
    for each in (log, None):
        yield c.desk_evidence(case, brought, each, **at)
    yield c.desk_evidence(case, replace(brought, problem="too-large"), None, **at)
    yield c.log_wanted(case, "windows-events", **at)
    yield c.log_wanted(case, "gone", **at)
    yield c.merged(case, **at)
    yield c.reopened_by_desk(case, **at)
    yield c.outage_known(case, **at)
    yield c.outage_over(case, **at)
    yield c.desk_news(case, "reply-failed", who=None, text=text, **at)


def variants(text):
    """A case in each state that changes what is said of it."""
    diagnosed = diagnosis_with(text, file=text)
    yield case_with(words=text, name=text, diagnosis=diagnosed)
    yield case_with(words=text, name=text, diagnosis=diagnosed, escalated_at=NOW, state=CaseState.CLAIMED, assignee="U2")
    yield case_with(words=text, diagnosis=diagnosed, state=CaseState.CLOSED, resolution=Resolution.SILENT)
    busy = Handling(
        priority=Priority.URGENT,
        broken=("1:first-response", "2:resolution"),
        pinned=CauseId("psk-mismatch"),
        ruled_out=(CauseId("mtu"),),
        duplicates=(CaseId("5f2a9c01d3e84b7b"),),
        merged_into=CaseId("5f2a9c01d3e84b7c"),
        incident="o1",
        snoozed_until=NOW,
        reopened_at=(NOW,),
    )
    yield case_with(words=text, diagnosis=diagnosed, escalated_at=NOW, state=CaseState.ESCALATED, handling=busy)
    for kind, target in (
        (StepKind.ASK, "prompt"),
        (StepKind.COLLECT, "windows-events"),
        (StepKind.HANDOVER, None),
        (StepKind.NONE, None),
    ):
        yield case_with(diagnosis=diagnosis_with(text, next_step=NextStep(kind=kind, id=target)))


def live(message):
    """What Slack would act on in a message: entities in `text`, and elements other than text in blocks."""
    return re.findall(r"<[^>]*>", message.text)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("text", ["charon.log", ODD, "x" * 9000, ""])
def test_messages_are_what_slack_takes(catalogue, locale, text):
    for case in variants(text):
        for message in occasions(catalogue, case, text, locale):
            assert check_message(message.text, message.blocks) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_text_from_outside_is_never_live(catalogue, locale):
    allowed = re.compile(r"<(https://case-link\.invalid/|!date\^\d+\^|!subteam\^S2>|@U2>)")
    for case in variants(ODD):
        for message in occasions(catalogue, case, ODD, locale):
            assert all(allowed.match(entity) for entity in live(message)), message.text
            said = json.dumps(message.blocks)
            assert "mrkdwn" not in said
            assert "broadcast" not in said
            assert "evil.example" not in json.dumps([b for b in elements(message) if b["type"] == "link"])


def elements(message):
    """Every rich text element of a message."""
    waiting = list(message.blocks)
    while waiting:
        block = waiting.pop()
        if isinstance(block, dict):
            if "type" in block:
                yield block
            waiting += block.values()
        elif isinstance(block, list | tuple):
            waiting += block


@given(text=st.text(max_size=5000))
@settings(max_examples=25, deadline=None)
def test_any_text_makes_a_message_that_slack_takes(catalogue, text):
    case = case_with(words=text, name=text, diagnosis=diagnosis_with(text, file=text))
    for message in (
        catalogue.reply(case, locale="en"),
        catalogue.card(case, requester=text, locale="pt-BR"),
        catalogue.details(case, [], locale="en"),
        catalogue.relay_to_requester(case, text, locale="en"),
        catalogue.receipt(case, case.uploads[0], locale="en"),
    ):
        assert check_message(message.text, message.blocks) == []
        assert "<!" not in message.text.replace("<!date^", "")


def full_desk(case):
    line = DeskLine(case=case)
    late = DeskLine(case=case, promise="resolution", due=NOW, broken=True)
    outage = OutageLine(about="cause:server-unreachable site:America/Recife", cases=7, since=NOW, link="https://x.slack.com/")
    return DeskTab(
        queue=(line,) * 40,
        mine=(line,),
        breaching=(late, DeskLine(case=case, promise="first-response", due=NOW)),
        outages=(outage,),
    )


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("text", ["", ODD, "x" * 9000])
def test_views_are_what_slack_takes(catalogue, locale, text):
    case = case_with(words=text)
    views = [
        catalogue.intake(locale=locale, metadata="{}", text=text, platform="macos", error=text),
        catalogue.reply_form(locale=locale, requester_locale="pt-BR", metadata="{}"),
        *(catalogue.desk_form(kind, locale=locale, metadata="{}") for kind in ("hand_on", "merge", "what_if")),
        catalogue.reply_form(locale=locale, requester_locale="en", metadata="{}", text=text, preview=text),
        catalogue.home([case, case], days=30, locale=locale),
        catalogue.home([], days=30, locale=locale),
        catalogue.intake(locale=locale, cases=[case] * 12),
        catalogue.home(
            [case] * 20, days=30, locale=locale, language="pt-BR", admins=ADMINS, links={case.id: "https://x.slack.com/"}
        ),
        catalogue.home([], days=30, locale=locale, admins=Admins(setup=Setup())),
        catalogue.home([case] * 20, days=30, locale=locale, admins=ADMINS, desk=full_desk(case)),
        catalogue.home([], days=30, locale=locale, desk=DeskTab()),
        catalogue.reply_form(
            locale=locale, requester_locale="en", metadata="{}", text=text, preview=text, files=[("F1", text)], ticked=["F1"]
        ),
        catalogue.resolve_form(case, locale=locale, metadata="{}"),
        catalogue.setup_form(Setup(), fixed=frozenset(), locale=locale, metadata="{}"),
        catalogue.setup_form(ADMINS.setup, fixed=frozenset({Setting.OFFICE}), locale=locale, metadata="{}"),
        catalogue.watch_form(None, locale=locale, metadata="{}"),
        catalogue.watch_form(ADMINS.setup.watched[0], locale=locale, metadata="{}"),
    ]
    assert [check_view(view) for view in views] == [[]] * len(views)


def test_the_catalogue_says_every_occasion():
    occasions = {name for name, _ in inspect.getmembers(Messages, inspect.isfunction) if not name.startswith("_")}
    for name in occasions:
        wanted = inspect.signature(getattr(Messages, name)).parameters
        assert list(inspect.signature(getattr(Catalogue, name)).parameters) == list(wanted), name


def test_every_language_has_every_sentence():
    tables = [tomllib.loads(files("bot.messages").joinpath("texts", f"{locale}.toml").read_text()) for locale in LOCALES]
    keys = [{f"{table}.{key}" for table, rows in each.items() for key in rows} for each in tables]
    assert keys[0] == keys[1]
    for table, rows in tables[0].items():
        for key, sentence in rows.items():
            fields = [sorted(set(re.findall(r"{{ (\w+) }}", each[table][key]))) for each in tables]
            assert fields[0] == fields[1], f"{table}.{key}: {sentence}"


def test_a_reply_says_cause_reason_step_and_what_if_it_fails(catalogue):
    said = catalogue.reply(case_with(), locale="en").text
    order = ["likely cause", "How I know", "decryption failed?", "What to do", "Still broken"]
    places = [said.index(words) for words in order]
    assert places == sorted(places)


def test_the_requester_never_reads_the_name_of_a_responder(catalogue):
    case = case_with(escalated_at=NOW, state=CaseState.CLAIMED, assignee="U2")
    for message in (catalogue.taken(case, locale="en"), catalogue.relay_to_requester(case, "done", locale="en")):
        assert "U2" not in message.text + json.dumps(message.blocks)


def test_the_timeline_is_said_as_it_is_drawn(catalogue):
    attempts = (
        AttemptSummary(stage=Stage.IKE, verdict=Verdict.LIKELY, chosen=False),
        AttemptSummary(stage=Stage.CONNECTED, verdict=Verdict.HEALTHY, chosen=True),
    )
    case = case_with(diagnosis=replace(diagnosis_with(), attempts=attempts))
    picture = catalogue.picture(case, locale="en")
    assert base64.b64decode(picture.content).startswith(b"\x89PNG\r\n\x1a\n")
    assert "stopped at the secure handshake" in picture.alt
    assert "connected" in picture.alt
    assert len(picture.alt) <= 1000

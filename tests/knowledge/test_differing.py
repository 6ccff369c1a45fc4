"""What two files of one incident tell differently: lost messages, how it ended, clocks that are apart."""

from datetime import UTC, datetime, timedelta

import pytest

from knowledge.attempts import attempts_of
from knowledge.report import as_json, as_text
from knowledge.terms import (
    HEALTHY,
    Clock,
    Diagnosis,
    Difference,
    Differing,
    Evidence,
    Fact,
    FactId,
    FormatId,
    Hypothesis,
    Log,
    NextStep,
    ReadState,
    Side,
    Stage,
    StepKind,
    Verdict,
)
from knowledge.wire import diagnosis_from_json, to_json
from tests.knowledge.logs.bases import BASE

START = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
CLIENT_BEGINS = ("0 ike.started", "0 ike.sent message=main-1", "1 ike.reply message=main-2", "1 ike.sent message=main-3")
SERVER_BEGINS = ("0 ike.request_received", "1 ike.sent message=main-2", "1 ike.reply message=main-3", "2 ike.sent message=main-4")
PHASE_2 = ("3 ike.established", "3 esp.started id=756")
CAME_UP = ("4 esp.established", "4 l2tp.established", "5 auth.succeeded", "6 ipcp.up")


def log(side, *lines, ahead=0.0):
    facts = []
    for order, line in enumerate(lines):
        second, name, *rest = line.split()
        proof = Evidence(file=f"{side}.log", line=order + 1, text=line)
        values = dict(part.split("=", 1) for part in rest)
        clock = Clock(at=START + timedelta(seconds=float(second) + ahead))
        facts.append(Fact(id=FactId(name), evidence=(proof,), values=values, clock=clock, order=order, format=FormatId("charon")))
    return Log(file=f"{side}.log", read=ReadState.WHOLE, facts=tuple(facts), side=side)


def told(client, server, *, ahead=0.0):
    """Kind and lines of each difference, the client's first, whichever file came first."""
    logs = (log(Side.CLIENT, *client), log(Side.SERVER, *server, ahead=ahead))
    found = [attempts_of(BASE, order) for order in (logs, logs[::-1])]
    both = [attempts.attempts[attempts.chosen].differences for attempts in found]
    assert both[0] == both[1]
    return [(each.kind.value, [proof.text for proof in each.evidence]) for each in both[0]]


def test_an_answer_that_did_not_arrive():
    waits = (*CLIENT_BEGINS, "5 ike.retransmit", "60 ike.timeout")
    assert told(waits, SERVER_BEGINS) == [("answer-lost", ["60 ike.timeout", "2 ike.sent message=main-4"])]


def test_a_message_of_the_client_that_did_not_arrive():
    sends = (*CLIENT_BEGINS, "2 ike.reply message=main-4", "3 ike.sent message=main-5", "7 ike.retransmit")
    waits = (*SERVER_BEGINS, "32 ike.responder_timeout")
    assert told(sends, waits) == [("request-lost", ["3 ike.sent message=main-5", "32 ike.responder_timeout"])]


@pytest.mark.parametrize("of_no_use", ["ike.decrypt_failed", "ike.notify name=NO_PROPOSAL_CHOSEN by=local", "ike.no_shared_key"])
def test_what_arrived_and_was_of_no_use_was_not_lost(of_no_use):
    sends = (*CLIENT_BEGINS, "2 ike.reply message=main-4", "3 ike.sent message=main-5", "7 ike.retransmit")
    assert told(sends, (*SERVER_BEGINS, f"4 {of_no_use}", "32 ike.responder_timeout")) == []


def test_an_answer_of_l2tp_that_did_not_arrive():
    client = (*CLIENT_BEGINS, *PHASE_2, "4 esp.established", "5 l2tp.started", "9 l2tp.timeout")
    server = (*SERVER_BEGINS, *PHASE_2, "4 esp.established", "5 l2tp.request_received", "6 l2tp.retransmit", "8 l2tp.timeout")
    assert told(client, server) == [("answer-lost", ["9 l2tp.timeout", "6 l2tp.retransmit"])]


def test_up_at_one_end_only():
    client = (*CLIENT_BEGINS, *PHASE_2, *CAME_UP[:2], "5 auth.failed")
    server = (*SERVER_BEGINS, *PHASE_2, *CAME_UP)
    assert told(client, server) == [("outcome", ["5 auth.failed", "6 ipcp.up"])]


def test_clocks_that_are_apart_are_told_and_put_on_one_clock():
    client, server = (*CLIENT_BEGINS, *PHASE_2, *CAME_UP), (*SERVER_BEGINS, *PHASE_2, *CAME_UP)
    assert told(client, server, ahead=3.0) == []
    assert told(client, server, ahead=-3600.0) == [("clocks", ["3 esp.started id=756"] * 2)]
    (attempt,) = attempts_of(BASE, [log(Side.CLIENT, *client), log(Side.SERVER, *server, ahead=-3600.0)]).attempts
    assert attempt.stage is Stage.CONNECTED
    assert (attempt.start.at, attempt.end.at) == (START, START + timedelta(seconds=6))
    assert attempt.differences[0].seconds == 3600.0


def test_files_that_agree_and_files_of_one_side_tell_nothing():
    client = (*CLIENT_BEGINS, "5 ike.retransmit", "60 ike.timeout")
    assert told((*CLIENT_BEGINS, *PHASE_2, *CAME_UP), (*SERVER_BEGINS, *PHASE_2, *CAME_UP)) == []
    (attempt,) = attempts_of(BASE, [log(Side.CLIENT, *client), log(Side.CLIENT, *client)]).attempts
    assert attempt.differences == ()


LOST = Difference(
    kind=Differing.ANSWER_LOST,
    evidence=(
        Evidence(file="client.log", line=9, text="giving up after 5 retransmits"),
        Evidence(file="server.log", line=4, text="generating ID_PROT response 0 [ ID HASH ]"),
    ),
    clock=Clock(at=START, zone_known=False),
)


def diagnosis_of(*differences):
    return Diagnosis(
        verdict=Verdict.OPEN,
        hypotheses=(Hypothesis(cause=HEALTHY, probability=0.3),),
        unexplained=0.1,
        stage=Stage.IKE,
        attempts=(),
        next=NextStep(kind=StepKind.NONE),
        revision="r",
        differences=differences,
    )


def test_a_difference_survives_storing():
    diagnosis = diagnosis_of(LOST, Difference(kind=Differing.OUTCOME, evidence=(), side=Side.SERVER, seconds=7.5))
    assert diagnosis_from_json(to_json(diagnosis)) == diagnosis


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("en", "The two logs differ: the client says that no answer came, the server that it answered at 14:02:00."),
        ("pt-BR", "Os dois logs divergem: o cliente diz que nenhuma resposta chegou, e o servidor, que respondeu às 14:02:00."),
    ],
)
def test_the_report_says_it_with_both_lines(real_base, locale, sentence):
    said = as_text(real_base, diagnosis_of(LOST), [], locale)
    assert sentence in " ".join(said.split())
    assert "client.log:9  giving up after 5 retransmits" in said
    assert "server.log:4  generating ID_PROT response 0 [ ID HASH ]" in said


@pytest.mark.parametrize("locale", ["en", "pt-BR"])
@pytest.mark.parametrize(("kind", "side"), [(kind, None) for kind in Differing if kind is not Differing.OUTCOME] + [
    (Differing.OUTCOME, side) for side in Side
])  # fmt: skip
def test_each_kind_has_its_sentence(real_base, kind, side, locale):
    text = real_base.sentences[Difference(kind=kind, side=side, evidence=()).sentence]
    assert text("en")
    assert locale == "en" or text(locale) != text("en")


def test_the_json_holds_them_only_where_there_are_some():
    (held,) = as_json(diagnosis_of(LOST), [], file=None)["differences"]
    assert (held["kind"], held["at"], [line["line"] for line in held["lines"]]) == ("answer-lost", START.isoformat(), [9, 4])
    assert "differences" not in as_json(diagnosis_of(), [], file=None)


@pytest.fixture(scope="module")
def real_base():
    from knowledge.loader import load_base  # noqa: PLC0415 # only these need the sentences

    return load_base(strict=False)

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cases import Case, CaseState
from bot.events import Action, FileDeleted, MessageChanged, MessageDeleted, MessageRef
from bot.ports import Profile, Where
from bot.triage import pipeline
from knowledge import StepKind
from tests.bot.fakes import ANA, BEN, EVE, TEAM, FakeChat
from tests.bot.house import House, catalogue, occasion, open_house

PROPOSAL = (
    b"Nov 25 09:00:00 host charon: 05[IKE] initiating Main Mode IKE_SA corp[1] to 203.0.113.9\n"
    b"Nov 25 09:00:01 host charon: 06[IKE] received NO_PROPOSAL_CHOSEN error notify\n"
)


def says(house: House, *, channel: str = "DUANA") -> list[str]:
    """The occasions of what stands in the direct message, oldest first."""
    return [occasion(text) for text in house.chat.texts(channel)]


async def current_answer(house: House, case: Case) -> MessageRef:
    found = await house.store.slot(case.id, Where.REQUESTER, f"answer:{case.turn}")
    assert found is not None
    return found


@pytest.fixture
async def asked(house: House) -> Case:
    """A case with an open question."""
    await house.happens(house.intake_event("it does not work"))
    case = await house.only_case()
    assert case.open_question is not None
    return case


async def test_the_modal_begins_a_case_and_leaves_a_receipt_where_it_was_typed(house: House) -> None:
    await house.happens(house.intake_event("help", channel="CGENERAL", response_url="https://hooks.example.com/1"))

    assert says(house)[0] == "case_opened"
    assert house.chat.whispers[0][0] == "https://hooks.example.com/1"
    assert (await house.only_case()).asked_in == "CGENERAL"


async def test_what_was_chosen_in_the_modal_is_evidence(house: House) -> None:
    await house.happens(house.intake_event("", platform="windows", error="789", answers={"came-up": "never", "nonsense": "x"}))

    case = await house.only_case()
    assert (case.platform, dict(case.answers)) == ("windows", {"came-up": "never", "error": "e789"})


async def test_with_a_file_the_log_is_read_before_anything_is_asked(house: House) -> None:
    file = house.chat.give("F1", PROPOSAL, name="my.log")

    await house.happens(house.intake_event("help", files=(file,)))

    assert says(house) == ["case_opened", "upload_read", "answer"]
    best = (await house.only_case()).diagnosis.best
    assert best is not None
    assert best.cause == "ike-proposal-mismatch"


async def test_an_answer_edits_the_question_that_was_pressed(house: House, asked: Case) -> None:
    answer = await current_answer(house, asked)
    choice = next(iter(house.drain.knowledge.base.questions[asked.open_question].choices)).id

    await house.happens(house.press(Action.ANSWER, asked.id, f"{asked.open_question}={choice}", ref=answer))

    case = await house.only_case()
    assert case.answers[asked.open_question] == choice
    assert await current_answer(house, case) == answer
    assert says(house).count("answer") == 1


async def test_an_answer_from_an_older_message_counts_as_well(house: House, asked: Case) -> None:
    choice = next(iter(house.drain.knowledge.base.questions[asked.open_question].choices)).id
    elsewhere = MessageRef(channel="DUANA", ts="9.9")

    await house.happens(house.press(Action.ANSWER, asked.id, f"{asked.open_question}={choice}", ref=elsewhere))

    assert "settled" in says(house)
    assert (await house.only_case()).answers[asked.open_question] == choice


async def test_a_choice_that_does_not_exist_is_refused_kindly(house: House, asked: Case) -> None:
    await house.happens(house.press(Action.ANSWER, asked.id, "no-such-question=x"))

    assert says(house)[-1] == "user_error"


async def test_not_knowing_is_an_answer_and_is_not_asked_again(house: House, asked: Case) -> None:
    await house.happens(house.press(Action.ANSWER_UNKNOWN, asked.id, asked.open_question or ""))

    case = await house.only_case()
    assert case.answers[asked.open_question] == "unknown"
    assert case.open_question != asked.open_question


async def test_back_puts_the_question_before_again(house: House, asked: Case) -> None:
    await house.happens(house.press(Action.ANSWER_UNKNOWN, asked.id, asked.open_question or ""))
    second = await house.only_case()

    await house.happens(house.press(Action.BACK, asked.id, ref=await current_answer(house, second)))

    case = await house.only_case()
    assert case.open_question == asked.open_question
    assert asked.open_question not in case.answers


async def test_every_question_can_be_passed_over_and_the_conversation_ends_somewhere(house: House, asked: Case) -> None:
    for _ in range(60):
        case = await house.only_case()
        if case.open_question is None:
            break
        await house.happens(
            house.press(Action.ANSWER_UNKNOWN, case.id, case.open_question, ref=await current_answer(house, case))
        )

    case = await house.only_case()
    assert case.open_question is None
    assert case.diagnosis.next.kind is not StepKind.ASK


async def test_words_are_understood_and_shown(house: House, asked: Case) -> None:
    await house.happens(house.direct("error 809 on windows 11"))

    case = await house.only_case()
    assert case.platform == "windows"
    assert case.answers["error"] == "e809"
    assert "understood" in says(house)


async def test_words_that_mean_nothing_are_kept_and_never_guessed(house: House, asked: Case) -> None:
    await house.happens(house.direct("xyzzy plugh"))

    case = await house.only_case()
    assert case.said[-1] == "xyzzy plugh"
    assert case.answers == asked.answers
    assert says(house)[-1] == "understood"


async def test_a_choice_may_be_typed(house: House, asked: Case) -> None:
    choice = house.drain.knowledge.base.questions[asked.open_question].choices[0]

    await house.happens(house.direct(choice.says("en")))

    assert (await house.only_case()).answers[asked.open_question] == choice.id


async def test_a_message_at_the_top_level_belongs_to_the_open_case(house: House, asked: Case) -> None:
    await house.happens(house.direct("and another thing"))

    assert [case.id for case in await house.cases()] == [asked.id]


async def test_a_file_at_the_top_level_belongs_to_the_open_case(house: House, asked: Case) -> None:
    await house.happens(house.direct(files=(house.chat.give("F1", PROPOSAL),)))

    assert [upload.file_id for upload in (await house.only_case()).uploads] == ["F1"]
    assert says(house)[-1] == "answer"


async def test_the_same_file_told_of_twice_is_one_upload(house: House, asked: Case) -> None:
    file = house.chat.give("F1", PROPOSAL)

    await house.happens(house.direct(files=(file,)), house.direct("again", files=(file,)))

    assert house.chat.downloads == ["F1"]
    assert says(house).count("upload_read") == 1


async def test_the_same_content_under_another_name_is_said_and_not_read_again(house: House, asked: Case) -> None:
    await house.happens(house.direct(files=(house.chat.give("F1", PROPOSAL, name="a.log"),)))
    facts = (await house.only_case()).diagnosis

    await house.happens(house.direct(files=(house.chat.give("F2", PROPOSAL, name="b.log"),)))

    assert "already_read(waiting, b.log, a.log)" in house.chat.texts("DUANA")
    assert (await house.only_case()).diagnosis == facts


@pytest.mark.parametrize(
    ("content", "occasion"),
    [(b"", "unrecognised"), (bytes(range(256)) * 500, "unrecognised"), (b"buy milk\ncall mum\n", "unrecognised")],
)
async def test_whatever_is_uploaded_gets_a_clear_word(house: House, asked: Case, content: bytes, occasion: str) -> None:
    await house.happens(house.direct(files=(house.chat.give("F1", content),)))

    assert occasion in says(house)
    assert (await house.only_case()).diagnosis is not None


async def test_a_file_that_is_too_large_is_said_to_be(house: House, asked: Case) -> None:
    await house.happens(house.direct(files=(house.chat.give("F1", b"x" * (2 << 20)),)))

    assert (await house.only_case()).uploads[0].problem == "too-large"
    assert "reading_failed" in says(house)


async def test_a_password_is_masked_and_its_person_told(house: House, asked: Case) -> None:
    await house.happens(house.direct("my password is hunter2hunter2"))

    assert "password_warning" in says(house)
    assert (await house.only_case()).said[-1] == "my password is [secret]"
    assert not any("hunter2" in said.text for said in house.chat.said)


async def test_an_edit_takes_the_place_of_what_was_said(house: House, asked: Case) -> None:
    said = house.direct("error 809")
    await house.happens(said)

    await house.happens(
        MessageChanged(
            id="e1", workspace=TEAM, at=house.clock.now(), user=ANA, ref=said.ref, kind=said.kind, text="error 789, sorry"
        )
    )

    case = await house.only_case()
    assert (case.said[-1], case.answers["error"]) == ("error 789, sorry", "e789")


async def test_what_is_deleted_in_slack_is_deleted_here(house: House, asked: Case) -> None:
    said = house.direct("see this", files=(house.chat.give("F1", PROPOSAL),))
    await house.happens(said)
    upload = (await house.only_case()).uploads[0].id
    assert await house.store.uploads.text(upload)

    await house.happens(MessageDeleted(id="d1", workspace=TEAM, at=house.clock.now(), user=ANA, ref=said.ref))

    case = await house.only_case()
    assert "see this" not in case.said
    assert case.diagnosis.stage is None
    assert await house.store.uploads.text(upload) is None
    assert await house.store.logs(case.id) == {}


async def test_a_deleted_file_takes_its_evidence_along(house: House, asked: Case) -> None:
    await house.happens(house.direct(files=(house.chat.give("F1", PROPOSAL),)))

    await house.happens(FileDeleted(id="d1", workspace=TEAM, at=house.clock.now(), file_id="F1"))

    assert "forgot_upload" in says(house)
    assert await house.store.logs(asked.id) == {}


async def test_it_works_now_closes_and_can_be_taken_back(house: House, asked: Case) -> None:
    await house.happens(house.press(Action.WORKS_NOW, asked.id))
    assert (await house.only_case()).state is CaseState.CLOSED

    await house.happens(house.press(Action.REOPEN, asked.id))

    assert (await house.only_case()).state is CaseState.WAITING
    assert "reopened" in says(house)


async def test_buttons_of_a_closed_case_say_so(house: House, asked: Case) -> None:
    await house.happens(house.press(Action.CANCEL, asked.id))

    await house.happens(house.press(Action.ANSWER_UNKNOWN, asked.id, asked.open_question or ""))

    assert house.chat.texts("DUANA")[-1] == "user_error(case-is-over, {})"


async def test_after_a_closed_case_a_message_begins_a_new_one(house: House, asked: Case) -> None:
    await house.happens(house.press(Action.CANCEL, asked.id))

    await house.happens(house.direct("now something else"))

    assert len(await house.cases()) == 2


async def test_a_file_in_the_thread_of_a_closed_case_opens_it_again(house: House, asked: Case) -> None:
    parent = await house.thread(asked)
    await house.happens(house.press(Action.CANCEL, asked.id))

    await house.happens(house.direct(thread=parent.ts, files=(house.chat.give("F1", PROPOSAL),)))

    assert not (await house.only_case()).is_over
    assert says(house)[-1] == "answer"


async def test_still_broken_brings_the_next_step_and_then_a_person(house: House) -> None:
    await house.happens(house.intake_event("help", platform="windows", files=(house.chat.give("F1", PROPOSAL),)))
    tried: list[str] = []
    for _ in range(60):
        case = await house.only_case()
        if case.on_desk:
            break
        if case.open_question:
            await house.happens(house.press(Action.ANSWER_UNKNOWN, case.id, case.open_question))
            continue
        step = case.diagnosis.next.id if case.diagnosis.next.kind is StepKind.TRY else ""
        tried += [step] if step else []
        await house.happens(house.press(Action.STILL_BROKEN, case.id, step))

    case = await house.only_case()
    assert case.on_desk
    assert len(set(tried)) == len(tried)
    assert list(case.tried) == tried


async def test_details_are_said_in_the_thread(house: House, asked: Case) -> None:
    await house.happens(house.press(Action.SHOW_DETAILS, asked.id))

    assert says(house)[-1] == "details"


async def test_the_buttons_of_somebody_elses_case_do_nothing(house: House, asked: Case) -> None:
    for action in (Action.WORKS_NOW, Action.CANCEL, Action.SHOW_DETAILS, Action.ASK_PERSON):
        await house.happens(house.press(action, asked.id, user=EVE))

    assert await house.only_case() == asked
    assert set(house.chat.texts("DUEVE")) == {"user_error(not-yours, {})"}


async def test_a_stranger_gets_a_kind_word_and_no_case(house: House) -> None:
    await house.happens(replace(house.direct("help me"), stranger=True))

    assert await house.cases() == []
    assert house.chat.texts("DUANA") == ["user_error(guests-may-not, {})"]


async def test_a_case_in_which_nobody_says_anything_is_closed(house: House, asked: Case) -> None:
    house.clock.move(days=6)
    await house.happens(house.direct("still there"))
    house.clock.move(days=6)
    await house.settle()
    assert not (await house.only_case()).is_over

    house.clock.move(days=2)
    await house.settle()

    assert (await house.only_case()).resolution == "silent"


async def test_one_bad_event_never_stops_a_lane(house: House, asked: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = pipeline.advance

    def fails(lane, case, event, world):
        if getattr(event, "text", "") == "poison":
            raise ZeroDivisionError
        return honest(lane, case, event, world)

    monkeypatch.setattr(pipeline, "advance", fails)
    object.__setattr__(house.drain, "new_reference", lambda: "ABCD1234")

    await house.happens(house.direct("poison"), house.direct("error 809"))

    assert "error(ABCD1234)" in house.chat.texts("DUANA")
    assert (await house.only_case()).said[-1] == "error 809"


async def test_an_engineers_own_case_is_theirs(house: House) -> None:
    await house.happens(house.intake_event("even I cannot connect", user=BEN))

    assert (await house.only_case(BEN)).requester == BEN


@pytest.fixture
async def brazil(tmp_path: Path) -> AsyncIterator[House]:
    chat = FakeChat()
    chat.profiles[ANA] = Profile(id=ANA, name="Ana", locale="pt-BR")
    async with open_house(tmp_path, chat=chat, messages=catalogue()) as house:
        yield house


async def test_people_are_answered_in_their_language(brazil: House) -> None:
    await brazil.happens(brazil.intake_event("não conecta no hotel, erro 809, windows 11"))

    assert (await brazil.only_case()).locale == "pt-BR"
    assert any("caso" in text.casefold() for text in brazil.chat.texts("DUANA"))


async def test_lines_of_a_log_that_were_pasted_are_read_like_a_file(house: House, asked: Case) -> None:
    said = house.direct(PROPOSAL.decode())
    await house.happens(said)

    case = await house.only_case()
    assert says(house)[-2:] == ["upload_read", "answer"]
    assert case.diagnosis.best.cause == "ike-proposal-mismatch"
    assert not any("203.0.113.9" in text for text in case.said)

    await house.happens(MessageDeleted(id="d1", workspace=TEAM, at=house.clock.now(), user=ANA, ref=said.ref))
    assert await house.store.logs(case.id) == {}


@pytest.mark.parametrize("locale", ["en-US", "pt-BR"])
@pytest.mark.parametrize("top_level", [True, False])
@pytest.mark.parametrize(
    ("en", "pt", "occasion", "state"),
    [
        ("it works now", "agora funciona", "closed", CaseState.CLOSED),
        ("never mind", "deixa pra lá", "closed", CaseState.CLOSED),
        ("I want to talk to a human", "quero falar com uma pessoa", "handed_over", CaseState.ESCALATED),
        ("is the VPN down?", "a VPN caiu?", "no_outage_known", CaseState.WAITING),
        ("not now", "agora não", "check_back_set", CaseState.WAITING),
        ("I don't know", "não sei", "answer", CaseState.WAITING),
        ("our account was hacked", "fomos hackeados", "urgent", CaseState.ESCALATED),
        ("the whole office is offline", "a filial inteira está fora", "urgent", CaseState.ESCALATED),
    ],
)
async def test_interruptions_are_understood(house, locale, top_level, en, pt, occasion, state) -> None:
    house.chat.profiles[ANA] = Profile(id=ANA, name="Ana", locale=locale)
    await house.happens(house.intake_event("..."))
    before = await house.only_case()

    thread = None if top_level else (await house.thread(before)).ts
    await house.happens(house.direct(en if locale == "en-US" else pt, thread=thread))

    case = await house.only_case()
    assert occasion in says(house)[2:]
    assert case.state is state
    if occasion == "urgent":
        assert case.escalation_reasons[0] in ("compromise", "site-down")


async def test_back_may_be_typed(house: House, asked: Case) -> None:
    await house.happens(house.direct("não sei"))
    assert (await house.only_case()).answers == {asked.open_question: "unknown"}

    await house.happens(house.direct("voltar"))

    case = await house.only_case()
    assert case.open_question == asked.open_question
    assert case.answers == {}


async def test_a_paused_case_goes_on_after_days(house: House, asked: Case) -> None:
    await house.happens(house.direct("later"))
    house.clock.move(days=3)
    await house.settle()
    assert "check_back" in says(house)

    await house.happens(house.direct("error 809"))

    case = await house.only_case()
    assert case.id == asked.id
    assert case.answers["error"] == "e809"


LOGGED = (
    "Nov 25 {at}:00 host charon: 05[IKE] initiating Main Mode IKE_SA corp[1] to 203.0.113.9\n"
    "Nov 25 {at}:01 host charon: 06[IKE] received NO_PROPOSAL_CHOSEN error notify\n"
)


async def with_log(house: House, at: str = "08:00", name: str = "F1") -> Case:
    await house.happens(house.direct(files=(house.chat.give(name, LOGGED.format(at=at).encode(), name=f"{name}.log"),)))
    return await house.only_case()


async def test_an_answer_that_contradicts_the_log_is_pointed_out_once_and_weighed(house: House) -> None:
    case = await with_log(house)
    press = house.press(Action.ANSWER, case.id, "error=e691")

    await house.happens(press, house.press(Action.ANSWER, case.id, "error=e691"))

    assert says(house).count("contradicts") == 1
    assert (await house.only_case()).answers["error"] == "e691"


async def test_an_answer_that_fits_the_log_is_not_remarked_upon(house: House) -> None:
    case = await with_log(house)

    await house.happens(house.press(Action.ANSWER, case.id, "error=e788"))

    assert "contradicts" not in says(house)


async def test_a_new_log_is_compared_with_the_one_before(house: House) -> None:
    await with_log(house)

    await with_log(house, at="08:30", name="F2")

    compared = next(text for text in house.chat.texts("DUANA") if text.startswith("compared"))
    assert "ike-proposal-mismatch" in compared
    assert "gone=False" in compared
    assert "08:30" in compared


async def test_what_was_understood_is_put_right_with_one_press(house: House, asked: Case) -> None:
    await house.happens(house.direct("error 809 on windows 11"))

    await house.happens(house.press(Action.CORRECT, asked.id, "error"))
    case = await house.only_case()
    assert case.open_question == "error"
    assert "error" not in case.answers

    await house.happens(house.press(Action.CORRECT, asked.id, "platform"))
    await house.happens(house.press(Action.ANSWER, asked.id, "platform=linux"))
    assert (await house.only_case()).platform == "linux"


async def test_what_is_quoted_of_a_log_is_understood_and_weighed(house: House, asked: Case) -> None:
    await house.happens(house.direct("the gateway says: no matching peer config found"))

    assert (await house.only_case()).diagnosis.best.cause == "ike-identity-mismatch"
    assert "ike.no_config" in next(text for text in house.chat.texts("DUANA") if text.startswith("understood"))

from bot.events import Action
from tests.bot.fakes import EVE
from tests.bot.house import House


def told(house: House) -> list[str]:
    return [text.partition("(")[0] for text in house.chat.texts("DUANA", thread=None)]


async def two_cases(house: House) -> list[str]:
    await house.happens(house.intake_event("first trouble"), house.intake_event("second trouble"))
    return [case.id for case in await house.cases()]


async def test_with_two_open_cases_the_bot_asks_which(house: House) -> None:
    await two_cases(house)

    await house.happens(house.direct("error 809"))

    assert told(house)[-1] == "which_case"
    assert not any("error 809" in case.said for case in await house.cases())


async def test_what_waited_goes_to_the_case_that_was_chosen(house: House) -> None:
    one, other = await two_cases(house)
    await house.happens(house.direct("error 809"), house.direct("windows 11"))

    await house.happens(house.press(Action.CHOOSE_CASE, other, "m"))

    said = {case.id: case.said[1:] for case in await house.cases()}
    assert said == {one: (), other: ("error 809", "windows 11")}


async def test_or_to_a_new_one(house: House) -> None:
    await two_cases(house)
    await house.happens(house.direct("a third thing"))

    await house.happens(house.press(Action.CHOOSE_CASE, None, "m"))

    assert len(await house.cases()) == 3
    assert any("a third thing" in case.said for case in await house.cases())


async def test_a_burst_asks_once(house: House) -> None:
    await two_cases(house)

    await house.happens(*(house.direct(f"message {n}") for n in range(4)))

    assert told(house).count("which_case") == 1


async def test_nobody_elses_choice_moves_what_waits(house: House) -> None:
    one, _ = await two_cases(house)
    await house.happens(house.direct("error 809"))

    await house.happens(house.press(Action.CHOOSE_CASE, one, "m", user=EVE))

    assert not any("error 809" in case.said for case in await house.cases())


async def test_words_after_the_command_are_answered_where_they_were_typed(house: House) -> None:
    await house.happens(*(house.word(word) for word in ("status", "privacy", "forget me", "banana")))

    assert [text.partition("(")[0] for _, text in house.chat.whispers] == ["status", "privacy", "forget_asked", "unknown_word"]


async def test_forget_me_forgets_only_me(house: House) -> None:
    await house.happens(house.intake_event("mine"), house.intake_event("hers", user=EVE))

    await house.happens(house.press(Action.FORGET, None))

    assert await house.cases() == []
    assert len(await house.cases(EVE)) == 1
    assert told(house)[-1] == "forgotten"


async def test_a_button_of_a_case_that_is_gone_says_so(house: House) -> None:
    await house.happens(house.press(Action.WORKS_NOW, "0123456789abcdef"))

    assert house.chat.texts("DUANA") == ["user_error(case-is-gone, {})"]


async def test_what_the_bot_said_of_me_is_taken_back_and_the_desk_is_told(house: House) -> None:
    await house.happens(house.intake_event("I am anna"))
    case = await house.only_case()
    await house.happens(house.press(Action.ASK_PERSON, case.id), house.direct("more of me"))

    await house.happens(house.press(Action.FORGET, None))

    assert house.chat.texts("DUANA") == ["forgotten(cases=1)"]
    assert house.chat.texts("CDESK") == ["desk_news(escalated, erased, who=None, text=)"]


async def test_what_waited_is_not_lost_where_nobody_says_which(house: House) -> None:
    one, other = await two_cases(house)
    await house.happens(house.direct("error 809"))
    await house.happens(house.press(Action.WORKS_NOW, one))

    await house.happens(house.direct("and it is worse now"))

    said = {case.id: case.said[1:] for case in await house.cases()}
    assert said == {one: (), other: ("error 809", "and it is worse now")}

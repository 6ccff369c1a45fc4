from bot.cases import Origin
from bot.events import Action, MessageRef
from tests.bot.fakes import ANA, BEN, EVE, WATCHED
from tests.bot.house import House

PROPOSAL = b"Nov 25 09:00:01 host charon: 06[IKE] received NO_PROPOSAL_CHOSEN error notify\n"
OPENVPN = b"2026-11-25 09:00:00 OpenVPN 2.6.12 x86_64-pc-linux-gnu\n2026-11-25 09:00:01 TLS Error: TLS handshake failed\n"


def occasions(house: House, channel: str) -> list[str]:
    return [text.partition("(")[0] for text in house.chat.texts(channel)]


async def test_a_vpn_log_in_a_watched_channel_is_answered_in_its_thread_once(house: House) -> None:
    upload = house.posted(WATCHED, "look at this", files=(house.chat.give("F1", PROPOSAL),))

    await house.happens(upload, upload)

    assert [(said.thread, said.text.partition("(")[0]) for said in house.chat.said] == [(upload.ref.ts, "triage_reply")]
    assert (await house.only_case()).origin is Origin.WATCHED


async def test_everything_else_in_a_watched_channel_is_left_in_peace(house: House) -> None:
    await house.happens(
        house.posted(WATCHED, files=(house.chat.give("F1", b"my holiday\n", name="holiday.txt"),)),
        house.posted(WATCHED, files=(house.chat.give("F2", bytes(range(256)) * 99, name="cat.png"),)),
        house.posted(WATCHED, files=(house.chat.give("F3", OPENVPN, name="openvpn.log"),)),
        house.posted(WATCHED, files=(house.chat.give("F4", b"x" * (2 << 20), name="huge.bin"),)),
        house.posted(WATCHED, "does anybody know why the vpn is slow"),
    )

    assert house.chat.said == []


async def test_a_file_elsewhere_is_nobodys_business(house: House) -> None:
    await house.happens(house.posted("COTHER", files=(house.chat.give("F1", PROPOSAL),)))

    assert house.chat.downloads == []


async def test_a_mention_with_a_file_is_answered_in_that_thread(house: House) -> None:
    call = house.posted("COTHER", "please", user=BEN, files=(house.chat.give("F1", PROPOSAL),), mention=True)

    await house.happens(call)

    assert occasions(house, "COTHER") == ["upload_read", "triage_reply"]
    assert {said.thread for said in house.chat.said} == {call.ref.ts}


async def test_called_late_the_bot_reads_the_thread_from_its_beginning(house: House) -> None:
    parent = MessageRef(channel="COTHER", ts="100.1")
    early = house.chat.give("F1", PROPOSAL, name="early.log")
    house.chat.threads[parent] = (
        (parent, "error 789 on windows", (early,)),
        (MessageRef(channel="COTHER", ts="100.2"), "hm", ()),
    )

    await house.happens(house.posted("COTHER", "triage", user=BEN, thread="100.1", mention=True))

    assert occasions(house, "COTHER") == ["upload_read", "triage_reply"]
    case = await house.only_case(BEN)
    assert ([upload.name for upload in case.uploads], case.answers["error"]) == (["early.log"], "e789")


async def test_a_mention_of_an_error_number_needs_no_file(house: House) -> None:
    await house.happens(house.posted("COTHER", "what is error 809", mention=True))

    assert occasions(house, "COTHER") == ["triage_reply"]


async def test_a_mention_with_nothing_to_go_by_says_what_is_needed(house: House) -> None:
    await house.happens(house.posted("COTHER", "hi there", mention=True))

    assert occasions(house, "COTHER") == ["nothing_to_read"]


async def test_a_file_later_in_a_thread_that_called_the_bot_is_read(house: House) -> None:
    call = house.posted("COTHER", "error 809", mention=True)
    await house.happens(call)

    await house.happens(house.posted("COTHER", user=EVE, thread=call.ref.ts, files=(house.chat.give("F1", PROPOSAL),)))

    assert occasions(house, "COTHER")[-1] == "triage_reply"
    assert len((await house.only_case()).uploads) == 1


async def test_talk_in_such_a_thread_is_left_in_peace(house: House) -> None:
    call = house.posted("COTHER", "error 809", mention=True)
    await house.happens(call)
    before = len(house.chat.said)

    await house.happens(house.posted("COTHER", "thanks, bot", user=EVE, thread=call.ref.ts))

    assert len(house.chat.said) == before


async def test_details_in_a_channel_are_for_who_asked(house: House) -> None:
    await house.happens(house.posted("COTHER", "error 809", mention=True))
    case = await house.only_case(ANA)

    await house.happens(house.press(Action.SHOW_DETAILS, case.id, user=EVE, ref=MessageRef(channel="COTHER", ts="5.5")))

    assert [user for user, _ in house.chat.whispers] == [EVE]


async def test_a_mention_in_a_watched_thread_makes_the_bot_speak(house: House) -> None:
    upload = house.posted(WATCHED, files=(house.chat.give("F1", b"nothing that it knows\n"),))
    await house.happens(upload)
    assert house.chat.said == []

    await house.happens(house.posted(WATCHED, "error 809", thread=upload.ref.ts, mention=True))

    assert occasions(house, WATCHED) == ["triage_reply"]


async def test_a_channels_case_is_no_open_case_of_the_direct_message(house: House) -> None:
    await house.happens(house.posted("COTHER", "error 809", mention=True))

    await house.happens(house.direct("and I have trouble too"))

    assert sorted(case.origin for case in await house.cases()) == [Origin.MENTION, Origin.REQUEST]


async def test_lines_pasted_into_a_thread_are_read_when_the_bot_is_called(house: House) -> None:
    parent = MessageRef(channel="COTHER", ts="100.1")
    house.chat.threads[parent] = ((parent, "it fails", ()), (MessageRef(channel="COTHER", ts="100.2"), PROPOSAL.decode(), ()))

    await house.happens(house.posted("COTHER", "triage", user=BEN, thread="100.1", mention=True))

    assert occasions(house, "COTHER") == ["upload_read", "triage_reply"]


async def test_the_same_log_is_answered_once_in_a_thread_and_again_where_other_people_read(house: House) -> None:
    """Who reads the second thread may not be able to read the first, so that a pointer would help nobody there."""
    first = house.posted(WATCHED, files=(house.chat.give("F1", PROPOSAL),))
    await house.happens(first)
    await house.happens(house.posted(WATCHED, thread=first.ref.ts, files=(house.chat.give("F2", PROPOSAL, name="again.log"),)))
    assert [said.thread for said in house.chat.said] == [first.ref.ts]

    second = house.posted(WATCHED, user=BEN, files=(house.chat.give("F3", PROPOSAL, name="other.log"),))
    await house.happens(second)
    assert [said.thread for said in house.chat.said] == [first.ref.ts, second.ref.ts]


async def test_the_words_beside_a_watched_log_say_only_the_system(house: House) -> None:
    await house.happens(house.posted(WATCHED, "my neighbour's Windows 11", files=(house.chat.give("F1", PROPOSAL),)))

    case = await house.only_case()
    assert (case.platform, case.words) == ("windows", ())

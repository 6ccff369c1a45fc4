import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.logs.windows import Events, may_hold_events

COID = "{A1B2C3D4-0000-0000-0000-00000000000%d}"
FAILED = "which has failed. The error code returned on failure is %d."
COPIED = f"""\
Log Name:      Application
Source:        RasClient
Date:          2/6/2024 10:00:00 AM
Event ID:      20221
Level:         Information
Computer:      PC1
Description:
CoId={COID % 1}: The user CORP\\anna has started dialing a VPN connection using a per-user connection profile named Work.
VpnStrategy = L2TP
Authentication Type = CHAP
Event Xml:
<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">
  <System>
    <Provider Name="RasClient" />
    <EventID Qualifiers="0">20221</EventID>
  </System>
</Event>
Log Name:      Application
Source:        RasClient
Date:          2/6/2024 10:00:30 AM
Event ID:      20227
Description:
CoId={COID % 1}: The user CORP\\anna dialed a connection named Work {FAILED % 809}
"""
LISTED = """\
Index              : 1234
EntryType          : Error
InstanceId         : 20227
Message            : CoId={A1B2C3D4-0000-0000-0000-000000000002}: The user SYSTEM dialed a connection named Work which
                     has failed. The error code returned on failure is 809.
Category           : (0)
ReplacementStrings : {{A1B2C3D4-0000-0000-0000-000000000002}, SYSTEM, Work, 809}
Source             : RasClient
TimeGenerated      : 2/6/2024 10:05:00 AM
UserName           :
"""
XML = """\
- <Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">
- <System>
  <Provider Name="RasClient" />
  <EventID Qualifiers="0">20227</EventID>
  <TimeCreated SystemTime="2020-03-23T19:40:08.225301000Z" />
  </System>
- <EventData>
  <Data>{A1B2C3D4-0000-0000-0000-000000000003}</Data>
  <Data>CORP\\anna</Data>
  <Data>Büro &amp; VPN</Data>
  <Data>789</Data>
  </EventData>
  </Event>
"""
GERMAN = f"""\
TimeCreated      : 06.02.2024 10:00:30
ProviderName     : RasClient
Id               : 20227
LevelDisplayName : Fehler
Message          : CoId={COID % 4}: Der Benutzer "CORP\\anna" hat "Work" gewählt, leider ohne Erfolg. Der Fehlercode lautet 789.
"""
NPS_XML = """\
<Event><System><Provider Name="NPS"/><EventID>6273</EventID></System><EventData>
<Data Name="SubjectUserName">anna</Data><Data Name="ReasonCode">16</Data><Data Name="AuthenticationType">MS-CHAPv2</Data>
</EventData></Event>
"""


def events(text):
    reader = Events()
    found = [event for number, line in enumerate(text.splitlines(), 1) for event in reader.feed(number, line)]
    return found + list(reader.end())


def sentence(text):
    (event,) = events(text)
    return event.lines[0][1]


def test_copied_events_are_rejoined_and_tied_together():
    dialled, failed = events(COPIED)
    assert (dialled.first, dialled.last, dialled.source, dialled.time, dialled.thread) == (
        1,
        17,
        "RasClient",
        "2/6/2024 10:00:00 AM",
        COID % 1,
    )
    assert list(dialled.lines[1:]) == [
        (9, "VpnStrategy = L2TP"), (10, "Authentication Type = CHAP"), (8, "event RasClient 20221"),
    ]  # fmt: skip
    assert failed.lines[0] == (23, f"CoId={COID % 1}: The user CORP\\anna dialed a connection named Work {FAILED % 809}")


def test_lists_of_powershell_are_rejoined():
    (event,) = events(LISTED)
    assert event.lines[0][1].endswith("named Work which has failed. The error code returned on failure is 809.")
    assert (event.source, event.time, event.thread) == ("RasClient", "2/6/2024 10:05:00 AM", COID % 2)


def test_xml_is_said_in_english():
    (event,) = events(XML)
    assert event.lines[0][1] == (f"CoId={COID % 3}: The user CORP\\anna dialed a connection named Büro & VPN {FAILED % 789}")
    assert event.time == "2020-03-23T19:40:08.225301000Z"


def test_other_languages_are_read_by_their_number():
    assert sentence(GERMAN).endswith("The error code returned on failure is 789.")
    assert sentence("的拨号连接，该连接已失败。失败后返回的错误代码为 809。").endswith(
        "The error code returned on failure is 809."
    )
    assert sentence("O código de erro retornado na falha é 691.").endswith("The error code returned on failure is 691.")


def test_named_data_becomes_fields():
    (event,) = events(NPS_XML)
    assert [line for _, line in event.lines[1:]] == [
        "Subject User Name: anna", "Reason Code: 16", "Authentication Type: MS-CHAPv2", "event NPS 6273",
    ]  # fmt: skip


def test_fields_of_other_languages_get_their_english_names():
    text = (
        "Le serveur NPS a refusé l'accès à un utilisateur.\n\nUtilisateur :\n\tNom de compte :\t\tanna\n\tCode raison :\t\t16\n"
    )
    (event,) = events(text)
    assert event.lines[0][1] == "Network Policy Server denied access to a user."
    assert (5, "Reason Code: 16") in event.lines


def test_binary_data_is_a_number():
    system = "<System><Provider Name='RemoteAccess'/><EventID>20255</EventID></System>"
    (event,) = events(f"<Event>{system}<Data>x</Data><Binary>B3020000</Binary></Event>")
    assert "RAS error 691" in [line for _, line in event.lines]


def test_a_line_of_csv_is_an_event():
    (event,) = events(f'Error,2/6/2024 10:07:00 AM,RasClient,20227,None,"CoId={COID % 5}: The user x, dialed W {FAILED % 789}"')
    assert (event.source, event.time, event.thread) == ("RasClient", "2/6/2024 10:07:00 AM", COID % 5)


def test_articles_wrap_their_text():
    head = "   Event ID: 20073\n   Source: Router\n   Type: Error\n"
    (event,) = events(
        head + "   Description: The following error occurred in the\n   module on port X. There are no\n   protocols.\n"
    )
    assert event.lines == (
        (4, "The following error occurred in the module on port X. There are no protocols."), (4, "event Router 20073"),
    )  # fmt: skip


def test_other_logs_hold_no_events():
    assert not may_hold_events(b"Nov 23 20:28:52 laptop charon[937]: 07[IKE] sending\n")
    assert events("Nov 23 20:28:52 laptop charon[937]: 07[IKE] sending\nsource: nothing\n") == []


@pytest.mark.parametrize("text", [COPIED, LISTED, XML, GERMAN, NPS_XML])
def test_no_cut_makes_it_raise(text):
    for end in range(0, len(text), 7):
        events(text[:end])
        events(text[end:])


LINES = """\
<Event>
</Event>
- <Event x='1'>
<EventID>20227</EventID>
<Data>1</Data>
Event ID: 20227
Source: RasClient
Description:
Message : x
Id : 20227
ReplacementStrings : {{a}, b

\tReason Code:\t16
Event[0]:
Network Policy Server denied
x = y
Error,2/6/2024 10:07:00 AM,RasClient,20227,None,"unclosed
Event Xml:
Log Name: x
""".splitlines()


@given(st.lists(st.sampled_from(LINES), max_size=14))
def test_no_order_of_lines_makes_it_raise(lines):
    for event in events("\n".join(lines)):
        assert event.first <= event.last
        assert all("\n" not in line for _, line in event.lines)

"""Planted secrets of each kind go in through the real door, and come out nowhere: no reply, row, log line or metric."""

import logging
import sqlite3

MIRA = "U0MIRA0000"
#: What must be seen nowhere, by where it stands in the log below.
PLANTED = {
    "psk": "Tr0ub4dor-Schluessel",
    "hex psk": "0sFiJ1bUuXN2rQ8zvYkWcA==",
    "pap": "pap-Passw0rt-77",
    "chap": "chap-Geheim-88",
    "challenge": "a8a6ae744b49cb76037bf9a1f8350b8e",
    "response": "3d6adcbce27299a83d6adcbce27299a8",
    "nt hash": "8846f7eaee8fb117ad06bdd830b7586c",
    "session key": "5f4dcc3b5aa765d61d8327deb882cf99",
    "radius": "radius-Geheim-99",
    "bearer": "abcdEFGH1234ijklMNOP5678",
    "slack": "xox" + "b-1234567890-abcdefghij",
    "private key": "MIIEpAIBAAKCAQEA0Zx9Planted",
    "user": "annabella.schmidt",
    "domain user": "gerlinde",
    "host": "anna-laptop-17",
    "domain": "vpn-gate.contoso-werke.de",
    "mail": "anna.schmidt@contoso-werke.de",
    "public": "203.0.113.77",
    "private": "10.77.88.99",
    "ip6": "2001:db8:77::1234",
    "mac": "00:1b:63:84:45:e6",
    "sid": "S-1-5-21-3623811015-3361044348-30300820-1013",
}

LOG = f"""\
Nov 23 20:28:52 {PLANTED["host"]} charon[937]: 07[IKE] initiating Main Mode IKE_SA office[1] to {PLANTED["public"]}
Nov 23 20:28:52 {PLANTED["host"]} charon[937]: 07[NET] sending packet: from {PLANTED["private"]}[500] to {PLANTED["public"]}[500]
Nov 23 20:28:53 {PLANTED["host"]} charon[937]: 08[IKE] received NO_PROPOSAL_CHOSEN error notify
Nov 23 20:28:53 {PLANTED["host"]} charon[937]: 08[CFG] resolving '{PLANTED["domain"]}' failed: Name or service not known
Nov 23 20:28:54 {PLANTED["host"]} charon[937]: 09[IKE] no matching peer config found, peer {PLANTED["ip6"]} id {PLANTED["mail"]}
%any : PSK "{PLANTED["psk"]}"
%any : PSK {PLANTED["hex psk"]}
{PLANTED["user"]} * {PLANTED["chap"]} *
Nov 23 20:28:55 {PLANTED["host"]} pppd[940]: sent [PAP AuthReq id=0x1 user="{PLANTED["user"]}" password="{PLANTED["pap"]}"]
Nov 23 20:28:55 {PLANTED["host"]} pppd[940]: rcvd [CHAP Challenge id=0x1 <{PLANTED["challenge"]}>, name = "gate"]
Nov 23 20:28:55 {PLANTED["host"]} pppd[940]: sent [CHAP Response id=0x1 <{PLANTED["response"]}>, name = "{PLANTED["user"]}"]
Nov 23 20:28:56 {PLANTED["host"]} radiusd[33]: (0) mschap: NT-Password = 0x{PLANTED["nt hash"]}
Nov 23 20:28:56 {PLANTED["host"]} radiusd[33]: (0) MS-MPPE-Send-Key = 0x{PLANTED["session key"]}
client office {{ secret = {PLANTED["radius"]} }}
Authorization: Bearer {PLANTED["bearer"]}
SLACK={PLANTED["slack"]}
The user CONTOSO\\{PLANTED["domain user"]} dialed a connection named Work which has failed. The error code returned is 809.
Account Name: {PLANTED["domain user"]}
Security ID: {PLANTED["sid"]}
link/ether {PLANTED["mac"]} brd ff:ff:ff:ff:ff:ff
-----BEGIN RSA PRIVATE KEY-----
{PLANTED["private key"]}
-----END RSA PRIVATE KEY-----
"""
#: People name files after themselves and their gateways.
NAME = f"{PLANTED['private']} {PLANTED['mail']}"


def leaked(text):
    lowered = text.lower()
    return sorted(kind for kind, secret in PLANTED.items() if secret.lower() in lowered)


def stored(folder):
    """Every value of every table, and the bytes of every file beside the database."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.name), path.read_bytes().decode("latin-1")
            if path.suffix == ".db":
                with sqlite3.connect(path) as database:
                    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                        for row in database.execute(f'SELECT * FROM "{table}"'):
                            yield (
                                table,
                                " ".join(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row),
                            )


async def test_what_was_planted_is_found_nowhere(running, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    async with running() as slack:
        mira = slack.as_person("mira")
        await mira.command("/vpn-help it does not connect")
        await (await mira.modal()).submit({"platform": "linux"})
        opened = await slack.wait_for_message("@mira", contains="VPN case")
        await mira.upload(NAME, LOG.encode(), thread_ts=opened["ts"])
        await slack.wait_for_message("@mira", contains="I have read", thread_ts=opened["ts"])
        await mira.post(LOG[:3000], thread_ts=opened["ts"])
        await slack.wait_for_message("@mira", contains="seems to hold a secret", thread_ts=opened["ts"])
        await slack.wait_until_quiet()
        said = [post for posts in (await slack.world())["messages"].values() for post in posts if post["user"] != MIRA]
        calls = await slack.calls()

    assert said
    assert calls
    assert leaked(str(said)) == []
    assert leaked(str(calls)) == []
    assert leaked(caplog.text) == []
    kept = list(stored(tmp_path))
    assert any(place == "uploads" and "[ip-public-" in text for place, text in kept), "the reading is kept, masked"
    assert {place: kinds for place, text in kept if (kinds := leaked(text))} == {}

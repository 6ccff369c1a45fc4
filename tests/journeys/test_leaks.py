"""Planted secrets of each kind go in through the real door, and come out nowhere: no reply, row, log line or metric.

They come in files, in their names, in the names of an archive's members, in lines that were pasted, in words that were
typed; from somebody in a case, in a watched channel, and in a thread that mentions the bot. What people wrote themselves stays
in Slack, and the original that a requester may pass on is Slack's, too: of a file the bot keeps Slack's id, which says nothing,
and its masked name.
"""

import io
import logging
import socket
import sqlite3
import zipfile

import aiohttp

from bot.app import SystemClock, export
from bot.places import Places
from bot.playground import names
from bot.playground.kit import all_text
from bot.storage import open_store

PEOPLE = {"U0MIRA0000", "U0SAM00000"}
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
    "serial": "FGT60E4Q16012345",
    "free user": "wilhelmine",
    "typed": "Sommer-Geheim7",
    "logged": "Falsch-Geheim6",
    "certificate": "0sMIIBCgKCAQEAplantedplantedplanted99",
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
Nov 23 20:28:57 {PLANTED["host"]} radiusd[33]: user {PLANTED["free user"]} exhausted all retries
Nov 23 20:28:57 {PLANTED["host"]} radiusd[33]: Login incorrect: [{PLANTED["user"]}/{PLANTED["logged"]}] (from client gate port 0)
devname="{PLANTED["host"]}" devid="{PLANTED["serial"]}"
Security ID: {PLANTED["sid"]}
link/ether {PLANTED["mac"]} brd ff:ff:ff:ff:ff:ff
-----BEGIN RSA PRIVATE KEY-----
{PLANTED["private key"]}
-----END RSA PRIVATE KEY-----
{PLANTED["host"]} : RSA {PLANTED["certificate"]}
"""
#: What a person may type beside it.
TYPED = (
    f"my user name is {PLANTED['user']}, my password {PLANTED['typed']} is right, the psk: {PLANTED['psk']}; "
    f"mail {PLANTED['mail']}, gate {PLANTED['domain']} at {PLANTED['public']}, I am {PLANTED['private']}, "
    f"host: {PLANTED['host']}, serial number {PLANTED['serial']}, station {PLANTED['mac']}"
)
NAME = f"{PLANTED['mail']} {PLANTED['public']} {PLANTED['domain']} psk={PLANTED['psk']}"
#: People name files after themselves and their gateways.
NAME = f"{PLANTED['private']} {PLANTED['mail']}"


def leaked(text):
    """Which kinds stand in a text, and round what."""
    lowered = text.lower()
    at = {kind: lowered.find(secret.lower()) for kind, secret in PLANTED.items()}
    return {kind: text[max(0, place - 40) : place + 40] for kind, place in at.items() if place >= 0}


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


def zipped(name, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, data)
    return out.getvalue()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_what_was_planted_is_found_nowhere(running, settings_for, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    port = free_port()
    async with running(port=port) as slack:
        mira, sam = slack.as_person("mira"), slack.as_person("sam")
        await mira.command(f"/vpn-help it does not connect: {TYPED}")
        await (await mira.modal()).submit({"platform": "linux"})
        opened = await slack.wait_for_message("@mira", contains="VPN case")
        await mira.post(f"I forgot to say: {TYPED}", thread_ts=opened["ts"])
        await mira.upload(f"{NAME}.log", LOG.encode(), thread_ts=opened["ts"], text=TYPED)
        await slack.wait_for_message("@mira", contains="I have read", thread_ts=opened["ts"])
        packed = zipped(f"{NAME}/{PLANTED['mail']}.log", b"Nov 23 20:28:51 x kernel: y\n" + LOG.encode())
        await mira.upload(f"{PLANTED['host']}.zip", packed, thread_ts=opened["ts"])
        await mira.post("\n".join(line for line in LOG.splitlines() if line.startswith("Nov")), thread_ts=opened["ts"])
        await slack.wait_for_message("@mira", contains="pasted.log", thread_ts=opened["ts"])
        await slack.wait_until_quiet()
        await mira.press("Ask a person")
        await slack.wait_for_message("vpn-desk", contains="VPN case")
        for person in (mira, sam):
            parent = await person.upload(
                f"{NAME} {person.handle}.log", LOG.encode() + person.handle.encode(), "it-help", text=TYPED
            )
            if person is sam:
                await sam.post(f"<@{names.BOT_USER}> what is this? {TYPED}", "it-help", thread_ts=parent)
            await slack.wait_for_message("it-help", contains="has no connection for this client", thread_ts=parent)
        for person in (mira, sam):
            await person.home()
        await slack.wait_until_quiet()
        world = await slack.world()
        said = [post for posts in world["messages"].values() for post in posts if post["user"] not in PEOPLE]
        seen = {
            "replies": str(said),
            "homes": all_text(world["homes"]),
            "calls": str(await slack.calls()),
            "whispers": str([each for each in world.get("whispers", ()) if each.get("user") not in PEOPLE]),
        }
        async with aiohttp.ClientSession() as web, web.get(f"http://127.0.0.1:{port}/metrics") as answer:
            seen["metrics"] = await answer.text()
        settings = settings_for(slack)
        seen["export"] = await export(settings, form="csv") + await export(settings, form="json")
        async with open_store(settings.database, clock=SystemClock(), channels=Places()) as store:
            await store.database.clean_journal()
        kept = list(stored(tmp_path))
        seen["log"] = caplog.text

    assert all(seen[what] for what in ("replies", "homes", "calls", "metrics", "export"))
    assert {what: kinds for what, text in seen.items() if (kinds := leaked(text))} == {}
    assert any(place == "uploads" and "[ip-public-" in text for place, text in kept), "the reading is kept, masked"
    assert any(place.endswith("-wal") for place, _ in kept), "the write-ahead log was looked into, too"
    kept += stored(tmp_path)
    assert {place: kinds for place, text in kept if (kinds := leaked(text))} == {}

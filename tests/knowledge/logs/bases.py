"""A small base of the tests' own, so that what authors change in `base/` changes nothing here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from knowledge.errors import Span
from knowledge.rules import Does, FactKind, Format, KnowledgeBase, Signature, Text
from knowledge.terms import FactId, FormatId, Platform, SignatureId, Stage

RECEIVED = datetime(2026, 11, 24, 12, tzinfo=UTC)

FACTS: Mapping[str, tuple[Stage, Does | None, bool, tuple[str, ...]]] = {
    "link.dialled": (Stage.LINK, Does.BEGINS, False, ("connection",)),
    "link.profile": (Stage.LINK, None, False, ("type",)),
    "host.daemon_started": (Stage.LINK, None, True, ("daemon", "version")),
    "host.component_missing": (Stage.L2TP, None, True, ("what",)),
    "ike.started": (Stage.IKE, Does.BEGINS, False, ("peer", "mode", "connection")),
    "ike.request_received": (Stage.IKE, Does.BEGINS, False, ("peer",)),
    "ike.reply": (Stage.IKE, Does.REACHES, False, ("peer",)),
    "ike.notify": (Stage.IKE, None, False, ("name", "by", "peer")),
    "ike.retransmit": (Stage.IKE, None, False, ("peer", "count")),
    "ike.no_config": (Stage.IKE, Does.FAILS, False, ("peer",)),
    "ike.no_shared_key": (Stage.IKE, Does.FAILS, False, ("peer",)),
    "ike.decrypt_failed": (Stage.IKE, None, False, ("payload",)),
    "ike.timeout": (Stage.IKE, Does.FAILS, False, ("peer",)),
    "ike.established": (Stage.IKE, Does.PASSES, False, ("peer",)),
    "ike.identity_seen": (Stage.IKE, None, False, ("id",)),
    "ike.deleted": (Stage.IKE, None, False, ("by",)),
    "ike.vendor_windows": (Stage.IKE, None, False, ()),
    "esp.started": (Stage.ESP, Does.REACHES, False, ("peer",)),
    "esp.no_proposal": (Stage.ESP, Does.FAILS, False, ()),
    "esp.collision": (Stage.ESP, Does.FAILS, False, ("peer",)),
    "esp.established": (Stage.ESP, Does.PASSES, False, ()),
    "l2tp.started": (Stage.L2TP, Does.REACHES, False, ("peer",)),
    "l2tp.established": (Stage.L2TP, Does.PASSES, False, ("peer",)),
    "l2tp.timeout": (Stage.L2TP, Does.FAILS, False, ("tunnel",)),
    "l2tp.closed": (Stage.L2TP, Does.ENDS, False, ("by",)),
    "ppp.started": (Stage.LCP, Does.REACHES, False, ()),
    "lcp.request_sent": (Stage.LCP, Does.REACHES, False, ()),
    "lcp.timeout": (Stage.LCP, Does.FAILS, False, ()),
    "lcp.terminated": (Stage.LCP, Does.ENDS, False, ("reason",)),
    "auth.started": (Stage.AUTH, Does.REACHES, False, ("user",)),
    "auth.failed": (Stage.AUTH, Does.FAILS, False, ("user", "code")),
    "auth.succeeded": (Stage.AUTH, Does.PASSES, False, ("user",)),
    "ipcp.started": (Stage.IPCP, Does.REACHES, False, ()),
    "ipcp.up": (Stage.IPCP, Does.PASSES, False, ("local",)),
    "session.ended": (Stage.CONNECTED, Does.ENDS, False, ("by",)),
    "peer.dead": (Stage.CONNECTED, None, False, ("peer",)),
    "ras.error": (Stage.LINK, Does.FAILS, False, ("code",)),
    "nps.reason": (Stage.AUTH, Does.FAILS, False, ("code",)),
    "other.vpn": (Stage.LINK, None, True, ("product",)),
}


def _kind(name: str) -> FactKind:
    stage, does, host, values = FACTS[name]
    return FactKind(id=FactId(name), stage=stage, does=does, host=host, values=frozenset(values), says=Text({"en": name}))


def make_format(
    name: str,
    signatures: Mapping[str, tuple[str, str, Mapping[str, str]]],
    *,
    lines: tuple[str, ...] = (),
    thread: str | None = None,
    programs: tuple[str, ...] = (),
    always: tuple[str, ...] = (),
    platform: Platform | None = Platform.LINUX,
) -> Format:
    """A format; `signatures` are (line, fact, constants) by id. A line that begins with `re:` is a regular expression."""
    return Format(
        id=FormatId(name),
        title=name,
        platform=platform,
        lines=lines,
        thread=thread,
        programs=frozenset(programs),
        always=frozenset(FactId(fact) for fact in always),
        signatures=tuple(
            Signature(
                id=SignatureId(each),
                format=FormatId(name),
                line=None if line.startswith("re:") else line,
                regex=line.removeprefix("re:") if line.startswith("re:") else None,
                fact=FactId(fact),
                constants=MappingProxyType(dict(constants)),
                samples=(),
                span=Span(file=f"formats/{name}.yaml", line=1),
            )
            for each, (line, fact, constants) in signatures.items()
        ),
    )


CHARON = make_format(
    "charon",
    {
        "charon-started": ("Starting IKE charon daemon (strongSwan {version:name}", "host.daemon_started", {"daemon": "charon"}),
        "charon-initiating": (
            "initiating Main Mode IKE_SA {connection:name}[{sa:number}] to {peer:address}",
            "ike.started",
            {"mode": "main", "side": "client"},
        ),
        "charon-asked": ("{peer:address} is initiating a Main Mode IKE_SA", "ike.request_received", {"side": "server"}),
        "charon-windows": ("received MS NT5 ISAKMPOAKLEY vendor ID", "ike.vendor_windows", {}),
        "charon-notify": ("received {name:word} error notify", "ike.notify", {"by": "peer"}),
        "charon-no-key": ("no shared key found for {own:address} - {peer:address}", "ike.no_shared_key", {}),
        "charon-decrypt": ("invalid {payload:word} payload length, decryption failed?", "ike.decrypt_failed", {}),
        "charon-retransmit": ("sending retransmit {count:number} of request", "ike.retransmit", {}),
        "charon-up": ("IKE_SA {connection:name}[{sa:number}] established between", "ike.established", {}),
    },
    lines=(
        "{worker:number}[{group:word}] <{sa:rest}> {message:rest}",
        "{worker:number}[{group:word}] {message:rest}",
        "[{group:word}] {message:rest}",
    ),
    thread="sa",
    programs=("charon", "charon-nm", "ipsec"),
    always=("ike.started", "ike.established", "ike.retransmit", "ike.timeout"),
)
XL2TPD = make_format(
    "xl2tpd",
    {
        "xl2tpd-connecting": ("Connecting to host {peer:address}, port {port:number}", "l2tp.started", {"side": "client"}),
        "xl2tpd-timeout": ("Maximum retries exceeded for tunnel {tunnel:number}.", "l2tp.timeout", {}),
        "xl2tpd-closed": ("Connection {call:number} closed to {peer:address}, port", "l2tp.closed", {}),
    },
    programs=("xl2tpd",),
    always=("l2tp.started", "l2tp.established", "l2tp.timeout"),
)
PPPD = make_format(
    "pppd",
    {
        "pppd-started": ("pppd {version:name} started by {user:word}, uid", "ppp.started", {}),
        "pppd-lcp-timeout": ("LCP: timeout sending Config-Requests", "lcp.timeout", {}),
        "pppd-auth-failed": ("CHAP authentication failed", "auth.failed", {"by": "peer"}),
        "pppd-local": ("local  IP address {local:address}", "ipcp.up", {}),
        "pppd-ended": ("Connection terminated.", "lcp.terminated", {}),
    },
    programs=("pppd",),
    always=("ppp.started", "lcp.timeout", "auth.failed", "ipcp.up"),
)
RASCLIENT = make_format(
    "rasclient",
    {
        "ras-dialled": (
            "The user {user:name} has started dialing a VPN connection using a {scope:name} profile named {connection:rest}.",
            "link.dialled",
            {"side": "client"},
        ),
        "ras-failed": ("The error code returned on failure is {code:number}.", "ras.error", {}),
        "ras-type": ("VpnStrategy = {type:rest}", "link.profile", {}),
    },
    programs=("RasClient",),
    platform=Platform.WINDOWS,
)
NPS = make_format(
    "nps", {"nps-reason": ("^Reason Code: {code:number}", "nps.reason", {})}, programs=("NPS",), platform=Platform.WINDOWS_SERVER
)


def make_base(*formats: Format) -> KnowledgeBase:
    """A base of these formats and the facts above, and nothing else."""
    return KnowledgeBase(
        revision="0" * 12,
        facts=MappingProxyType({FactId(name): _kind(name) for name in FACTS}),
        formats=MappingProxyType({each.id: each for each in formats}),
        causes=MappingProxyType({}),
        rules=(),
        questions=MappingProxyType({}),
        codes=MappingProxyType({}),
        collects=MappingProxyType({}),
        locales=frozenset({"en"}),
    )


BASE = make_base(CHARON, XL2TPD, PPPD, RASCLIENT, NPS)

r"""Where names stand in logs: the places that show that a word is a user's or a host's name.

Nov 23 20:27:53 anna-pc pluto[908]: …          the host of a syslog line
rcvd [PAP AuthReq id=0x1 user="anna" …         the user
The user CORP\anna dialed a connection named Work which has failed.
"""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """The words of a text, for tables that are read more often than they are changed."""
    return frozenset(text.split())


_STAMP = (
    r"(?:<\d{1,3}>)?(?:1 )?"
    r"(?:\w{3,9}\.?[ \t]+\d{1,2}(?:[ \t]+\d{4})?[ \t]+\d{2}:\d{2}:\d{2}(?:[.,]\d+)?|\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}\S*)"
)
_WORD = r"[^\s\"'<>\[\](){},;:=|]{1,80}"
_NOT_USERS = (
    "authentication|name|names|agent|account|group|with|from|is|was|has|and|or|not|the|of|id|id's|mode|space|logged|failed|to|in|on"
    "|login|certificate|requested|request|error|timeout|idle|could|cannot|account|accounts|already"
)
_NAMED_USER = (
    r"\b(?i:user(?:[ _-]?name)?|login|account[ _-]?name|peer[ _-]?name"
    r"|utilisateur|usu[áa]rio|usuario|benutzer(?:name)?)"
)
_BEFORE_USER = (
    r"\b(?:[Uu]ser|USER|[Uu]su[áa]rio|[Ll]ogin for|Invalid user|Accepted \w+ for|password for|session (?:opened|closed) for user)"
)
_AFTER_USER = (
    r"(?= (?:authentication|failed|logged|connected|has|is|from|dialed|dialled|by|on|with|started|successfully|not|was|port|uid"
    r"|\()|[.(]|$)"
)
_DISTINGUISHED = (
    r"\b(?:CN|UID|E(?!=\d{3}\b)|emailAddress)=(?P<name>[^,/\"'\]\[\n<>]{2,80}?)"
    r"(?=[,/\"'\]\[<>]|$| (?:invalid|is|was|has|not|does|from|for|issued)\b)"
)
_DIALLED = (
    r"\bThe user (?P<name>[^\[\]\n]{1,80}?) (?:dialed|dialled|has |is (?:trying|not|already)\b|connected|started|failed"
    r"|successfully|with |could not|cannot|was |does not)"
)
_USER = (
    (
        rf"{_NAMED_USER}\"?[ \t]*(?::?=|:)[ \t]*[\"'“]?(?P<name>{_WORD})",
        "user|login|account|peer name|peer-name|peer_name|peername|utilisateur|usu|benutzer",
    ),
    (r"\b(?:user|for user|login) [\"'“](?P<name>[^\"'”\n\[\]]{1,80})", "user \"|user '|user “|login \"|login '|login “"),
    (
        r"\b(?:XAuth authentication of|EAP-Identity|authentication of) '(?P<name>[^'\n\[\]=@]{1,80})'",
        "authentication of|eap-identity",
    ),
    (r"\bname ?= ?\"(?P<name>[^\"\n\[\]]{1,80})\"", "name"),
    (
        rf"{_BEFORE_USER} (?P<name>(?!(?i:{_NOT_USERS})\b){_WORD}){_AFTER_USER}",
        "user |usuario |usuário |login for|accepted |password for",
    ),
    (
        _DIALLED,
        "the user ",
    ),
    (r"\bLogin (?:OK|incorrect)[^\[\n]{0,80}: \[(?P<name>[^\[\]/\n]{1,80})", "login ok|login incorrect"),
    (rf"<l2tp-(?P<name>{_WORD})>", "<l2tp-"),
    (
        r"(?:/home/|/Users/|:\\Users\\|:\\Documents and Settings\\)(?P<name>[^/\\\s\"'\[\]]{1,60})(?=[/\\])",
        "/home/|/users/|:\\users|:\\documents",
    ),
    (r"(?<![\w\\:/.%\[\]])(?P<name>(?!Connections\\)[A-Za-z][\w.-]{0,30}\\[A-Za-z][\w.$-]{1,60})(?![\w\\\[\]])", "\\"),
    (
        r"(?:<Data>(?:\{[0-9A-Fa-f-]{36}\}|NA)</Data>\s*){1,2}<Data>(?P<name>[^<\[\]\n]{1,80})</Data>",
        "</data><data>|</data> <data>",
    ),
    (r"<Data Name=[\"'](?:Subject|Target)?(?:User|Account)Name[\"']>(?P<name>[^<\[\]\n]{1,80})<", "username|accountname"),
    (_DISTINGUISHED, "cn=|uid=|e=|emailaddress="),
)
#: The host of a syslog line stands between its stamp and its tag.
_HEADER = (
    rf"^[ \t>]*(?:[\w.-]{{1,60}}[ \t]+\|[ \t]+)?{_STAMP}[ \t]+(?P<name>[A-Za-z0-9][\w.-]{{0,80}})[ \t]+"
    r"(?=[\w./()-]{1,60}(?:\[\d+\])?:[ \t])"
)
_NAMED_HOST = (
    r"\b(?:host ?name|computer(?: name)?|workstation name|client name|nas identifier|client friendly name|server name"
    r"|machine|dns name|domain)"
)
#: Words that a line with the name of a host holds.
_HOST_LABELS = (
    "hostname|host name|computer|workstation name|client name|nas identifier|friendly name|server name|machine|dns name|domain"
)
_HOST = (
    (rf"{_NAMED_HOST}\"?[ \t]*(?:=|:)[ \t]*[\"'“]?(?P<name>{_WORD})", _HOST_LABELS),
    (r"<Computer>(?P<name>[^<\[\]\n]{1,80})<", "<computer>"),
    (r"\bus='(?P<name>[^'\n\[\]]{1,80})'", "us='"),
    (r"\bthem='(?P<name>[^'\n\[\]]{1,80})'", "them='"),
    (r"\bstarted on (?P<name>[\w.-]{1,80}) PID", "started on"),
    (
        r"\b(?:[Ss]erver|[Hh]ost|remote host|resolve|resolving|lookup|name) '(?P<name>[\w.-]{2,120})'",
        "server '|host '|resolve '|resolving '|lookup '|name '",
    ),
)

#: Words that are nobody's name, though they stand where names do.
_COMMON = words(
    """
    admin administrator root system local localhost localdomain user users username name names nobody guest test tester vpn
    vpnuser l2tp l2tpd ipsec ppp pppd pptp pptpd xl2tpd charon pluto racoon racoon2 mtpd strongswan libreswan openswan kernel
    systemd dhcpd dhclient ike ikev1 ikev2 client server gateway router firewall host hosts default none null unknown any all
    remote peer lns lac private public secret mail mac sid ip ip6 carrier account failed success error warning info debug
    notice fatal connection tunnel session the a an of by to from for with and or not is was has have on in at failure
    authentication authorization authenticated login logon password key keys certificate domain network service services nt
    authority networkmanager radius freeradius raddb example http https www anonymous debian ubuntu fedora centos raspberrypi
    openwrt linux windows macos android mikrotik fortigate cisco sonicwall pfsense vpn-server vpnserver vpn-client daemon cron
    auth authpriv syslog loaded no yes true false hidden masked removed redacted
    """
)

#: Hosts that belong to makers of software, not to anybody's network.
_MAKERS = tuple(
    words(
        """
        microsoft.com strongswan.org libreswan.org openswan.org xelerance.com freeradius.org w3.org samba.org kernel.org
        gnu.org openssl.org github.com debian.org ubuntu.com networkmanager.org freedesktop.org ietf.org softether.org
        apple.com slack.com openvpn.net wireguard.com
        """
    )
)

_TLDS = (
    "com|net|org|edu|gov|mil|int|info|biz|name|pro|io|dev|app|cloud|online|site|tech|xyz|local|localdomain|lan|home|internal|intranet"
    "|intra|corp|private|arpa|test|example|invalid|vpn|office"
    "|ac|ae|ar|at|au|be|bg|bo|br|ca|ch|cl|cn|co|cz|de|dk|ec|ee|es|eu|fi|fr|gr|hk|hr|hu|id|ie|il|in|ir|is|it|jp|kr|kz|lt|lu|lv|ma|me|mx"
    "|my|nl|no|nz|pe|ph|pk|pl|pt|py|ro|ru|sa|se|sg|si|sk|th|tr|tv|tw|ua|uk|us|uy|ve|vn|za"
)
#: What a whole domain name holds.
HOST_WORDS = "|".join(f".{tld}" for tld in _TLDS.split("|"))
#: A whole domain name; not a file's path, and not a part of a token.
HOST_NAME = re.compile(
    rf"(?<![\w./\\@\[-])(?:(?:[A-Za-z0-9_](?:[\w-]{{0,61}}[A-Za-z0-9])?\.){{1,8}}(?:{_TLDS}))(?![\w-]|\.\w|\(|/\w+\.\w+:)"
    rf"|(?<=://)(?:[A-Za-z0-9](?:[\w-]{{0,61}}[A-Za-z0-9])?\.){{1,8}}(?:{_TLDS})(?![\w-]|\.\w)",
    re.IGNORECASE,
)

#: The host of a syslog line: tried on every line.
HEADER = re.compile(_HEADER, re.MULTILINE)
#: (pattern with a group `name`, words of which a line must hold one, "user" or "host"), in the order of their use.
CONTEXTS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    *((re.compile(text), words_, "user") for text, words_ in _USER),
    *((re.compile(text, re.IGNORECASE), words_, "host") for text, words_ in _HOST),
)


def is_common(name: str) -> bool:
    """True for words that name nobody: `root`, a daemon, a maker's public host, a mask, a number.

    >>> is_common("root"), is_common("anna"), is_common("www.strongswan.org"), is_common("xxxx")
    (True, False, True, True)
    """
    lowered = name.lower()
    if lowered in _COMMON or lowered.endswith(_MAKERS):
        return True
    return not any(character.isalpha() for character in lowered) or set(lowered) <= set("x*.-_#?<>% ")

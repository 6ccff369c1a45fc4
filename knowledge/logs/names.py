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
#: What follows `user` or `for` in sentences where no name does, in English and Portuguese.
_NOT_NAMES = "|".join(
    sorted(
        words(
            """
        a abort aborted about access account accounts acquired added again agent all allowed already also an and any ao are
        as at attempted attempts attribute attributes autenticado authenticated authentication authorization bad be because
        been being blank blocked bloqueada bloqueado but by can can't cancel canceled cancelled cannot certificate class
        client com como complains conecta conectou connect connected connecting connection connects consegue conseguiu
        correct could couldn't count created credential credentials da data database datagram de defined deleted denied
        desativado desconhecido device did didn't different digitado digitou directory disabled disconnect disconnected
        disconnects do does doesn't domain don't e each ela ele em empty enabled enter entered enters equipment errado error
        errors esta estava está every exceeded exceeds exist exists experience expired failed failure field file fine foi
        for forgot found from gave gets good got group groups guide had has hasn't have having he her here his host how hung
        i id id's identity idle ids if in incorrect incorreta incorreto info information initiated input interface invalid
        invalido inválida inválido is isn't it its joined just já key left level limit limits list local locked log logged
        login logoff logon logout logs lookup machine made manager manual mapping mas may meu might minha missing mode must
        my na name named names nao needs nem nenhum nesta neste new no not now não o of off ok okay on once one only opened
        or ou our out para password passwords peer pela pelo permission permissions phase plane please pode policies policy
        por portal principal process profile profiles quando que reached realm reason received receives record rejected
        remote remoto removed reported reports request requested right rights role said same says se search sees sem senha
        sent ser server service services session sessions seu shall shared she should shutdown side since so some space
        started starts stopped stops store string sua supplied só tem tenta tentou terminated termination that the their
        them then there these they this those timeout to traffic tried tries trying tunnel type typed types um uma unknown
        unlocked until use used user users uses using valid value via vpn wants was we were what when where which while who
        whose will with without won't works would wrong you your é
        """
        )
    )
)
#: A word that is none of these; `a.smith` is no article.
_FREE_WORD = rf"(?P<name>(?!(?i:{_NOT_NAMES})(?![\w@-]|\.\w)){_WORD})"
_NAMED_USER = (
    r"\b(?i:user(?:[ _-]?name)?|login|account[ _-]?name|peer[ _-]?name"
    r"|utilisateur|usu[áa]rio|usuario|benutzer(?:name)?)"
)
_BEFORE_USER = (
    r"\b(?:[Uu]ser|USER|[Uu]su[áa]rio|[Ll]ogin for|Invalid user|Accepted \w+ for|password for|session (?:opened|closed) for user)"
)
_DISTINGUISHED = (
    r"\b(?:CN|UID|E(?!=\d{3}\b)|emailAddress)=(?P<name>[^,/\"'\]\[\n<>]{2,80}?)"
    r"(?=[,/\"'\]\[<>]|$| (?:invalid|is|was|has|not|does|from|for|issued)\b)"
)
_DIALLED = (
    rf"\bThe user (?P<name>(?!(?i:{_NOT_NAMES})(?![\w@-]|\.\w))[^\[\]\n]{{1,80}}?)"
    r" (?:dialed|dialled|has |is (?:trying|not|already)\b|connected|started|failed"
    r"|successfully|with |could not|cannot|was |does not)"
)
_USER = (
    (
        rf"{_NAMED_USER}\"?[ \t]*(?::?=|:)[ \t]*[\"'“]?(?P<name>{_WORD})",
        "user|login|account|peer name|peer-name|peer_name|peername|utilisateur|usu|benutzer",
    ),
    (r"\b(?:user|for user|login) [\"'“](?P<name>[^\"'”\n\[\]]{1,80})", "user \"|user '|user “|login \"|login '|login “"),
    (
        r"\b(?:XAuth authentication of|EAP[- ][Ii]dentity|authentication of) '(?P<name>[^'\n\[\]=@]{1,80})'",
        "authentication of|eap-identity|eap identity",
    ),
    (r"\bname ?= ?\"(?P<name>[^\"\n\[\]]{1,80})\"", "name"),
    (
        rf"{_BEFORE_USER} {_FREE_WORD}",
        "user |usuario |usuário |login for|accepted |password for",
    ),
    (
        (
            rf"\b(?i:user[ _-]?name|login(?: name|(?= (?:is|é) ))|usu[áa]rio)[ \t]+(?:(?:is|was|é|ist)[ \t]+)?{_FREE_WORD}"
            r"(?=[ \t]*(?:[.,;]|$| and | but | e ))"
        ),
        "user|login|usu",
    ),
    (
        (
            r"\b(?i:auth\w*|log[io]n|EAP|XAUTH)\b[^\n:']{0,40}"
            rf" (?:failed|failure|succeeded|successful|denied|rejected) for {_FREE_WORD}"
        ),
        "failed for|failure for|succeeded for|successful for|denied for|rejected for",
    ),
    (rf"\b[Pp]eer {_FREE_WORD} (?:failed (?:CHAP|PAP|EAP)|is not authori[sz]ed)", "peer "),
    (rf"(?<![\w\[\]]){_FREE_WORD} logged (?:in|out)\b", "logged in|logged out"),
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
    r"\b(?:host[ _-]?(?:name)?|dev[ _]?name|sys[ _]?name|computer(?: name)?|workstation name|client name|nas identifier"
    r"|client friendly name|server name"
    r"|machine|dns name|domain)"
)
#: Words that a line with the name of a host holds.
_HOST_LABELS = (
    "hostname|host name|host-name|host_name|host=|host:|host =|host :|devname|dev_name|sysname"
    "|computer|workstation name|client name|nas identifier|friendly name|server name|machine|dns name|domain"
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
    rf"(?<![\w./\\\[-])(?<![\w\]]@)(?:(?:[A-Za-z0-9_](?:[\w-]{{0,61}}[A-Za-z0-9])?\.){{1,8}}(?:{_TLDS}))(?![\w-]|\.\w|\(|/\w+\.\w+:)"
    rf"|(?<=://)(?:[A-Za-z0-9](?:[\w-]{{0,61}}[A-Za-z0-9])?\.){{1,8}}(?:{_TLDS})(?![\w-]|\.\w)",
    re.IGNORECASE,
)

#: The number of a device, where its label shows what it is, or it is written as its maker writes it.
SERIAL = re.compile(
    r"\b(?:(?:serial(?:[ _-]?(?:number|num|no\.?))?|device[ _-]?id|n[úu]mero de s[ée]rie|num[ée]ro de s[ée]rie|seriennummer)"
    r"\"?[ \t]*(?:[:=#]|is\b|é\b)?|(?:s/n|sn|dev[ _]?(?:id|sn))\"?[ \t]*[:=])[ \t]*[\"'“]?(?:0x)?"
    r"(?P<name>(?=[\w:./-]*\d)[A-Za-z0-9][\w:/-]{3,63}[A-Za-z0-9])|\b(?P<maker>Q[234][A-Z0-9]{2}(?:-[A-Z0-9]{4}){2})\b",
    re.IGNORECASE,
)
SERIAL_WORDS = (
    'serial|s/n|sn=|sn:|sn =|sn :|sn"|devid|dev_id|device id|device-id|device_id|deviceid|devsn|série|serie|seriennummer|q2|q3|q4'
)
#: A cloud machine's own name, which is its address.
DASHED = re.compile(r"(?<![\w.-])ip(?:-\d{1,3}){4}(?![\w-])", re.IGNORECASE)
#: A hardware address without its marks, where its label shows what it is.
BARE_MAC = re.compile(
    r"\b(?:mac|hw[ _-]?addr|ether|station|calling|called)[\w -]{0,14}\"?[ \t]*[:=]?[ \t]*[\"']?(?P<name>[0-9A-F]{12})(?![\w-])",
    re.IGNORECASE,
)
BARE_MAC_WORDS = "mac|hwaddr|hw addr|hw-addr|hw_addr|ether|station|calling|called"

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

r"""Secrets in foreign text: keys, passwords, hashes, challenges. They become `[secret]` for good and stand in no table.

    : PSK "correct horse"                                 ipsec.secrets
    rcvd [CHAP Challenge id=0x1 <a8a6ae744b49cb76037bf9a1f8350b8e>, name = "gw"]
    set psksecret ENC AK1x…                               FortiGate
    my password is hunter2                                what people type

Every pattern leaves masks (`***`, `<hidden>`) and earlier `[secret]`s alone, so that masking twice changes nothing.
"""

from __future__ import annotations

import re

from knowledge.logs.passes import Passes, Replacement
from knowledge.logs.shapes import BASE64, BLANKS, COLONS, Shaped

#: What a secret becomes.
SECRET = "[secret]"  # noqa: S105 - the mask itself

#: Names under which secrets are written down.
_KEY = (
    r"(?:pre[ _-]?shared[ _-]?(?:key|secret)|shared[ _-]?(?:secret|key)|psk(?:[ _-]?(?:secret|key))?"
    r"|pass[ _-]?(?:word|wd|phrase|code)|pwd|secret|private[ _-]?key|api[ _-]?key|(?:access|auth|session|refresh)[ _-]?token"
    r"|token|senha|segredo|chave(?: pr[ée][ _-]?(?:com)?partilhada)?|contrase(?:ñ|n|n\u0303)a|clave(?: precompartida)?|passwort"
    r"|kennwort|mot de passe|пароль|密码|密碼|パスワード|비밀번호)"
)
#: Values that are no secret, or are masked already.
_HARMLESS = re.compile(
    r"(?:[*•●xX.?#_-]+|<[^<>]*>|\[[^\[\]]*\]?|\{[^{}]*\}?|\$\{?\w+\}?|\(null\)|none|null|nil|no|yes|true|false|hidden|redacted|removed|masked"
    r"|wrong|incorrect|correct|right|ok|okay|fine|good|expired|missing|not|invalid|valid|the|a|an|same|different|required|needed|never|set"
    r"|unchanged|errad[ao]|cert[ao]|corret[ao]|incorret[ao]|inválid[ao]|igual|mesm[ao]|o|e|ist|is|falsch|richtig|about|too|very|also|still"
    r"|being|found|changed|reset|updated|case|from|for|in|on|of|to|and|or|was|has|been|length|type|ok)[.,;:!?)]*",
    re.IGNORECASE,
)
_VALUE = r"(\"[^\"\n]*\"|'[^'\n]*'|“[^”\n]*”|0[sx][^\s\"',;)]+|[^\s\"'“”,;<>)\]}]+)"

_KEYED = re.compile(rf"({_KEY}\"?'?[ \t]*(?::?=|=>|:)[ \t]*){_VALUE}", re.IGNORECASE)
_QUOTED = re.compile(rf"({_KEY}[ \t]+)(\"[^\"\n]+\"|'[^'\n]+'|“[^”\n]+”)", re.IGNORECASE)
_SAID = re.compile(
    rf"({_KEY}[ \t]+(?:(?:is|was|é|eh|era|foi|es|est|ist|lautet|=|agora|nova|atual)[ \t]+)+"
    rf"(?:(?:now|(?:changed|set|reset|updated) to|(?:trocada|mudada|alterada) para)[ \t]+)?"
    rf"|(?:chang\w+|set|reset|troquei|mudei|alterei)[ \t]+(?:\w+[ \t]+){{0,2}}{_KEY}[ \t]+(?:to|para|pra)[ \t]+){_VALUE}",
    re.IGNORECASE,
)
#: What is written after the word alone: a password only if it mixes letters with digits or signs, and names no method.
_BARE = re.compile(
    r"(\b(?:psk|pass[ -]?(?:word|wd|phrase|code)|pwd|senha|contrase(?:ñ|n)a|passwort|kennwort|segredo|client secret)[ \t]+)"
    r"((?=[^\s]*[A-Za-z])(?=[^\s]*[0-9!@#$%^&*+?])(?!(?i:ikev?\d|sha|aes|md5|3?des|l2tp|ms-?chap|chap|pap|ipv|x509|win|xauth|e=|for\b|eap)"
    r")[^\s\"'<>\[\](){},;:=]{6,})(?![^\s.,;!?)])",
    re.IGNORECASE,
)
#: FreeRADIUS writes what was typed behind the name.
_LOGIN = re.compile(r"(\bLogin (?:OK|incorrect)[^\n]{0,200}?: \[[^\]\[/\n]{0,120}\]?/)([^\]\n]+)(?=\] )")
_COOKIE = re.compile(r"(\b(?:Set-)?Cookie:[ \t]*[\w.-]+=|\b(?:SVPNCOOKIE|webvpn\w*|DSID)=)([^\s\[\"'][^\n\"']*)", re.IGNORECASE)
_ENCRYPTED = re.compile(r"(\bENC[ \t]+)([A-Za-z0-9+/]{8,}=*)")
_CONFIGURED = re.compile(
    rf"(?m)(^[ \t]*(?:[\w.@~()/-]*[#>$][ \t]*)?(?:set|add|crypto|ppp|username|ikev[12]|isakmp|ipsec|tunnel-group"
    rf"|radius-server|l2tp|vpdn|aaa|local|remote|pre-shared-key|psksecret|key|edit|server)\b[^\n\"]*?(?:{_KEY}|\bkey)[ \t]+"
    r"(?:ENC[ \t]+|ascii-text[ \t]+|simple[ \t]+|cipher[ \t]+|[0-9][ \t]+)?)"
    rf"{_VALUE}",
    re.IGNORECASE,
)
_CONFIGURED_ALONE = re.compile(
    rf"(?m)^([ \t]*(?:pre-shared-(?:key|secret)|psksecret|key-string|{_KEY}(?=[ \t]+(?:ENC|\d)[ \t]))"
    r"[ \t]+(?:(?:ENC|local|remote|\d)[ \t]+)*)(\S+)",
    re.IGNORECASE,
)
_IPSEC_SECRETS = re.compile(r"(\b(?:PSK|XAUTH|EAP|NTLM|PIN)[ \t]+)(\"[^\"\n]*\"|'[^'\n]*'|0[sx][^\s\"]+)")
#: The passphrase behind a private key, and what a private key is made of.
_KEY_FILE = re.compile(r"(:[ \t]*(?:RSA|ECDSA|BLISS|PKCS\d{1,2}|P12)[ \t]+(?!%)\S+[ \t]+)(\"[^\"\n]*\"|'[^'\n]*'|(?!%)[^\s#\[]+)")
_PARTS = re.compile(r"(\b(?:PrivateExponent|Prime[12]|Exponent[12]|Coefficient|CKAIDNSS)[ \t]*:?=?[ \t]*)(0[xs]\w+)")
_BASE64_VALUE = re.compile(r"(?<![\w.])0s[A-Za-z0-9+/]{12,}={0,2}(?![\w])")
_CHAP_SECRETS = re.compile(
    r"(?m)^([ \t]*(?:\"[^\"\n]+\"|[^\s\"#\[]+)[ \t]+(?:\*|l2tpd?|pptpd?|xl2tpd)[ \t]+)"
    r"(\"[^\"\n]*\"|[^\s\"\[*]+)(?=[ \t]+(?:\*|\"?\d|\[))"
)
_CHAP = re.compile(
    r"((?:CHAP|EAP)[ \t]+(?:Challenge|Response|Request|Success)[ \t]+id=\S+[ \t]+(?:[\w-]+[ \t]+)?<)"
    r"([0-9A-Fa-f][0-9A-Fa-f .]{3,})(?=>)"
)
_MSCHAP = re.compile(r"(\b[SC]=)([0-9A-Fa-f]{8,})\b")
_ATTRIBUTE = re.compile(r"((?:Password|Challenge|Response|Key|Authenticator|Hash|Secret|Keys)\"?[ \t]*:?=[ \t]*)(0x[0-9A-Fa-f]+)")
_BEARER = re.compile(r"(\b(?:Bearer|Basic|Digest|Negotiate|NTLM)[ \t]+)([A-Za-z0-9+/._~-]{12,}=*)")
_TOKENS = re.compile(
    r"\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{6,}|\beyJ[\w-]{8,}(?:\.[\w-]+){0,4}|\bgh[pousr]_\w{16,}|\bglpat-[\w-]{16,}|\bAKIA[0-9A-Z]{12,}"
    r"|\bsk-[\w-]{16,}|hooks\.slack\.com/\S+|\$(?:1|2[abxy]|5|6|7|y|apr1|argon2\w{0,2})\$[\w./$=,+-]{8,}"
)
_URL = re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@\"'\[\]]+:)([^\s/@\"'\[\]]+)(?=@)")
_BLOCK = re.compile(r"(-----BEGIN [A-Z0-9 ]*-----)(.*?)(-----END [A-Z0-9 ]*-----|\Z)", re.DOTALL | re.IGNORECASE)
_BLOCK_LINE = re.compile(r"(?m)^([ \t]*)([^\s].*?)([ \t\r]*)$")
#: A dump: groups of hex, and what they are in letters.
_HEX_GROUPS = re.compile(
    r"(?m)(?<![\w:.-])(?P<groups>(?:[0-9A-Fa-f]{2}[ \t]{1,3}){7,}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}[ \t]{1,3}){3,}[0-9A-Fa-f]{2,4}"
    r"|(?:[0-9A-Fa-f]{8}[ \t]{1,3}){2,}[0-9A-Fa-f]{2,8})(?![\w:.-])(?:[ \t]*\.\.\.)?(?:[ \t]*\|[^\n]*|[ \t]{2,}[^\n]{1,24}$)?"
)
#: The protocol and the code of a PPP packet: they say what was refused, and nothing else.
_PPP = re.compile(r"(?:C0[ \t]2[13]|C2[ \t]2[37]|80[ \t](?:21|57|FD))[ \t][0-9A-F]{2}[ \t]", re.IGNORECASE)
#: How MS-CHAP says why it failed: a number, and whether to try again.
_CHAP_ERROR = re.compile(r"E=\d{3} R=\d")
_HEX_COLONS = re.compile(r"(?<![\w:-])(?:[0-9A-Fa-f]{2}[:-]){8,}(?:[0-9A-Fa-f]{2})?(?![\w-])")
_VENDOR = re.compile(r"vendor id:?[ \t]+$", re.IGNORECASE)
_HEX_LONG = re.compile(r"(?<![0-9A-Za-z])(?:0[xX])?[0-9A-Fa-f]{32,}(?![0-9A-Za-z])")
_BASE64 = re.compile(
    r"(?<![\w+/=.-])(?!/)(?=[A-Za-z0-9+/]*[0-9])(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*[a-z])[A-Za-z0-9+/]{40,}={0,2}(?![\w+/=])"
)


def _value(found: re.Match[str]) -> str:
    head, value = found.group(1), found.group(2)
    inner = value[1:-1] if value[:1] in "\"'“" and len(value) > 1 else value
    if not inner or _HARMLESS.fullmatch(inner):
        return found.group()
    if inner is not value:
        return f"{head}{value[0]}{SECRET}{value[-1]}"
    return head + SECRET


def _always(found: re.Match[str]) -> str:
    value = found.group(2)
    if value.startswith(("[", '"[')):
        return found.group()
    return f'{found.group(1)}"{SECRET}"' if value.startswith('"') else found.group(1) + SECRET


def _block(found: re.Match[str]) -> str:
    def line(each: re.Match[str]) -> str:
        return each.group(1) + SECRET + each.group(3)

    body = found.group(2)
    if "PUBLIC" in found.group(1).upper():
        return found.group()
    first, newline, others = body.partition("\n")
    if not newline:
        return found.group(1) + (f" {SECRET} " if first.strip() and first.strip() != SECRET else first) + found.group(3)
    return found.group(1) + first + newline + _BLOCK_LINE.sub(line, others) + found.group(3)


def _letters(found: re.Match[str]) -> str:
    """Hex groups count as a dump only where a letter shows that they are no decimal numbers. A PPP packet keeps its head."""
    groups = found.group("groups")
    head = _PPP.match(groups)
    said = _CHAP_ERROR.search(found.group(), len(groups))
    shown = f" |{said.group()}|" if said is not None else ""
    if head is not None:
        return head.group() + SECRET + shown
    return SECRET + shown if any(c in "abcdefABCDEF" for c in groups) else found.group()


def _vendor(found: re.Match[str]) -> str:
    """A vendor id says which program the peer runs, and is no secret."""
    return found.group() if _VENDOR.search(found.string, max(0, found.start() - 16), found.start()) else SECRET


#: Words of `_KEY`, one of which every match of it holds.
_KEY_WORDS = (
    "psk|pass|pwd|secret|shared|key|token|senha|segredo|chave|contrase|clave|passwort|kennwort"
    "|пароль|密码|密碼|パスワード|비밀번호"
)
_GIVEN_WORDS = "xox|xapp-|eyj|ghp_|gho_|ghu_|ghs_|ghr_|glpat-|akia|sk-|hooks.slack.com|$1$|$2|$5$|$6$|$7$|$y$|$apr1$|$argon2"
#: What is tried on lines that hold a word of it (see `Passes`), and what becomes of a match.
_WORDED: tuple[tuple[re.Pattern[str], str, Replacement], ...] = (
    (
        _TOKENS,
        "xox|xapp-|eyj|ghp_|gho_|ghu_|ghs_|ghr_|glpat-|akia|sk-|hooks.slack.com|$1$|$2|$5$|$6$|$7$|$y$|$apr1$|$argon2",
        SECRET,
    ),
    (_BEARER, "bearer|basic|digest|negotiate|ntlm", _always),
    (_URL, "://", _always),
    (_IPSEC_SECRETS, "psk|xauth|eap|ntlm|pin", _value),
    (_KEY_FILE, "rsa|ecdsa|bliss|pkcs|p12", _value),
    (_PARTS, "exponent|prime1|prime2|coefficient|ckaidnss", _always),
    (_BASE64_VALUE, "0s", SECRET),
    (_CHAP_SECRETS, " *|\t*|l2tp|pptp", _value),
    (_CHAP, "chap |eap |chap\t|eap\t", _always),
    (_MSCHAP, "s=|c=", _always),
    (_ATTRIBUTE, "=0x|= 0x|=\t0x|=  0x", _always),
    (_KEYED, _KEY_WORDS, _value),
    (_QUOTED, _KEY_WORDS, _value),
    (_SAID, _KEY_WORDS, _value),
    (_CONFIGURED, _KEY_WORDS, _value),
    (_CONFIGURED_ALONE, _KEY_WORDS, _value),
    (_BARE, _KEY_WORDS, _value),
    (_LOGIN, "login ok|login incorrect", _value),
    (_COOKIE, "cookie|webvpn|dsid=", _always),
    (_ENCRYPTED, "enc ", _value),
)
_PASSES = Passes([(pattern, words) for pattern, words, _ in _WORDED])
_REPLACEMENTS = [replacement for _, _, replacement in _WORDED]
#: What is tried on every line of its shape.
_SHAPED: tuple[tuple[Shaped, Replacement], ...] = (
    (Shaped(_HEX_GROUPS, BLANKS, rb"hh {1,3}(?:h{8}|h{4}|hh) {1,3}hh"), _letters),
    (Shaped(_HEX_COLONS, COLONS, b"hh:" * 8), _vendor),
    (Shaped(_HEX_LONG, COLONS, b"h" * 32), SECRET),
    (Shaped(_BASE64, BASE64, b"b" * 40), SECRET),
)


def mask_secrets(text: str) -> str:
    """The text with every secret masked. The number of lines stays.

    >>> mask_secrets('%any : PSK "correct horse"')
    '%any : PSK "[secret]"'
    >>> mask_secrets("no shared key found for 192.0.2.1")
    'no shared key found for 192.0.2.1'
    """
    if "-----" in text:
        text = _BLOCK.sub(_block, text)
    text = _PASSES.run(text, _REPLACEMENTS)
    for shaped, by in _SHAPED:
        text = shaped.sub(by, text)
    return text

r"""What English Windows says for an event, so that one signature reads it in every language and layout.

20227 ['{GUID}', 'CORP\\\\anna', 'Work VPN', '809']
-> CoId={GUID}: The user CORP\\\\anna dialed a connection named Work VPN which has failed. The error code … is 809.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

#: By source (small letters) and id: the sentence, with the numbers of the event's data in it.
_SENTENCES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("rasclient", "20220"): (
            "The connection to {0} made using the device {1} was terminated. The error code returned on failure is {2}."
        ),
        ("rasclient", "20221"): "CoId={0}: The user {1} has started dialing a {2} connection using a {3} profile named {4}.",
        ("rasclient", "20222"): (
            "CoId={0}: The user {1} is trying to establish a link to the Remote Access Server for the connection named {2}"
            " using the following device:"
        ),
        ("rasclient", "20223"): (
            "CoId={0}: The user {1} has successfully established a link to the Remote Access Server using the following device:"
        ),
        ("rasclient", "20224"): "CoId={0}: The link to the Remote Access Server has been established by user {1}.",
        ("rasclient", "20225"): (
            "CoId={0}: The user {1} has dialed a connection named {2} to the Remote Access Server"
            " which has successfully connected."
        ),
        ("rasclient", "20226"): (
            "CoId={0}: The user {1} dialed a connection named {2} which has terminated."
            " The reason code returned on termination is {3}."
        ),
        ("rasclient", "20227"): (
            "CoId={0}: The user {1} dialed a connection named {2} which has failed. The error code returned on failure is {3}."
        ),
        ("nps", "6272"): "Network Policy Server granted access to a user.",
        ("nps", "6273"): "Network Policy Server denied access to a user.",
        ("nps", "6274"): "Network Policy Server discarded the request for a user.",
        ("remoteaccess", "20271"): (
            "CoId={0}: The user {1} connected from {2} but failed an authentication attempt due to the following reason: {3}"
        ),
    }
)
#: What shows that a text is the English one already.
_ENGLISH = re.compile(
    r"\b(?:The (?:user|connection|link|following|error|port|Remote|communication)|Network Policy Server|IPsec"
    r"|Unable to|failed|has been|was)\b"
)
_COID = re.compile(r"CoId=(\{[0-9A-Fa-f-]{36}\})")
_NUMBER = re.compile(r"-?\d{1,10}(?!.*\d)", re.DOTALL)
#: How other languages say that dialling failed with a number: hints only, the number decides.
_FAILED = re.compile(
    r"(?:失败后返回的错误代码为|失敗後傳回的錯誤碼(?:為|是)|エラー ?コード\D{0,20}?|오류 코드\D{0,20}?"
    r"|(?:c[óo]digo de erro (?:retornado|devolvido)|c[óo]digo de error devuelto|Fehlercode|code d'erreur (?:renvoyé|retourné)"
    r"|codice (?:di )?errore restituito|[Кк]од ошибки|foutcode|[Kk]od błędu|[Hh]ata kodu|[Ff]elkod|kód chyby)\D{0,60}?)"
    r"\s*(?P<code>-?\d{3,10})"
)
_GRANTED = "Network Policy Server granted access to a user."
_DENIED = "Network Policy Server denied access to a user."
_FIRST_SENTENCES = (
    (re.compile("serveur NPS a accordé|Netzwerkrichtlinienserver.{1,60}gewährt|directivas de redes (?:ha )?concedi"), _GRANTED),
    (re.compile("serveur NPS a refusé|Netzwerkrichtlinienserver.{1,60}verweigert|directivas de redes (?:ha )?deneg"), _DENIED),
    (re.compile("Pol[íi]ticas de Rede concedeu"), _GRANTED),
    (re.compile("Pol[íi]ticas de Rede negou"), _DENIED),
)


def _by_label(table: Mapping[str, str]) -> Mapping[str, str]:
    """A table from label to meaning, for one that lists the labels of each meaning with `|` between them."""
    return MappingProxyType({label: meaning for meaning, labels in table.items() for label in labels.split("|")})


#: What Windows puts in place of a word of its own language, of those that IPsec's events hold.
_PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "8192": "Kerberos",
        "8193": "Preshared key",
        "8194": "Unknown authentication",
        "8227": "Certificate",
        "8199": "Local computer",
        "8200": "Remote computer",
        "8205": "Initiator",
        "8206": "Responder",
        "8201": "No state",
        "8202": "Sent first (SA) payload",
        "8203": "Sent second (KE) payload",
        "8204": "Sent third (ID) payload",
        "8207": "No state",
        "8208": "Sent first (SA) payload",
        "8209": "Sent final payload",
        "8210": "Complete",
        "8211": "Unknown",
        "8212": "Transport",
        "8213": "Tunnel",
        "8216": "Enabled",
        "8217": "Not enabled",
        "8222": "IKEv1",
        "8223": "AuthIP",
        "8224": "Anonymous",
    }
)
_PARAMETER = re.compile(r"%%(\d{4,5})\b")
#: Labels of fields, in other languages (small letters), and what English calls them.
LABELS = _by_label(
    {
        "Reason Code": (
            "code raison|code de raison|code motif|ursachencode|código de motivo|código de razón|código do motivo|原因代码"
        ),
        "Reason": "raison|ursache|motivo|razón|原因",
        "Account Name": "nom de compte|kontoname|nombre de cuenta|nome da conta",
        "Authentication Type": "type d'authentification|authentifizierungstyp|tipo de autenticación|tipo de autenticação",
    }
)
#: Labels of an event's head, in the languages of its viewers (small letters).
HEADS = _by_label(
    {
        "log": "log name|protokollname|nome do log|nombre de registro|journal|nom du journal",
        "source": "source|quelle|fonte|origen|origem|来源|providername|provider name",
        "date": "date|datum|data|fecha|日期|timegenerated|timecreated",
        "id": (
            "event id|eventid|id|event|error|ereignis-id|identificação do evento|id do evento|id. do evento|id de evento"
            "|id. de evento|id de l'événement|id événement|id evento|事件 id"
        ),
        "instance": "instanceid",
        "text": "description|beschreibung|descrição|descripción|描述|message",
        "data": "replacementstrings",
        "ignored": (
            "timewritten|type|level|leveldisplayname|entrytype|task category|user|keywords|computer|machinename|index|category"
            "|opcode|categorynumber|username|site|container|time|task|ebene|benutzer|schlüsselwörter|aufgabenkategorie|nível|usuário"
            "|computador|nivel|usuario|equipo|niveau"
        ),
    }
)


def english(source: str, number: str, text: str, data: Sequence[str]) -> str:
    """The sentence that signatures read: the event's own where it is English, else made from its data, or its last number."""
    pattern = _SENTENCES.get((source.lower(), number))
    if text and (_ENGLISH.search(text) or pattern is None):
        return translated(text) or text
    if pattern is None:
        return text or "; ".join(data)
    values = [" ".join(value.split()) for value in data]
    if not values:
        thread, last = _COID.search(text), _NUMBER.search(text)
        values = [thread.group(1) if thread else "?", "?", "?", last.group() if last else "?"]
    wanted = 1 + max((int(digit) for digit in re.findall(r"\{(\d)\}", pattern)), default=0)
    return pattern.format(*values, *["?"] * max(0, wanted - len(values)))


def spelled(value: str) -> str:
    """A data field with the words for which Windows keeps a number.

    >>> spelled("%%8199")
    'Local computer'
    """
    return _PARAMETER.sub(lambda found: _PARAMETERS.get(found.group(1), found.group()), value)


def translated(text: str) -> str | None:
    """The English sentence for a text in another language that is known by a phrase of it; None where none is."""
    failed = _FAILED.search(text)
    if failed is not None:
        return english("rasclient", "20227", "", ["?", "?", "?", failed.group("code")])
    return next((sentence for pattern, sentence in _FIRST_SENTENCES if pattern.search(text)), None)

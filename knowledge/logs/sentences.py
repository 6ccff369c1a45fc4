"""What English Windows says for an event, so that one signature reads it in every language and layout.

20227 ['{GUID}', 'CORP\\\\anna', 'Work VPN', '809']
-> CoId={GUID}: The user CORP\\\\anna dialed a connection named Work VPN which has failed. The error code returned on failure is 809.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

#: By source (small letters) and id: the sentence, with the numbers of the event's data in it.
_SENTENCES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("rasclient", "20220"): "The connection to {0} made using the device {1} was terminated. The error code returned on failure is {2}.",
        ("rasclient", "20221"): "CoId={0}: The user {1} has started dialing a {2} connection using a {3} profile named {4}.",
        ("rasclient", "20222"): "CoId={0}: The user {1} is trying to establish a link to the Remote Access Server for the connection named {2}"
        " using the following device:",
        ("rasclient", "20223"): "CoId={0}: The user {1} has successfully established a link to the Remote Access Server using the following device:",
        ("rasclient", "20224"): "CoId={0}: The link to the Remote Access Server has been established by user {1}.",
        ("rasclient", "20225"): "CoId={0}: The user {1} has dialed a connection named {2} to the Remote Access Server which has successfully connected.",
        ("rasclient", "20226"): "CoId={0}: The user {1} dialed a connection named {2} which has terminated."
        " The reason code returned on termination is {3}.",
        ("rasclient", "20227"): "CoId={0}: The user {1} dialed a connection named {2} which has failed."
        " The error code returned on failure is {3}.",
        ("remoteaccess", "20271"): "CoId={0}: The user {1} connected from {2} but failed an authentication attempt due to the following reason: {3}",
    }
)  # fmt: skip
#: What shows that a text is the English one already.
_ENGLISH = re.compile(
    r"\b(?:The (?:user|connection|link|following|error|port|Remote|communication)|Network Policy Server|IPsec|Unable to|failed|has been|was)\b"
)
_COID = re.compile(r"CoId=(\{[0-9A-Fa-f-]{36}\})")
_NUMBER = re.compile(r"-?\d{1,10}(?!.*\d)", re.DOTALL)
#: How other languages say that dialling failed with a number: hints only, the number decides.
_FAILED = re.compile(
    r"(?:失败后返回的错误代码为|失敗後傳回的錯誤碼(?:為|是)|c[óo]digo de erro (?:retornado|devolvido)\D{0,40}?|c[óo]digo de error devuelto\D{0,40}?|Fehlercode\D{0,40}?"
    r"|code d'erreur (?:renvoyé|retourné)\D{0,60}?|codice (?:di )?errore restituito\D{0,40}?|[Кк]од ошибки\D{0,40}?|エラー ?コード\D{0,20}?|오류 코드\D{0,20}?"
    r"|foutcode\D{0,40}?|[Kk]od błędu\D{0,40}?|[Hh]ata kodu\D{0,40}?|[Ff]elkod\D{0,40}?|kód chyby\D{0,40}?)\s*(?P<code>-?\d{3,10})"
)
_FIRST_SENTENCES = (
    (re.compile(r"serveur NPS a accordé|Netzwerkrichtlinienserver.{1,60}gewährt|directivas de redes concedió|Pol[íi]ticas de Rede concedeu"),
     "Network Policy Server granted access to a user."),
    (re.compile(r"serveur NPS a refusé|Netzwerkrichtlinienserver.{1,60}verweigert|directivas de redes (?:ha )?deneg|Pol[íi]ticas de Rede negou"),
     "Network Policy Server denied access to a user."),
)  # fmt: skip
#: Labels of fields, in other languages (small letters), and what English calls them.
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "code raison": "Reason Code", "code de raison": "Reason Code", "code motif": "Reason Code", "ursachencode": "Reason Code",
        "código de motivo": "Reason Code", "código de razón": "Reason Code", "código do motivo": "Reason Code", "原因代码": "Reason Code",
        "raison": "Reason", "ursache": "Reason", "motivo": "Reason", "razón": "Reason", "原因": "Reason",
        "nom de compte": "Account Name", "kontoname": "Account Name", "nombre de cuenta": "Account Name", "nome da conta": "Account Name",
        "type d'authentification": "Authentication Type", "authentifizierungstyp": "Authentication Type",
        "tipo de autenticación": "Authentication Type", "tipo de autenticação": "Authentication Type",
    }
)  # fmt: skip
#: Labels of an event's head, in the languages of its viewers (small letters).
HEADS: Mapping[str, str] = MappingProxyType(
    {
        "log name": "log", "protokollname": "log", "nome do log": "log", "nombre de registro": "log", "journal": "log", "nom du journal": "log",
        "source": "source", "quelle": "source", "fonte": "source", "origen": "source", "origem": "source", "来源": "source", "providername": "source",
        "provider name": "source", "date": "date", "datum": "date", "data": "date", "fecha": "date", "日期": "date", "timegenerated": "date",
        "timecreated": "date", "timewritten": "ignored", "event id": "id", "eventid": "id", "id": "id", "ereignis-id": "id", "event": "id",
        "identificação do evento": "id", "id do evento": "id", "id. do evento": "id", "id de evento": "id", "id. de evento": "id",
        "id de l'événement": "id", "id événement": "id", "id evento": "id", "事件 id": "id", "instanceid": "instance", "error": "id",
        "type": "ignored", "level": "ignored", "leveldisplayname": "ignored", "entrytype": "ignored", "task category": "ignored", "user": "ignored",
        "keywords": "ignored", "computer": "ignored", "machinename": "ignored", "index": "ignored", "category": "ignored", "opcode": "ignored",
        "categorynumber": "ignored", "username": "ignored", "site": "ignored", "container": "ignored", "data ": "ignored", "time": "ignored",
        "ebene": "ignored", "benutzer": "ignored", "schlüsselwörter": "ignored", "aufgabenkategorie": "ignored", "nível": "ignored",
        "usuário": "ignored", "computador": "ignored", "nivel": "ignored", "usuario": "ignored", "equipo": "ignored", "niveau": "ignored",
        "description": "text", "beschreibung": "text", "descrição": "text", "descripción": "text", "描述": "text", "message": "text",
        "replacementstrings": "data",
    }
)  # fmt: skip


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
    wanted = 1 + max(int(digit) for digit in re.findall(r"\{(\d)\}", pattern))
    return pattern.format(*values, *["?"] * max(0, wanted - len(values)))


def translated(text: str) -> str | None:
    """The English sentence for a text in another language that is known by a phrase of it; None where none is."""
    failed = _FAILED.search(text)
    if failed is not None:
        return english("rasclient", "20227", "", ["?", "?", "?", failed.group("code")])
    return next((sentence for pattern, sentence in _FIRST_SENTENCES if pattern.search(text)), None)

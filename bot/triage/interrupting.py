"""What a person says instead of an answer, in both languages: it works, a human please, back, later; and what cannot wait.

Only a message that says just that is taken for it, but for the way to a human and for red flags, which count wherever they stand.

>>> meant("It works now, thanks!"), meant("quero falar com uma pessoa"), meant("it works now and then")
(<Meant.WORKS: 'works'>, <Meant.PERSON: 'person'>, None)
>>> red_flag("acho que minha conta foi hackeada"), red_flag("I was not hacked"), red_flag("the whole site is down")
('compromise', None, 'site-down')
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Meant(StrEnum):
    """What was said instead of an answer."""

    WORKS = "works"
    STILL = "still"
    PERSON = "person"
    DOWN = "down"
    UNKNOWN = "unknown"
    BACK = "back"
    CANCEL = "cancel"
    LATER = "later"


_POLITE = re.compile(
    r"^(?:(?:ok|okay|hi|hello|hey|yes|yeah|great|sim|oi|ola|opa|otimo|legal|por favor|please)\b[\s,.!:]*)+"
    r"|[\s,.!?]*\b(?:thanks|thank you|thx|please|obrigad[oa]|valeu|vlw|por favor|pfv)\b.*$"
)
_IT = r"(?:(?:it|vpn|the vpn|my vpn|a vpn|minha vpn|isso|ela|ja|now|agora|finally|finalmente|tudo|is|ta|esta)\s+)*"
_NOW = r"(?:\s+(?:now|again|fine|agora|de novo|certo|normal|normalmente))*"
_ALONE = {
    Meant.WORKS: _IT
    + r"(?:works|working|work|worked|connects|connected|fixed|solved|resolved|back|funciona|funcionou|funcionando"
    r"|conectou|conectada|conectado|resolvido|resolveu|deu certo|voltou|voltou a funcionar|foi resolvido)" + _NOW,
    Meant.STILL: r"(?:it |a vpn )?(?:still |ainda |continua )?(?:broken|the same|same|same thing|not working"
    r"|does not work|doesn'?t work"
    r"|did not work|didn'?t work|did not help|didn'?t help|no change|no luck|nao funciona|nao funcionou|nao adiantou|nao resolveu"
    r"|nao deu certo|igual|na mesma|sem funcionar|a mesma coisa|mesma coisa|mesmo erro|com o mesmo erro)",
    Meant.DOWN: r".*\b(?:is (?:the |our )?vpn (?:server )?(?:down|up|offline|broken)|vpn (?:down|outage)\?"
    r"|is there an? outage|any outage"
    r"|is it (?:just|only) me|(?:a )?vpn (?:esta|ta) (?:fora|fora do ar|caida|com problema|no ar)|(?:a )?vpn caiu"
    r"|(?:e )?so comigo\?"
    r"|(?:tem|ha|teve) (?:alguma )?(?:queda|instabilidade|indisponibilidade|pane)|fora do ar)\b.*\?",
    Meant.UNKNOWN: r"(?:i )?(?:do not know|don'?t know|dunno|idk|no idea|not sure|cannot say|can'?t say|skip|skip it"
    r"|skip this|pass"
    r"|nao sei|nao sei dizer|sei la|nem ideia|nao faco ideia|nao tenho certeza|pular|pula|pule|passa|passo)",
    Meant.BACK: r"(?:go )?(?:back|previous|undo|one back|wrong answer|change (?:my|the|that|the last) answer)"
    r"|(?:quero )?(?:voltar|volta|volte|anterior|desfazer|errei|resposta errada|mudar (?:a|minha) resposta"
    r"|corrigir (?:a|minha) resposta)",
    Meant.CANCEL: r"(?:cancel|close|stop|quit|forget it|never ?mind|i give up)(?: (?:it|this|the case|my case|this case))?"
    r"|(?:cancelar|cancela|encerrar|encerra|encerre|fechar|fecha|feche|parar|esquece|deixa pra la|deixa para la"
    r"|desisto)(?: o caso)?",
    Meant.LATER: r"(?:later|not now|pause|tomorrow|i(?:'ll| will) (?:continue|do it|try) (?:later|tomorrow)|continue later)"
    r"|(?:depois|mais tarde|agora nao|pausa|pausar|amanha|continuo (?:depois|amanha|mais tarde)"
    r"|depois (?:eu )?(?:continuo|vejo|faco))",
}
_PATTERNS = {meant: re.compile(rf"(?:{pattern})[\s.!]*") for meant, pattern in _ALONE.items()}
_PERSON = re.compile(
    r"\b(?:talk|speak|chat|connect me|put me through|transfer me|pass me)\b.{0,12}\b(?:to|with)\b.{0,20}\b"
    r"(?:human|person|someone|somebody|agent|engineer|technician|people|support|operator)\b"
    r"|\b(?:need|want|get me|give me)\b.{0,12}\b(?:a human|a person|a real person|an engineer|an agent|someone real)\b"
    r"|^(?:human|agent|person|real person|operator|humano|atendente|pessoa)[\s.!?]*$|\bhuman please\b"
    r"|\b(?:falar|conversar)\b.{0,12}\bcom\b.{0,20}\b(?:humano|pessoa|alguem|atendente|tecnico|engenheiro|gente|suporte)\b"
    r"|\b(?:quero|preciso de|me passa|me passe|chama|chame)\b.{0,12}\b(?:humano|atendente|uma pessoa|um engenheiro"
    r"|um tecnico|alguem)\b"
)
_NOT = re.compile(r"\b(?:not|never|no|nao|nunca|nem|sem|wasn'?t|isn'?t|hasn'?t|haven'?t)\b[^.!?]{0,20}$")
_FLAGS = {
    "compromise": re.compile(
        r"\b(?:hacked|compromised|phish\w*|ransomware|malware|stolen|someone else (?:is )?(?:using|used|logged)|leaked|breach\w*"
        r"|hacke\w+|invadid\w+|invadiram|comprometid\w+|roubad\w+|roubaram|vazou|vazaram|vazad\w+|golpe"
        r"|clicou no link|outra pessoa usando)\b"
    ),
    "certificate-expires": re.compile(
        r"\b(?:certificates?|certs?|certificados?)\b(?=.*\b(?:expir\w+|venc\w+|runs? out)\b)"
        r"(?=.*\b(?:everybody|everyone|all|gateway|server|company|todos|todo mundo|servidor|empresa|geral|firewall"
        r"|concentrador)\b)"
    ),
    "site-down": re.compile(
        r"\b(?:whole|entire|complete) (?:site|office|company|branch|building|department)\b.{0,25}\b(?:down|offline"
        r"|out|without|cut off)\b"
        r"|\b(?:everybody|everyone|all (?:users|of us|sites|offices))\b.{0,20}\b(?:down|offline|cut off|kicked off"
        r"|lost (?:the )?vpn)\b"
        r"|\b(?:site|filial|matriz|empresa|escritorio|unidade|loja|fabrica) (?:inteir[oa]|tod[oa])\b"
        r".{0,25}\b(?:fora|parad[oa]|sem|caiu|down)\b"
        r"|\b(?:todo mundo|todos os usuarios|todas as filiais)\b.{0,20}\b(?:caiu|cairam|fora|sem vpn|parad[oa]s?)\b"
    ),
}


def meant(text: str) -> Meant | None:
    """What a message says instead of an answer; None where it says something else, or more than that."""
    said = _plain(text)
    if _PERSON.search(said) and not _negated(said, _PERSON):
        return Meant.PERSON
    if _PATTERNS[Meant.DOWN].fullmatch(said):
        return Meant.DOWN
    bare = _POLITE.sub("", said).strip(" ,.!?") or said
    return next((each for each, pattern in _PATTERNS.items() if pattern.fullmatch(bare)), None)


def red_flag(text: str) -> str | None:
    """Why a message cannot wait for questions: a key of the reasons on the card."""
    said = _plain(text)
    return next((flag for flag, pattern in _FLAGS.items() if pattern.search(said) and not _negated(said, pattern)), None)


def _negated(said: str, pattern: re.Pattern[str]) -> bool:
    found = pattern.search(said)
    return found is not None and bool(_NOT.search(said[: found.start()]))


def _plain(text: str) -> str:
    """Small letters without accents, spaces single.

    >>> _plain("Não  SEI…")
    'nao sei...'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return " ".join("".join(each for each in decomposed if not unicodedata.combining(each)).split())

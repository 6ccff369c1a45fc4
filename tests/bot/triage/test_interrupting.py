"""What people say instead of an answer, in both languages, and what must not be taken for it."""

import pytest

from bot.triage.interrupting import Meant, meant, red_flag


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("it works now", Meant.WORKS),
        ("OK, works again, thanks!", Meant.WORKS),
        ("agora está funcionando", Meant.WORKS),
        ("Voltou a funcionar, obrigado", Meant.WORKS),
        ("still not working", Meant.STILL),
        ("não adiantou", Meant.STILL),
        ("continua igual", Meant.STILL),
        ("I want to talk to a human", Meant.PERSON),
        ("can I please speak with an engineer?", Meant.PERSON),
        ("quero falar com um atendente", Meant.PERSON),
        ("humano", Meant.PERSON),
        ("is the VPN down?", Meant.DOWN),
        ("is it just me?", Meant.DOWN),
        ("a VPN está fora do ar?", Meant.DOWN),
        ("tem alguma instabilidade hoje?", Meant.DOWN),
        ("I don't know", Meant.UNKNOWN),
        ("I don’t know", Meant.UNKNOWN),
        ("não sei", Meant.UNKNOWN),
        ("skip", Meant.UNKNOWN),
        ("go back", Meant.BACK),
        ("voltar", Meant.BACK),
        ("quero mudar a resposta", Meant.BACK),
        ("never mind", Meant.CANCEL),
        ("deixa pra lá", Meant.CANCEL),
        ("later", Meant.LATER),
        ("continuo amanhã", Meant.LATER),
    ],
)
def test_what_is_said_instead_of_an_answer(text, what):
    assert meant(text) is what


@pytest.mark.parametrize(
    "text",
    [
        "it works now and then",
        "works at home but not here",
        "não funciona desde ontem com erro 809",
        "I never talked to a human about it",
        "the VPN goes down every hour",
        "error 809",
        "voltou o erro 789",
        "",
    ],
)
def test_what_says_more_or_something_else_is_no_interruption(text):
    assert meant(text) is None


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("I think my account was hacked", "compromise"),
        ("alguém roubou meu notebook, foi roubado ontem", "compromise"),
        ("clicked a phishing mail and typed my VPN password", "compromise"),
        ("the gateway certificate expires tomorrow for everybody", "certificate-expires"),
        ("o certificado do servidor vence amanhã", "certificate-expires"),
        ("the whole office is offline", "site-down"),
        ("a filial inteira está sem VPN", "site-down"),
        ("todo mundo caiu agora", "site-down"),
        ("I was not hacked", None),
        ("my certificate expired", None),
        ("nobody is down", None),
    ],
)
def test_what_cannot_wait(text, flag):
    assert red_flag(text) == flag

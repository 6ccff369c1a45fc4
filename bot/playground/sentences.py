"""The few sentences that Slack itself would say to a person, in their language."""

from __future__ import annotations

_ENGLISH = {
    "operation_timeout": "{command} failed: the app did not answer within 3 seconds (`operation_timeout`). Please try again.",
    "dispatch_failed": "{command} failed: the app could not be reached (`dispatch_failed`). Start the bot, then try again.",
    "bad_answer": "{command} failed: the app's answer could not be shown: {why}",
}
_PORTUGUESE = {
    "operation_timeout": "{command} falhou: o app não respondeu em 3 segundos (`operation_timeout`). Tente de novo em instantes.",
    "dispatch_failed": "{command} falhou: não foi possível falar com o app (`dispatch_failed`). Inicie o bot e tente de novo.",
    "bad_answer": "{command} falhou: a resposta do app não pôde ser exibida: {why}",
}


def sentence(locale: str, key: str, **values: str) -> str:
    """A sentence of Slack's own."""
    return (_PORTUGUESE if locale.startswith("pt") else _ENGLISH)[key].format(**values)

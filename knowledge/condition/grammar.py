"""Text to words in their places: the only module that knows pyparsing.

The grammar says what may stand where; what it finds is a nested `Found`, which `build.py` turns into the frozen tree. Its
BNF is in the package's docstring, with the same names.
"""

from __future__ import annotations

from typing import NamedTuple

import pyparsing as pp

from knowledge.condition.faults import Place, not_understood
from knowledge.condition.words import BARE_VALUE, QUOTED, RESERVED


class Found(NamedTuple):
    """One thing that the grammar recognised: its kind, where it begins, and its text or its parts."""

    kind: str
    start: int
    text: str
    parts: tuple[Found, ...]

    @property
    def end(self) -> int:
        """Where it ends in the text."""
        return self.parts[-1].end if self.parts else self.start + len(self.text)


def _token(pattern: str, kind: str, name: str) -> pp.ParserElement:
    """A word of the text. `name` is what an error says was expected."""
    return pp.Regex(pattern).set_name(name).set_parse_action(lambda _, at, found: Found(kind, at, found[0], ()))


def _whole(element: pp.ParserElement, kind: str, name: str) -> pp.ParserElement:
    """Several words that are one thing."""
    return element.set_name(name).set_parse_action(lambda _, at, found: Found(kind, at, "", tuple(found)))


def _lift(element: pp.ParserElement, kind: str, name: str) -> pp.ParserElement:
    """Parts joined by a word; a single part stays itself."""
    return element.set_name(name).set_parse_action(
        lambda _, at, found: found[0] if len(found) == 1 else Found(kind, at, "", tuple(found))
    )


def _word(text: str) -> pp.ParserElement:
    return pp.Keyword(text).set_name(f"`{text}`").suppress()


_MORE = r"[\w.:/+%@-]"  # what may go on inside a bare value: `in-use` is not `in`
_OURS = rf"(?:{'|'.join(sorted(RESERVED))})(?!{_MORE})"
_UNIT = r"(?:ms|s|min|h|d)\b"

_OPEN, _COMMA, _BRACE = (pp.Literal(sign).set_name(f"`{sign}`").suppress() for sign in "(,{")
_CLOSE, _CLOSE_BRACE = (_token(rf"\{sign}", "close", f"`{sign}`") for sign in ")}")

_duration = _token(rf"\d+(?:\.\d+)?\s*{_UNIT}", "duration", "a time such as `30 s`, `5 min`")
_within = _word("within") - _duration
_number = _token(r"\d+\b", "number", "a whole number")
_value = _token(rf"{QUOTED}|(?!{_OURS}){BARE_VALUE}", "value", 'a value (a word, a number, or anything in "quotes")')
_words = _token(QUOTED, "value", 'words in "quotes"')
_quantity = _token(
    rf"0x[0-9a-fA-F]+\b|[+-]?\d+(?:\.\d+)*(?:\s*{_UNIT})?(?![\w.])|(?!{_OURS})[a-z][\w-]*",
    "quantity",
    "a number, a time such as `50 s`, or a stage",
)
_comparison = _whole(
    _token(r"is\s+(?:not\s+)?(?:private|public)(?![\w.:/+%@-])", "kind", "`is private`")
    | _token(r"is\b\s*(?:not\b)?|=", "equal", "`is`") - _value
    | _token(r"(?:not\s+)?in\b", "member", "`in`") - _BRACE - pp.DelimitedList(_value) - _CLOSE_BRACE
    | _token(r">=|<=|>|<", "order", "`>=`") - _quantity
    | _token(r"contains\b", "contains", "`contains`") - _words,
    "comparison",
    "`is`, `is not`, `in {…}`, `>=`, `<=`, `>`, `<` or `contains`",
)
_test = _whole(
    _token(r"(?!(?:not|and|or)\b)[a-z]\w*", "key", "the name of a value") - _comparison, "test", "a test such as `by is peer`"
)
_filter = _OPEN - _test + pp.ZeroOrMore((_COMMA | _word("and")) - _test) - _CLOSE
_name = _token(
    rf"(?!answer\b|(?:platform|side|stage)(?![\w.])|{_OURS})[a-z]\w*(?:\.\w+)*(?:\.\*)?", "name", "a fact such as `ike.timeout`"
)
_facts = _whole(_name + pp.Optional(_filter | _comparison), "facts", "a fact such as `ike.timeout`")

_condition = pp.Forward()
_condition.set_name("a condition")
_group = _OPEN - _condition - _CLOSE
_list = _OPEN - pp.DelimitedList(_condition) - _CLOSE
_operand = (
    _facts
    | _whole(_group, "group", "`(`")
    | _whole(
        _token(r"answer\.[a-z0-9-]+", "question", "an answer") + pp.Optional(_comparison),
        "answer",
        "an answer such as `answer.prompt is before`",
    )
    | _whole(
        _token(r"(?:platform|side|stage)\b", "setting", "`platform`, `side` or `stage`") - _comparison,
        "given",
        "`platform`, `side` or `stage`",
    )
    | _whole(_token(r"(?:any|all)\s+of\b", "quantifier", "`any of`") - _list, "choice", "`any of (…)`")
    | _whole(_token(r"at\s+least\s+\d+\s+of\b", "quantifier", "`at least 2 of`") - _list, "choice", "`at least 2 of (…)`")
    | _whole(
        _token(r"count\b", "word", "`count`")
        - _OPEN
        - _facts
        - _CLOSE
        + pp.Optional(_within)
        - _token(r">=|<=|>|<|=|is\b", "order", "`>=`")
        - _number,
        "count",
        "`count(…)`",
    )
    | _whole(_token(r"(?:first|last)\b", "word", "`first` or `last`") - _facts, "edge", "`first …`")
    | _whole(
        _token(r"in\s+(?:any|another|(?:an?\s+)?(?:earlier|later))\s+attempt\b", "word", "`in another attempt`") - _group,
        "attempt",
        "`in another attempt (…)`",
    )
).set_name("a condition: a fact such as `ike.timeout`, `answer.…`, `platform`, `not`, `(`, …")
_link = _whole(
    _token(r"then\b|without\s+(?:later|earlier)\b", "joint", "`then`") - _operand + pp.Optional(_within), "link", "`then …`"
)
_sequence = _lift(_operand + pp.ZeroOrMore(_link), "sequence", "a condition")
_asked = _lift(pp.ZeroOrMore(_token(r"(?:not|seen|absent|unknown)\b", "prefix", "`not`")) + _sequence, "asked", "a condition")
_all = _lift(_asked + pp.ZeroOrMore(_word("and") - _asked), "all", "a condition")
_condition <<= _lift(_all + pp.ZeroOrMore(_word("or") - _all), "any", "a condition")
_text = (_condition + pp.StringEnd().set_name("`and`, `or`, `then`, `without`, or the end")).parse_with_tabs()


def read(place: Place) -> Found:
    """What the text of a condition consists of.

    Raises:
        errors.ConditionError: where it breaks the grammar.
    """
    try:
        found: Found = _text.parse_string(place.text)[0]
    except pp.ParseBaseException as broken:
        not_understood(place, broken.loc, broken.msg.removeprefix("Expected "))
    return found

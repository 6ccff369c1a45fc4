"""The condition language: when a rule speaks.

    ike.decrypt_failed (during is ike) and not ike.established

A condition is text. `parse` makes a frozen tree of it, `str` prints that tree, `evaluate` asks it of the facts and answers of one
attempt and says true, false or unknown, with the facts that this rests on. Every word is explained by an example in
`knowledge/README.md`, "The condition language".

BNF::

    condition  ::= all ("or" all)*
    all        ::= asked ("and" asked)*
    asked      ::= ("not" | "seen" | "absent" | "unknown")* sequence
    sequence   ::= operand link*
    link       ::= ("then" | "without" ("later" | "earlier")) operand [within]
    within     ::= "within" duration
    operand    ::= facts | group | answer | given | choice | count | edge | attempt
    facts      ::= name [filter | comparison]
    filter     ::= "(" test (("," | "and") test)* ")"
    test       ::= key comparison
    group      ::= "(" condition ")"
    answer     ::= "answer." question [comparison]
    given      ::= ("platform" | "side" | "stage") comparison
    choice     ::= ("any" | "all" | "at" "least" number) "of" "(" condition ("," condition)* ")"
    count      ::= "count" "(" facts ")" [within] order number
    edge       ::= ("first" | "last") facts
    attempt    ::= "in" ("any" | "another" | ["an"] "earlier" | ["a"] "later") "attempt" group
    comparison ::= ("is" ["not"] | "=") value | "is" ["not"] ("private" | "public")
                 | ["not"] "in" "{" value ("," value)* "}" | (">=" | "<=" | ">" | "<") quantity | "contains" quoted
    quantity   ::= number [unit] | version | stage
    duration   ::= number unit
    unit       ::= "ms" | "s" | "min" | "h" | "d"
    name       ::= family "." word | family ".*" | [family "." [word "."]] value-name       (the last before a comparison)
    value      ::= a word, number, address or token of redaction; anything else "in quotes"

`and` and `or` are Kleene's: unknown gives way where the other side decides (`a or unknown` is true if a is), and stays otherwise.
A fact is true where the log shows it, false where a log that would have shown it does not, and unknown where no log would have.
"""

from knowledge.condition.context import Context, answered
from knowledge.condition.explanation import Explained, Need, NeedKind, Result, evaluate, explain
from knowledge.condition.faults import Place, refuse
from knowledge.condition.shape import MAX_DEPTH, MAX_LENGTH, check_shape
from knowledge.condition.tree import Condition
from knowledge.condition.truth import Truth
from knowledge.condition.vocabulary import Mention, Names, mentions, names
from knowledge.errors import Span

__all__ = [
    "MAX_DEPTH",
    "MAX_LENGTH",
    "Condition",
    "Context",
    "Explained",
    "Mention",
    "Names",
    "Need",
    "NeedKind",
    "Result",
    "Truth",
    "answered",
    "evaluate",
    "explain",
    "mentions",
    "names",
    "parse",
]


def parse(text: str, *, span: Span | None = None) -> Condition:
    """The tree of a condition.

    Args:
        text: The condition.
        span: Where it begins in its file. Its `source` is the line in which it begins, or all the lines over which it goes:
            faults and nodes find their own place in it.

    Raises:
        errors.ConditionError: It cannot be understood; the fault points at the word.

    >>> str(parse("ike.decrypt_failed(during is ike)   and not ike.established"))
    'ike.decrypt_failed (during is ike) and not ike.established'
    """
    # The grammar's library takes longer to import than a diagnosis takes, and a base from the cache is parsed already.
    from knowledge.condition.build import tree_of  # noqa: PLC0415
    from knowledge.condition.grammar import read  # noqa: PLC0415

    place = Place(text, span)
    check_shape(place)
    try:
        return tree_of(read(place), place)
    except RecursionError:  # MAX_DEPTH is far from Python's limit, unless the caller's own stack was nearly full
        refuse(place, 0, 1, "the condition has too many brackets inside one another for where it is read")

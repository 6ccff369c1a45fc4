"""Signatures that do not find their samples, or find another's; regular expressions that need not be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.authoring.lints import Lint, Seen
from knowledge.authoring.samples import sample_faults
from knowledge.errors import Fault, Severity


def needless_expressions(seen: Seen) -> Iterator[Fault]:
    """Regular expressions where a line with holes would do. Patterns that cannot be used are the loader's to refuse."""
    for source in seen.base.formats.values():
        for index, signature in enumerate(source.signatures):
            line = as_line(signature.regex) if signature.regex is not None and signature.line is None else None
            if line is not None:
                yield Fault(
                    message=f"signature `{signature.id}` needs no regular expression",
                    span=seen.places.at(f"formats/{source.id}.yaml", "signatures", index, "regex"),
                    reason="a line with holes says the same, cannot backtrack, and tells redaction what it holds",
                    help=f"write `line: {line}`",
                    severity=Severity.WARNING,
                    code="needless-regex",
                )


#: What a hole can say as well: a named group, and the type of hole.
_GROUPS = ((r"\d+", "number"), (r"\S+", "word"), (r"\w+", "word"), (r"[^ ]+", "word"), (".*", "rest"), (".+", "rest"))
_NAMED = re.compile(r"\(\?P<(?P<name>\w+)>(?P<body>[^()]*)\)")
_ESCAPED = re.compile(r"\\(\W)")


def as_line(regex: str) -> str | None:
    r"""The line with holes that matches what a regular expression does, if it is that simple.

    >>> as_line(r"^Plugin (?P<what>\S+) loaded\.")
    '^Plugin {what:word} loaded.'
    >>> as_line("denied|refused") is None
    True
    """
    parts: list[str] = []
    at = 0
    for group in (*_NAMED.finditer(regex), None):
        literal = regex[at : group.start() if group else len(regex)]
        bare = _ESCAPED.sub("", literal.removeprefix("^") if at == 0 else literal)
        if any(sign in bare for sign in "\\^$.|?*+()[]{}"):
            return None
        parts.append(_ESCAPED.sub(r"\1", literal))
        if group:
            hole = dict(_GROUPS).get(group["body"])
            if hole is None:
                return None
            parts.append(f"{{{group['name']}:{hole}}}")
            at = group.end()
    return "".join(parts)


def samples(seen: Seen) -> Iterator[Fault]:
    """Signatures without a sample, or that do not find it."""
    yield from sample_faults(seen.base, seen.layers.folders)


LINTS: tuple[Lint, ...] = (needless_expressions, samples)

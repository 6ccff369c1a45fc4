"""One YAML file as text with places: every scalar is a string, and every key and value knows its line and column.

    stage: ike              ->  {"stage": "ike"}
    offline: no             ->  {"offline": "no"}        the schema makes the type, never YAML
    code: 0123              ->  {"code": "0123"}
    line: read # of bytes   ->  a fault: YAML would cut the value at ` #`

This is the only door of YAML into the house.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from knowledge.errors import BaseError, Fault, Span

#: What the tree of a document is made of: a string, or a list or mapping of such.
Tree = Any

#: libyaml's parser where the wheel has it (25 times faster), else the one written in Python.
_PARSER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _Loader(_PARSER):  # type: ignore[misc] # which of the two parsers it is, is known at run time only
    """Makes nodes whose scalars are text, and asks nothing about their type (which is half of the time)."""

    def resolve(self, kind: type[yaml.Node], value: object, implicit: object) -> str:  # noqa: ARG002 # as yaml calls it
        """The tag of a node: what kind it is, and never what its value looks like."""
        return "tag:yaml.org,2002:str" if kind is yaml.ScalarNode else "tag:yaml.org,2002:seq"


#: Keys whose values are sentences or patterns: there a comment behind the value is a cut value, not a remark.
FREE_TEXT = frozenset(
    {"about", "ask", "do", "line", "regex", "says", "secrets", "source", "title", "undo", "verify", "when", "why"}
)

#: Keys whose values are patterns: a line end or a tab in them is hardly ever meant.
_PATTERNS = frozenset({"line", "regex", "when"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trap:
    """Something that YAML does to a value without a word."""

    message: str
    reason: str
    help: str
    code: str


_CUT = _Trap(
    message="is cut here",
    reason="YAML takes ` #` and the rest of the line for a remark",
    help="put quotes round the whole value, or move the remark to a line of its own",
    code="cut-value",
)
_DROPPED = {
    sign: _Trap(
        message="loses its first word",
        reason=f"YAML takes a word that begins with `{sign}` for {what}, and drops it",
        help="put quotes round the whole value",
        code="dropped-word",
    )
    for sign, what in (("&", "an anchor"), ("!", "a tag"))
}
_ESCAPED = _Trap(
    message="is changed here",
    reason="in double quotes a backslash and the letter behind it become another character",
    help="use single quotes, in which nothing is changed",
    code="escape",
)

#: What YAML takes for the end of a line.
_LINE_END = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")

#: Longer than this a base file is surely not one.
_MOST_BYTES = 8_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that is well-formed YAML, or several layers of it joined (`layers`). `name` is its path, as faults print it."""

    name: str
    lines: Sequence[str]
    root: yaml.Node
    data: Tree
    #: Where nodes stand that came from another file than `name`: its name and lines, by the node's `id()`.
    origins: Mapping[int, tuple[str, Sequence[str]]] = field(default_factory=dict)

    def span(self, path: Sequence[str | int] = (), *, key: bool = False) -> Span:
        """The place of the value (or of its key) at `path`; as near as it gets where the path leads nowhere."""
        node = self.root
        label: yaml.Node | None = None
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            label, node = found
        return self.at(label if key and label is not None else node)

    def at(self, node: yaml.Node) -> Span:
        """The place of a node, with its source line."""
        return span_of(node, *self.origin(node))

    def origin(self, node: yaml.Node) -> tuple[str, Sequence[str]]:
        """The file that a node stands in: its name and lines."""
        return self.origins.get(id(node), (self.name, self.lines))

    def node(self, path: Sequence[str | int]) -> yaml.Node | None:
        """The node at exactly this path."""
        node = self.root
        for part in path:
            found = _child(node, part)
            if found is None:
                return None
            node = found[1]
        return node


def read_document(path: Path, name: str) -> tuple[Document | None, list[Fault]]:
    """Read a file; what is wrong with it as YAML comes back as faults, and the document where there is one at all."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except OSError as error:
        return None, [Fault(message=f"`{name}` cannot be read", reason=error.strerror, code="unreadable")]
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        place = Span(file=name, line=line)
        return None, [
            Fault(message="this file is not UTF-8", span=place, help="save it as UTF-8 in your editor", code="encoding")
        ]
    return parse_document(text, name)


def parse_document(text: str, name: str) -> tuple[Document | None, list[Fault]]:
    """Parse YAML text; see `read_document`."""
    lines = _LINE_END.split(text)
    if len(text) > _MOST_BYTES:
        return None, [Fault(message=f"`{name}` is larger than a base file can be", code="too-large")]
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        return None, [*_odd_line_ends(text, name)] or [_syntax_fault(error, lines, name)]
    except yaml.reader.ReaderError as error:
        return None, [_character_fault(error, text, name)]
    except yaml.YAMLError as error:
        return None, [Fault(message="this file is not YAML", span=Span(file=name, line=1), reason=str(error), code="yaml")]
    if root is None:
        return None, [
            Fault(message="this file is empty", span=Span(file=name, line=1), help="begin with `schema: 1`", code="empty")
        ]
    faults = list(_odd_line_ends(text, name))
    document = Document(name=name, lines=lines, root=root, data=_Plain(name, lines, faults).tree(root, ""))
    return document, faults


def read_yaml(path: Path) -> Tree:
    """The content of any small YAML file (a corpus label, an answer sheet): strings, lists and mappings only.

    Raises:
        knowledge.errors.BaseError: it is not YAML.
    """
    document, faults = read_document(path, path.name)
    if document is None:
        raise BaseError(faults)
    return document.data


def _child(node: yaml.Node, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and 0 <= part < len(node.value):
        child = node.value[part]
        return child, child
    return None


class _Plain:
    """Makes strings, lists and mappings of nodes, and notes on the way what YAML would have swallowed."""

    def __init__(self, name: str, lines: Sequence[str], faults: list[Fault]) -> None:
        self._name = name
        self._lines = lines
        self._faults = faults

    def tree(self, node: yaml.Node, key: str) -> Tree:
        """The node as plain values; `key` is what it, or the list it is in, stands under."""
        if isinstance(node, yaml.ScalarNode):
            self._check_swallowed(node, key)
            return node.value
        if isinstance(node, yaml.SequenceNode):
            return [self.tree(child, key) for child in node.value]
        mapping: dict[str, Tree] = {}
        for label, value in node.value:
            name = str(label.value)
            if name in mapping:
                self._twice(label, node)
            mapping[name] = self.tree(value, name)
        return mapping

    def _twice(self, label: yaml.Node, node: yaml.Node) -> None:
        first = next(key for key, _ in node.value if key.value == label.value)
        self._faults.append(
            Fault(
                message=f"`{label.value}` stands here twice",
                span=span_of(label, self._name, self._lines),
                reason=f"the first is on line {first.start_mark.line + 1}",
                help="keep one of the two; YAML would silently take the last",
                code="duplicate-key",
            )
        )

    def _check_swallowed(self, node: yaml.ScalarNode, key: str) -> None:
        """What YAML takes out of a value without a word: a remark behind it, a name or a tag before it, an escape in it."""
        if node.style in ("|", ">"):
            return
        start, end = node.start_mark, node.end_mark
        first = self._lines[start.line] if start.line < len(self._lines) else ""
        last = self._lines[end.line] if end.line < len(self._lines) else ""
        rest = last[end.column :]
        if rest[:1] in (" ", "\t") and rest.lstrip().startswith("#"):
            free = key in FREE_TEXT or (not node.style and " " in node.value)
            if free:
                self._swallowed(key, end.line, last.index("#", end.column), len(last), _CUT)
        elif first[start.column : start.column + 1] in _DROPPED and not node.style:
            self._swallowed(key, start.line, start.column, start.column + 1, _DROPPED[first[start.column]])
        elif node.style == '"' and key in _PATTERNS and not node.value.isprintable():
            column = first.find("\\", start.column)
            self._swallowed(key, start.line, max(column, start.column), max(column, start.column) + 2, _ESCAPED)

    def _swallowed(self, key: str, line: int, column: int, until: int, trap: _Trap) -> None:
        source = self._lines[line]
        self._faults.append(
            Fault(
                message=f"the value of `{key}` {trap.message}" if key else f"a value {trap.message}",
                span=Span(file=self._name, line=line + 1, column=column + 1, length=max(1, until - column), source=source),
                reason=trap.reason,
                help=trap.help,
                code=trap.code,
            )
        )


def span_of(node: yaml.Node, name: str, lines: Sequence[str]) -> Span:
    """The place of a node, with its source line."""
    start, end = node.start_mark, node.end_mark
    source = lines[start.line] if start.line < len(lines) else ""
    same_line = end.line == start.line and isinstance(node, yaml.ScalarNode)
    length = end.column - start.column if same_line else len(source.rstrip()) - start.column
    return Span(file=name, line=start.line + 1, column=start.column + 1, length=max(1, length), source=source)


def _syntax_fault(error: yaml.MarkedYAMLError, lines: Sequence[str], name: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    number = min(mark.line, max(0, len(lines) - 1)) if mark else 0
    source = lines[number] if lines else ""
    column = min(mark.column, len(source)) if mark else 0
    span = Span(file=name, line=number + 1, column=column + 1, source=source)
    indent = source[: len(source) - len(source.lstrip())]
    if "\t" in indent:
        tab = Span(file=name, line=number + 1, column=indent.index("\t") + 1, source=source)
        return Fault(
            message="a tab stands in the indentation",
            span=tab,
            reason="YAML indents with spaces only",
            help="use spaces",
            code="tab",
        )
    problem = error.problem or "it is not YAML"
    for near in (number, number - 1):
        begins = unquoted(lines[near]) if 0 <= near < len(lines) else None
        if begins is not None:
            place = Span(file=name, line=near + 1, column=begins + 1, source=lines[near])
            return Fault(
                message="this value cannot begin like that",
                span=place,
                reason="YAML takes this sign for one of its own",
                help="put quotes round the whole value",
                code="yaml",
            )
    return Fault(
        message="this is not YAML", span=span, reason=problem, help=_syntax_help(problem), note=error.context, code="yaml"
    )


#: `  - key: value`; what stands before the value is `head`.
ENTRY = re.compile(r"^(?P<head>\s*(?:- +)*(?:[\w.-]+:[ ]+)?)(?P<value>\S.*?)(?P<tail>\s*)$")
#: Signs with which YAML lets no plain text begin.
_SIGNS = frozenset("@`%*&!,]}")
_CLOSED = {'"': re.compile(r'"(?:[^"\\]|\\.)*"'), "'": re.compile(r"'(?:[^']|'')*'")}
_BRACKETS = re.compile(r"[\[{][^\[\]{}]*[\]}]")


def unquoted(line: str) -> int | None:
    """Where in a line a value begins that needs quotes; None where its beginning is no trouble.

    >>> unquoted("  says: [IKE] it failed"), unquoted("  list: [a, b]"), unquoted('  line: "a" and "b"')
    (8, None, 8)
    """
    found = ENTRY.match(line)
    if found is None or not found["head"].strip():
        return None
    value = found["value"]
    closed = _CLOSED[value[0]].match(value) if value[0] in _CLOSED else _BRACKETS.match(value) if value[0] in "[{" else None
    rest = value[closed.end() :].lstrip() if closed else ""
    if ":" in found["head"] and (value[:2] in ("- ", "? ", ": ") or value in ("-", "?", ":")):
        return found.start("value")
    if value[0] in _SIGNS or (value[0] in "|>" and value[1:].strip(" +-0123456789")) or (rest and not rest.startswith("#")):
        return found.start("value")
    return None


def _odd_line_ends(text: str, name: str) -> Iterator[Fault]:
    """Characters that YAML takes for the end of a line, though no editor shows one."""
    for number, line in enumerate(re.split(r"\r?\n", text), 1):
        for found in re.finditer("[\x85\u2028\u2029]", line):
            yield Fault(
                message="YAML ends the line here, though it looks as if it went on",
                span=Span(file=name, line=number, column=found.start() + 1, source=line),
                reason=f"it is U+{ord(found[0]):04X}",
                help="take the character out; raw log lines go into the .log file, where anything may stand",
                code="character",
            )


def _character_fault(error: yaml.reader.ReaderError, text: str, name: str) -> Fault:
    """A character that YAML does not take at all."""
    at = next((at for at, character in enumerate(text) if ord(character) == error.character), 0) if error.character else 0
    lines = _LINE_END.split(text[:at])
    source = _LINE_END.split(text)[len(lines) - 1]
    return Fault(
        message="a character stands here that YAML does not allow",
        span=Span(file=name, line=len(lines), column=len(lines[-1]) + 1, source=source.replace("\x00", " ")),
        reason=f"it is U+{ord(text[at]) if text else 0:04X}",
        help="take it out; raw log lines go into the .log file beside the format, where anything may stand",
        code="character",
    )


def _syntax_help(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "a value that holds `: ` needs quotes round it"
    if "cannot start any token" in problem:
        return "a value that begins with @ ` % & * ! | > or { needs quotes round it"
    if "another document" in problem or "document start" in problem:
        return "one file holds one document: take out the line `---`"
    if "unexpected end of stream" in problem or "flow" in problem:
        return "close the quote or the bracket that is open"
    return "look at the line above as well: often a quote, a colon or the indentation is wrong there"

"""Mending what can be mended without understanding it: quotes, tabs, and a missing schema line.

Everything else in a file, blanks and remarks included, stays as it is; a change that does not mend is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from knowledge.errors import Fault
from knowledge.loader.document import ENTRY, parse_document, unquoted

#: More faults of one file than this are not mended in one go.
_MOST = 500

Lines = list[str]
#: Mends one fault; None: it cannot.
Mend = Callable[[Lines, Fault], Lines | None]


def fix(folder: Path) -> list[str]:
    """Mend the YAML files below a folder; what was done, a line for each."""
    done: list[str] = []
    for path in sorted(folder.rglob("*.yaml")):
        name = path.relative_to(folder).as_posix()
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        mended, log = fix_text(text, name)
        if mended != text:
            path.write_bytes(mended.encode("utf-8"))
            done += log
    return done


def fix_text(text: str, name: str) -> tuple[str, list[str]]:
    r"""Mend one file.

    >>> print(fix_text("schema: 1\nsays: a # b\n", "a.yaml")[0], end="")
    schema: 1
    says: 'a # b'
    """
    done: list[str] = []
    for _ in range(_MOST):
        faults = _faults(text, name)
        step = next((mended for fault in faults if (mended := _mended(text, fault, name, len(faults)))), None)
        if step is None:
            break
        text, line = step
        done.append(line)
    return text, done


def _mended(text: str, fault: Fault, name: str, before: int) -> tuple[str, str] | None:
    mend, done = _MENDS.get(fault.code, (None, ""))
    lines = text.split("\n")
    changed = mend(lines, fault) if mend else None
    if changed is None:
        return None
    result = "\n".join(changed)
    if not _is_better(_faults(result, name), fault, before):
        return None
    return result, f"{fault.span or name}: {done}"


def _is_better(faults: list[Fault], fault: Fault, before: int) -> bool:
    """Fewer faults, or the first one stands further down: a file with a syntax error has only that one."""
    if len(faults) < before:
        return True
    line = fault.span.line if fault.span else 0
    return bool(faults) and all(other.span is not None and other.span.line > line for other in faults[:1])


def _faults(text: str, name: str) -> list[Fault]:
    document, faults = parse_document(text, name)
    if document is not None and isinstance(document.data, dict) and "schema" not in document.data:
        faults.append(Fault(message="no schema", span=document.span(), code="schema"))
    return faults


def _quote(lines: Lines, fault: Fault) -> Lines | None:
    """Put single quotes round the value of the line."""
    if fault.span is None:
        return None
    at = fault.span.line - 1
    line = lines[at].rstrip("\r")
    found = ENTRY.match(line)
    if found is None or (found["value"][0] in "'\"" and unquoted(line) is None and fault.code != "cut-value"):
        return None
    value = found["value"].replace("'", "''")
    changed = list(lines)
    changed[at] = f"{found['head']}'{value}'" + ("\r" if lines[at].endswith("\r") else "")
    return changed


def _unescape(lines: Lines, fault: Fault) -> Lines | None:
    """Single quotes for double ones: every character stays what it is."""
    if fault.span is None:
        return None
    at = fault.span.line - 1
    found = ENTRY.match(lines[at].rstrip("\r"))
    value = found["value"] if found else ""
    if found is None or len(value) < 2 or value[0] != '"' or value[-1] != '"':  # a pair of quotes
        return None
    inside = value[1:-1].replace('\\"', '"').replace("'", "''")
    changed = list(lines)
    changed[at] = f"{found['head']}'{inside}'" + ("\r" if lines[at].endswith("\r") else "")
    return changed


def _untab(lines: Lines, fault: Fault) -> Lines | None:
    if fault.span is None:
        return None
    at = fault.span.line - 1
    body = lines[at].lstrip(" \t")
    indent = lines[at][: len(lines[at]) - len(body)]
    changed = list(lines)
    changed[at] = indent.replace("\t", "  ") + body
    return changed


def _add_schema(lines: Lines, _fault: Fault) -> Lines | None:
    return ["schema: 1", *lines]


def _quote_syntax(lines: Lines, fault: Fault) -> Lines | None:
    advised = fault.help or ""
    return _quote(lines, fault) if "quotes round" in advised else None


_QUOTED = "put quotes round the value"
_MENDS: Mapping[str, tuple[Mend, str]] = {
    "cut-value": (_quote, _QUOTED),
    "dropped-word": (_quote, _QUOTED),
    "escape": (_unescape, "made single quotes of the double ones"),
    "yaml": (_quote_syntax, _QUOTED),
    "tab": (_untab, "made spaces of the tab"),
    "schema": (_add_schema, "added `schema: 1`"),
}

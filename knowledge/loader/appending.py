"""Where a new entry goes into a list of a YAML file: behind the text of the last one, as far in as that."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from knowledge.loader.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEnd:
    """The end of a list at the top of a file."""

    #: How many lines of the file stand before it.
    after: int
    #: Blanks before the dash.
    indent: int
    #: False where the file has no such key.
    exists: bool
    #: The line of the key, counted from 0, where it holds nothing yet.
    empty_at: int | None = None
    #: True where the list stands in brackets, so that nothing can be added as a line.
    in_brackets: bool = False


def end_of_list(document: Document, key: str) -> ListEnd:
    """The end of the list under `key`."""
    node = document.node((key,))
    if node is None:
        return ListEnd(after=len(document.lines), indent=2, exists=False)
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        line = int(document.span((key,), key=True).line) - 1
        return ListEnd(after=line + 1, indent=2, exists=True, empty_at=line)
    after = max(_last_line(item) for item in node.value) + 1
    while not document.lines[after - 1].strip():
        after -= 1
    return ListEnd(
        after=after,
        indent=int(node.start_mark.column),
        exists=True,
        in_brackets=bool(node.flow_style),
    )


def _last_line(node: yaml.Node) -> int:
    """The last line on which a node has text, counted from 0."""
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return max(int(node.start_mark.line), int(node.end_mark.line) - 1)
    if not isinstance(node, yaml.CollectionNode) or node.flow_style:
        return int(node.end_mark.line)
    children = [child for pair in node.value for child in pair] if isinstance(node, yaml.MappingNode) else node.value
    return max((_last_line(child) for child in children), default=int(node.start_mark.line))

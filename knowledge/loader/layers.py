"""Folders that lie over each other: the base, and what a company adds to it, file by file.

A file that only one folder has counts as it is. A file that several have is joined, the upper one over the lower:

    causes/psk-mismatch.yaml          ours/causes/psk-mismatch.yaml       what counts
    cause: psk-mismatch               prior: rare                         the lower file, with
    prior: common                     steps:                                prior: rare
    steps:                              - id: retype                        the step `retype` with our `do`, the rest as it was
      - id: retype                        do: Ask the service desk.         the step `portal` behind the others
        do: Type it again.              - {id: portal, …}
        minutes: 4

What an author writes takes the place of what was there, and what they do not write stays. Keys are joined key by key, entries
with an `id` by their id; all else (a word, a list of words, and the `WHOLE` keys) is replaced whole. A key with nothing
behind it takes the key away, `remove: true` in an entry the entry. The lists of `words.yaml` are added to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import yaml

from knowledge.errors import Fault
from knowledge.loader.document import Document, Tree, read_document
from knowledge.loader.folders import Layers

#: Keys whose value is replaced whole although it may hold keys: what is concluded, and what shows it.
WHOLE = frozenset({"effect", "example", "excludes", "near_miss", "opposes", "supports", "with"})
#: In these files lists are added to.
ADDED_TO = frozenset({"words.yaml"})


def read_layered(layers: Layers, name: str, faults: list[Fault]) -> tuple[Document | None, list[tuple[int, Tree]]]:
    """A file as it counts, and what the layers below each upper one said; what is wrong with any is added to `faults`.

    Returns:
        The joined document (None: no layer has it, or one of them is no YAML), and for each layer (its number) that lies
        over another the tree as it was below.
    """
    joined: Document | None = None
    below: list[tuple[int, Tree]] = []
    for layer, folder in enumerate(layers):
        path = folder / name
        if not path.is_file():
            continue
        document, found = read_document(path, layers.printed(path))
        faults += found
        if document is None:
            return None, []
        if joined is None:
            joined = document
        else:
            below.append((layer, joined.data))
            joined = _over(joined, document, added_to=name in ADDED_TO)
    return joined, below


def _over(lower: Document, upper: Document, *, added_to: bool) -> Document:
    origins = {**lower.origins, **dict.fromkeys(map(id, _walk(upper.root)), (upper.name, upper.lines))}
    made: list[yaml.Node] = []
    root = _joined(lower.root, upper.root, "", made, added_to=added_to)
    origins.update(dict.fromkeys(map(id, made), (upper.name, upper.lines)))
    return Document(name=lower.name, lines=lower.lines, root=root, data=_tree(root), origins=origins)


def _joined(lower: yaml.Node, upper: yaml.Node, key: str, made: list[yaml.Node], *, added_to: bool) -> yaml.Node:
    """Two nodes as one; those that are made anew are added to `made`, which keeps their ids theirs."""
    if key in WHOLE:
        return upper
    if isinstance(lower, yaml.MappingNode) and isinstance(upper, yaml.MappingNode):
        return _made(_joined_keys(lower, upper, made, added_to=added_to), upper, made)
    if isinstance(lower, yaml.SequenceNode) and isinstance(upper, yaml.SequenceNode):
        if added_to:
            return _made([*lower.value, *upper.value], upper, made)
        ours, theirs = _by_id(upper.value), _by_id(lower.value)
        if ours is not None and theirs is not None:
            return _made(_joined_entries(theirs, ours, made), upper, made)
    return upper


def _joined_keys(
    lower: yaml.MappingNode, upper: yaml.MappingNode, made: list[yaml.Node], *, added_to: bool
) -> list[tuple[yaml.Node, yaml.Node]]:
    pairs = {label.value: (label, value) for label, value in lower.value}
    for label, value in upper.value:
        known = pairs.get(label.value)
        if isinstance(value, yaml.ScalarNode) and not value.value and not value.style:
            pairs.pop(label.value, None)
        elif known is None:
            pairs[label.value] = (label, value)
        else:
            pairs[label.value] = (label, _joined(known[1], value, label.value, made, added_to=added_to))
    return list(pairs.values())


def _joined_entries(
    lower: Mapping[str, yaml.MappingNode], upper: Mapping[str, yaml.MappingNode], made: list[yaml.Node]
) -> list[yaml.Node]:
    entries: dict[str, yaml.Node] = dict(lower)
    for ident, entry in upper.items():
        known = entries.get(ident)
        if known is None:
            entries[ident] = entry
        elif _is_removal(entry):
            del entries[ident]
        else:
            entries[ident] = _joined(known, entry, "", made, added_to=False)
    return list(entries.values())


def _is_removal(entry: yaml.MappingNode) -> bool:
    return any(label.value == "remove" and value.value == "true" for label, value in entry.value)


def _by_id(entries: Iterable[yaml.Node]) -> dict[str, yaml.MappingNode] | None:
    """Entries by their ids; None where one has none, or two share one."""
    found: dict[str, yaml.MappingNode] = {}
    for entry in entries:
        pairs = entry.value if isinstance(entry, yaml.MappingNode) else ()
        ident = next((value.value for label, value in pairs if label.value == "id"), None)
        if not isinstance(ident, str) or ident in found or not isinstance(entry, yaml.MappingNode):
            return None
        found[ident] = entry
    return found


def _made(value: list[yaml.Node] | list[tuple[yaml.Node, yaml.Node]], at: yaml.Node, made: list[yaml.Node]) -> yaml.Node:
    node: yaml.Node = type(at)(at.tag, value, at.start_mark, at.end_mark)
    made.append(node)
    return node


def _walk(node: yaml.Node) -> Iterator[yaml.Node]:
    yield node
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _walk(child)
    elif isinstance(node, yaml.MappingNode):
        for label, value in node.value:
            yield label
            yield from _walk(value)


def _tree(node: yaml.Node) -> Tree:
    """A node as plain values; what YAML swallowed was said when its file was read."""
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_tree(child) for child in node.value]
    return {str(label.value): _tree(value) for label, value in node.value}

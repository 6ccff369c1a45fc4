"""Learn from a case whose cause is known: draft what would have told it, and try that on cases of the past.

    shapes(text)                  what lines a log has, without what differs from one connection to the next
    apart(mine, same, others)     the lines of this case that others with another cause do not have
    draft_lesson(…)               signature, fact, rule, example and near miss, as files of a company's own folder
    judge(before, after, past)    whether a past case reads better, otherwise, or worse with them

Everything works on redacted text. A sample gets documentation addresses and names in place of tokens, so that what is handed out
holds nothing of anybody.
"""

from __future__ import annotations

import difflib
import re
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from shutil import copytree
from types import MappingProxyType

from knowledge.authoring.examples import shown
from knowledge.authoring.new.draft import Draft, Part, slug, write
from knowledge.authoring.new.insert import scalar
from knowledge.authoring.new.rule import rule_entry
from knowledge.authoring.new.signature import draft_signature
from knowledge.authoring.places import Places
from knowledge.authoring.samples import candidates, sample_faults
from knowledge.authoring.test import rule_faults
from knowledge.diagnosis import diagnose
from knowledge.errors import BaseError, MisuseError
from knowledge.loader import folders_of, load_base
from knowledge.logs import TOKEN, Pattern, compile_signature, read
from knowledge.logs.clocks import Clocks
from knowledge.logs.records import catalogue
from knowledge.logs.signatures import match
from knowledge.rules import FactKind, KnowledgeBase, Text
from knowledge.terms import CauseId, ChoiceId, Diagnosis, FactId, Log, Platform, QuestionId, SignatureId, Strength, Verdict

#: A line that more than this share of the other cases has, sets nothing apart.
RARE = 0.02
#: Lines of a case that are tried, best first, until one can be made a signature.
TRIED = 12
#: So many other cases must be known before a line that tells of no trouble is believed to set a case apart.
ENOUGH = 10
#: Words of a line below which it tells too little.
FEWEST_WORDS = 2
#: Lines of one log that are looked at.
LINES = 50_000

_WHEN = datetime(2024, 1, 1, tzinfo=UTC)
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]+")
_NOISE = re.compile(rf"{TOKEN.pattern}|\b[0-9A-Fa-f]*\d[0-9A-Fa-f]*\b|\"[^\"]*\"")
_CALENDAR = re.compile(r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun")
_BAD = re.compile(
    r"fail|err|refus|den(?:y|ied)|invalid|unable|cannot|can't|reject|time[d ]?-?out|unsupported|missing|expire|exhaust|mismatch|"
    r"unknown|no such|abort|drop|illegal|wrong|not (?:found|allowed|supported)|falh|negad|inv[aá]lid",
    re.IGNORECASE,
)
#: What stands for a token in a sample: addresses and names that are nobody's.
_STANDS_FOR = {
    "ip-private": "10.0.0.{n}",
    "ip-public": "198.51.100.{n}",
    "ip-carrier": "100.64.0.{n}",
    "ip6": "2001:db8::{n}",
    "host": "host{n}.example.com",
    "user": "user{n}",
    "mail": "user{n}@example.com",
    "mac": "00:00:5e:00:53:0{n}",
    "sid": "S-1-5-21-{n}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A case of the past, as far as it is kept."""

    #: What its engineers confirmed; None: nobody said.
    cause: CauseId | None
    #: (name, redacted text) of each of its files.
    texts: tuple[tuple[str, str], ...]
    answers: Mapping[QuestionId, ChoiceId]
    text: str | None = None
    platform: Platform | None = None
    attempt: int | None = None


class Change(StrEnum):
    """What a lesson makes of a past case."""

    #: The confirmed cause is first now, and was not.
    RIGHT = "right"
    #: The confirmed cause was first, and is not any more.
    BROKEN = "broken"
    #: Another cause or verdict, and nobody knows which is right, or both are wrong.
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What would have told the cause: files for a company's own folder."""

    cause: CauseId
    #: The line that it rests on, redacted, and as a sample.
    redacted: str
    line: str
    signature: SignatureId
    fact: str
    rule: str
    strength: Strength
    #: Path below the own folder, and the file's content with the lesson in it.
    files: Mapping[str, str]
    #: The same as a patch of the own folder.
    patch: str
    #: What the authors' checks say about it; empty: nothing.
    faults: tuple[str, ...]
    #: The base with the lesson in it.
    base: KnowledgeBase
    pattern: Pattern

    def concerns(self, past: Past) -> bool:
        """Whether its line is in the logs of a case: only then can it change anything."""
        return any(self.pattern.regex.search(line) for _, text in past.texts for line in text.split("\n"))


def shapes(text: str) -> dict[str, str]:
    """The lines of a log by what stays the same from one connection to the next: each with the last line that has it.

    >>> list(shapes("Nov 23 20:27:54 [host-1] charon: 06[IKE] giving up after 5 retransmits"))
    ['charon ike giving up after retransmits']
    """
    found: dict[str, str] = {}
    for line in text.split("\n", LINES)[:LINES]:
        words = [word.lower() for word in _WORD.findall(_NOISE.sub(" ", line))]
        words = [word for word in words if not _CALENDAR.fullmatch(word)]
        if len(words) > FEWEST_WORDS:
            found[" ".join(words)] = line.rstrip("\r")
    return found


def apart(
    mine: Mapping[str, str], same: Counter[str], others: Counter[str], *, cases: tuple[int, int], base: KnowledgeBase
) -> Iterator[str]:
    """The lines that set a case apart and that no signature knows, the most telling first.

    Args:
        mine: the case's own shapes.
        same: how many other cases with the same cause have each shape.
        others: how many cases with another cause, or none, do.
        cases: how many other cases of each kind there are.
        base: what is known already.
    """
    known = catalogue(base)
    order = {shape: number for number, shape in enumerate(mine)}

    def worth(shape: str) -> tuple[bool, int, float, int]:
        line = mine[shape]
        return (bool(_BAD.search(line)), same[shape], -others[shape] / (cases[1] or 1), order[shape])

    rare = [
        shape for shape, line in mine.items() if others[shape] <= RARE * cases[1] and (_BAD.search(line) or cases[1] >= ENOUGH)
    ]
    for shape in sorted(rare, key=worth, reverse=True):
        line = mine[shape]
        record = known.record(line, 1, Clocks(_WHEN))
        if not match(record, candidates(line, known), known):
            yield line


def draft_lesson(
    base: KnowledgeBase,
    lines: Sequence[str],
    *,
    cause: CauseId,
    case: str,
    own: Path | None = None,
    elsewhere: Collection[str] = (),
) -> Lesson | None:
    """Signature, fact, rule, example and near miss from the first line that can be made one; None: none can.

    Args:
        base: the base in use.
        lines: redacted, best first.
        cause: what it was.
        case: the case's number, for the source.
        own: the company's own folder, which the lesson is written over (a copy of it).
        elsewhere: those of the lines that cases with another cause have as well.
    """
    for line in lines[:TRIED]:
        try:
            with tempfile.TemporaryDirectory(prefix="vpn-help-") as folder:
                sure = line not in elsewhere
                return _draft(base, line, cause, case, own=own, folder=Path(folder) / "own", sure=sure)
        except (MisuseError, BaseError):
            continue  # it says too little, or the folder that it would be written over has faults of its own
    return None


def judge(before: KnowledgeBase, lesson: Lesson, past: Past) -> Change:
    """What a lesson makes of a case of the past, whose logs are read anew with and without it."""
    was, now = _diagnosed(before, past), _diagnosed(lesson.base, past)
    old, new = _first(was), _first(now)
    if past.cause is not None and old != past.cause and new == past.cause:
        return Change.RIGHT
    if past.cause is not None and old == past.cause and new != past.cause:
        return Change.BROKEN
    return Change.SAME if old == new and _sure(was) == _sure(now) else Change.CHANGED


def _draft(
    base: KnowledgeBase, redacted: str, cause: CauseId, case: str, *, own: Path | None, folder: Path, sure: bool
) -> Lesson:
    if own is not None:
        copytree(own, folder)
    folder.mkdir(exist_ok=True)
    line = _sample(redacted)
    name = _fact_name(base, line, cause)
    title = base.causes[cause].title()
    says = f"a line that {case} showed; its cause was: {title}"
    stage = base.causes[cause].stage
    _add_fact(folder / "facts.yaml", f"  {name}: {{stage: {stage}, says: {_quoted(says)}}}")
    kind = FactKind(id=FactId(name), stage=stage, does=None, host=False, values=frozenset(), says=Text({"en": says}))
    with_fact = replace(base, facts=MappingProxyType({**base.facts, kind.id: kind}))
    drafted = _over(draft_signature(with_fact, folder, line, fact=name))
    pattern_line = next(part.entry for part in drafted.parts if part.key == "signatures")
    line = _without_names(line, pattern_line)
    drafted = replace(drafted, parts=tuple(replace(p, sample=(p.sample[0], line)) if p.sample else p for p in drafted.parts))
    write(drafted)
    said = re.sub(r"\{[^{}]*\}", "…", _pattern(pattern_line))
    strength = Strength.STRONG if sure else Strength.MODERATE
    entry, rule = rule_entry(
        with_fact,
        (),
        when=name,
        supports=strength.value,
        says=f"The log says “{said}”; {'only' if sure else 'mostly'} cases with this cause did.",
        source=f"observed in case {case}",
        ident=slug(name),
    )
    head = f"schema: 1\ncause: {cause}\nrules:\n"
    write(
        Draft(
            what="rule", ident=rule, parts=(Part(file=folder / "causes" / f"{cause}.yaml", key="rules", entry=entry, head=head),)
        )
    )
    _in_portuguese(folder / "texts" / "pt-BR", base, cause, names=(name, rule), said=said, sure=sure, case=case)
    folders = folders_of(own=folder)
    whole = load_base(own=folder)
    found = next(each for source in whole.formats.values() for each in source.signatures if each.id == drafted.ident)
    ours = [each for each in whole.rules if each.id == rule]
    faults = [*sample_faults(whole, folders, [found.id])]
    faults += rule_faults(ours, [each for one in ours for each in shown(whole, one)], Places(folders))
    files = _changed(folder, own)
    return Lesson(
        cause=cause,
        redacted=redacted,
        line=line,
        signature=found.id,
        fact=name,
        rule=rule,
        strength=strength,
        files=files,
        patch="".join(_patch(files, own)),
        faults=tuple(fault.message for fault in faults),
        base=whole,
        pattern=compile_signature(found),
    )


def _fact_name(base: KnowledgeBase, line: str, cause: CauseId) -> str:
    """A word of the vocabulary that nobody has: the stage's family, and the line's own words."""
    families = {fact.partition(".")[0] for fact in base.facts}
    stage = str(base.causes[cause].stage)
    message = catalogue(base).record(line, 1, Clocks(_WHEN)).message
    message = re.sub(r"\[[A-Z]{2,4}\]", " ", _NOISE.sub(" ", message))
    words = slug(" ".join(word for word in _WORD.findall(message) if word.isascii())).split("-")
    words = [word for word in words if len(word) > 2][:4] or ["line"]
    name = wanted = f"{stage if stage in families else 'host'}.{'_'.join(words)}"
    number = 2
    while name in base.facts:
        name, number = f"{wanted}_{number}", number + 1
    return name


def _in_portuguese(
    folder: Path, base: KnowledgeBase, cause: CauseId, *, names: tuple[str, str], said: str, sure: bool, case: str
) -> None:
    """The two sentences in Portuguese; where the cause's translations stand already, the second is left to the author."""
    fact, rule = names
    title = base.causes[cause].title("pt-BR")
    folder.mkdir(parents=True, exist_ok=True)
    _add_fact(folder / "facts.yaml", f"  {fact}: {_quoted(f'uma linha que {case} mostrou; a causa foi: {title}')}")
    path = folder / "causes" / f"{cause}.yaml"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        says = _quoted(f"O log diz “{said}”; {'só' if sure else 'quase só'} casos com esta causa diziam isso.")
        path.write_text(f"schema: 1\ncause: {cause}\nrules:\n  {rule}: {says}\n", encoding="utf-8")


def _add_fact(path: Path, entry: str) -> None:
    before = path.read_text(encoding="utf-8") if path.exists() else "schema: 1\nfacts:\n"
    if "\nfacts:" not in f"\n{before}":
        before = f"{before.rstrip()}\nfacts:\n"
    path.write_text(f"{before.rstrip()}\n{entry}\n", encoding="utf-8")


def _over(drafted: Draft) -> Draft:
    """A signature of a format that the base has, for a folder that has no file of it yet."""
    parts = [
        replace(part, head=f"schema: 1\nformat: {part.file.stem}\nsignatures:\n")
        if part.key == "signatures" and part.head is None and not part.file.exists()
        else part
        for part in drafted.parts
    ]
    return replace(drafted, parts=tuple(parts))


def _sample(line: str) -> str:
    """A redacted line with documentation addresses and names in place of its tokens."""

    def stands(token: re.Match[str]) -> str:
        kind, _, number = token[0].strip("[]").rpartition("-")
        return _STANDS_FOR.get(kind, "hidden").replace("{n}", str(int(number or 0) % 9 + 1)) if kind else "hidden"

    return TOKEN.sub(stands, line)


def _without_names(line: str, entry: str) -> str:
    """With an invented name where the pattern has a hole for one: redaction knows fewer names than a pattern does."""
    written = _pattern(entry)
    before, _, after = written.partition("{user:name}")
    if not after and not written.endswith("{user:name}"):
        return line
    last = before.rstrip().rpartition("}")[2].strip().split(" ")[-1]
    return re.sub(rf"(?<=\b{re.escape(last)} )\S+", "user1", line, count=1) if last else line


def _pattern(entry: str) -> str:
    """The `line` of a signature's entry, out of its quotes."""
    found = re.search(r"^\s*line: (.*)$", entry, re.MULTILINE)
    written = found[1].strip() if found else ""
    return written[1:-1].replace("''", "'") if written[:1] == "'" else written


def _quoted(text: str) -> str:
    return text if text == scalar(text) and not set(text) & set(",:{}[]") else "'" + text.replace("'", "''") + "'"


def _changed(folder: Path, own: Path | None) -> dict[str, str]:
    """Files that are new in a folder, or other than in the one that it was made of."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name, text = path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8", errors="replace")
        before = own / name if own is not None else None
        if before is None or not before.is_file() or before.read_text(encoding="utf-8", errors="replace") != text:
            found[name] = text
    return found


def _patch(files: Mapping[str, str], own: Path | None) -> Iterator[str]:
    for name, text in files.items():
        before = own / name if own is not None else None
        old = before.read_text(encoding="utf-8", errors="replace") if before is not None and before.is_file() else ""
        origin = f"a/{name}" if old else "/dev/null"
        yield from difflib.unified_diff(old.splitlines(keepends=True), text.splitlines(keepends=True), origin, f"b/{name}")


def _diagnosed(base: KnowledgeBase, past: Past) -> Diagnosis:
    logs: tuple[Log, ...] = tuple(read(text.encode(), name, base=base, received_at=_WHEN) for name, text in past.texts)
    answers = {
        question: choice
        for question, choice in past.answers.items()
        if question in base.questions and any(each.id == choice for each in base.questions[question].choices)
    }
    attempts = past.attempt
    try:
        return diagnose(base, logs, answers, text=past.text, platform=past.platform, attempt=attempts)
    except MisuseError:
        return diagnose(base, logs, answers, text=past.text, platform=past.platform)


def _first(found: Diagnosis) -> CauseId | None:
    return found.best.cause if found.best else None


def _sure(found: Diagnosis) -> bool:
    return found.verdict in (Verdict.LIKELY, Verdict.CONCLUSIVE)

"""The shape of every file under `base/`: the models that give the strings of YAML their types.

Field names are the keys that an author writes; each model refuses a key that it does not know. JSON Schema for editors
comes from these models as well.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from knowledge.rules import Does, Status
from knowledge.terms import Fixer, Platform, Risk, Side, Stage, Strength

#: What an author calls the direction and weight of an answer's effect.
Mark = Literal["---", "--", "-", "+", "++"]
PriorWord = Literal["common", "usual", "uncommon", "rare"]
Words = Annotated[str, Field(min_length=1)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]


def _listed(value: object) -> object:
    """One example may stand without the dash of a list."""
    return [value] if isinstance(value, dict) else value


def _decided(value: object) -> object:
    """`key:` with nothing behind it waits for its author."""
    if value == "":
        raise PydanticCustomError("string_too_short", "empty")
    return value


def _absent(value: object) -> object:
    """`key:` with nothing behind it is as good as no key."""
    return None if value == "" else value


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _File(_Model):
    schema_version: Literal["1"] = Field(alias="schema")


class FactModel(_Model):
    """A word of the vocabulary."""

    stage: Stage
    does: Does | None = None
    scope: Literal["attempt", "host"] = "attempt"
    values: tuple[str, ...] = ()
    says: Words


class FactsFile(_File):
    """`facts.yaml`."""

    facts: dict[str, FactModel]


class SignatureModel(_Model):
    """A line with typed holes and the fact it asserts."""

    id: Identifier
    line: str | None = None
    regex: str | None = None
    fact: Words
    constants: dict[str, str] = Field(default={}, alias="with")


class FormatFile(_File):
    """`formats/<daemon>.yaml`."""

    format: Identifier
    title: Words
    platform: Annotated[Platform | None, BeforeValidator(_absent)] = None
    lines: tuple[str, ...] = ()
    thread: str | None = None
    programs: frozenset[str] = frozenset()
    always: frozenset[str] = frozenset()
    signatures: tuple[SignatureModel, ...] = ()


class ExampleModel(_Model):
    """Evidence that shows a rule firing, or not."""

    log: str = ""
    facts: tuple[str, ...] = ()
    answers: dict[str, str] = {}


class RuleModel(_Model):
    """If `when` holds, causes become more or less likely."""

    id: Identifier
    when: Words
    #: A strength (for the cause of this file) or a map of causes to strengths; `build` reads them.
    supports: Annotated[Any, BeforeValidator(_decided)] = None
    opposes: Annotated[Any, BeforeValidator(_decided)] = None
    excludes: Annotated[Any, BeforeValidator(_decided)] = None
    says: Words
    source: Words
    group: str | None = None
    status: Status = Status.STABLE
    example: Annotated[tuple[ExampleModel, ...], BeforeValidator(_listed)] = ()
    near_miss: Annotated[tuple[ExampleModel, ...], BeforeValidator(_listed)] = ()


class RulesFile(_File):
    """`rules/<topic>.yaml`: rules that span causes."""

    rules: tuple[RuleModel, ...]


class StepModel(_Model):
    """One thing to do about a cause."""

    id: Identifier
    platforms: frozenset[Platform] = Field(default=frozenset(), alias="for")
    fixer: Fixer
    minutes: float = Field(gt=0)
    risk: Risk
    mends: float = Field(gt=0, le=1)
    cuts_off: bool = False
    offline: bool = False
    phone: bool = False
    do: Words
    verify: Words
    undo: str = ""
    source: Words


class CauseFile(_File):
    """`causes/<cause>.yaml`: a cause, whole."""

    cause: Identifier
    title: Words
    says: Words
    about: Words
    stage: Stage
    shows_at: tuple[Stage, ...] = Field(min_length=1)
    fixer: Fixer
    prior: PriorWord
    rules: tuple[RuleModel, ...] = ()
    steps: tuple[StepModel, ...] = ()
    sources: tuple[str, ...] = ()


class ChoiceModel(_Model):
    """An answer that a person may give."""

    id: Identifier
    says: Words
    usual: Annotated[float, Field(gt=0, le=100)] | None = None
    codes: tuple[str, ...] = ()
    effect: dict[str, Mark] = {}
    source: str = ""


class QuestionModel(_Model):
    """A question and its price."""

    id: Identifier
    ask: Words
    why: Words
    seconds: float = Field(gt=0)
    unknown: float = Field(ge=0, le=1)
    several: bool = False
    platforms: frozenset[Platform] = frozenset()
    when: Annotated[str | None, BeforeValidator(_absent)] = None
    choices: tuple[ChoiceModel, ...] = Field(min_length=1)
    source: str = ""


class QuestionsFile(_File):
    """`questions.yaml`."""

    questions: tuple[QuestionModel, ...]


class CollectModel(_Model):
    """How to get a log."""

    id: Identifier
    platforms: frozenset[Platform] = Field(alias="for")
    side: Side
    covers: frozenset[Stage]
    minutes: float = Field(gt=0)
    title: Words
    do: Words
    undo: str = ""
    secrets: str = ""
    source: Words


class CollectFile(_File):
    """`collect.yaml`."""

    collect: tuple[CollectModel, ...]


class CodeModel(_Model):
    """A row of a code table."""

    family: Identifier
    code: Words
    symbol: str = ""
    meaning: str = ""
    stage: Stage | None = None
    causes: tuple[str, ...] = ()
    source: str = ""


class WordsFile(_File):
    """`words.yaml`: what people write, and what it means."""

    platforms: dict[Platform, tuple[str, ...]] = {}
    answers: dict[str, tuple[str, ...]] = {}
    facts: dict[str, tuple[str, ...]] = {}
    ignore: str = ""


class ReportFile(_File):
    """`report.yaml`, and its translations: the sentences of the terminal report."""

    sentences: dict[str, str] = {}


class TuningModel(_Model):
    """A local change of one rule or one cause, with the reason for it and the day after which it ends."""

    rule: str | None = None
    cause: str | None = None
    mute: bool = False
    strength: Strength | None = None
    prior: PriorWord | None = None
    reason: Words
    until: date


class TuningFile(_File):
    """`tuning.yaml`: what is different here, for a while."""

    tuning: tuple[TuningModel, ...]


# Translations: the same ids, only the sentences.


class CauseTexts(_File):
    """`texts/<locale>/causes/<cause>.yaml`."""

    cause: str
    title: str = ""
    says: str = ""
    about: str = ""
    rules: dict[str, str] = {}
    steps: dict[str, dict[Literal["do", "verify", "undo"], str]] = {}


class RulesTexts(_File):
    """`texts/<locale>/rules/<topic>.yaml`."""

    rules: dict[str, str] = {}


class QuestionTexts(_Model):
    """A question in another language."""

    ask: str = ""
    why: str = ""
    choices: dict[str, str] = {}


class QuestionsTexts(_File):
    """`texts/<locale>/questions.yaml`."""

    questions: dict[str, QuestionTexts] = {}


class FactsTexts(_File):
    """`texts/<locale>/facts.yaml`."""

    facts: dict[str, str] = {}


class CollectTexts(_File):
    """`texts/<locale>/collect.yaml`."""

    collect: dict[str, dict[Literal["title", "do", "undo", "secrets"], str]] = {}

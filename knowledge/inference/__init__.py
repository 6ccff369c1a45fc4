"""Facts, rules and answers to a ranking of causes with reasons: the engine, for one attempt at a time.

`odds` holds every number that is a judgement; `candidates` what is said about causes and what it rests on; `answering` how
often people give which answer; `weighing` the posterior with all its factors; `verdicts` what a ranking is worth. Logs, several
attempts and the next step come together in `knowledge.diagnosis`.
"""

from knowledge.inference.answering import AnswerTable, answer_table, unsaid
from knowledge.inference.candidates import (
    CODE_FACTS,
    STAGE_QUESTIONS,
    Answered,
    Answers,
    Candidate,
    answered,
    facts_of_answers,
    weigh,
)
from knowledge.inference.odds import FACTORS, MARKS, PRIORS, factor, posterior, priors, stage_likelihood
from knowledge.inference.tuning import tuned_by
from knowledge.inference.verdicts import verdict_of
from knowledge.inference.weighing import Share, Weighing, choices_of, context_of, hypotheses_of, weigh_attempt

__all__ = [
    "CODE_FACTS",
    "FACTORS",
    "MARKS",
    "PRIORS",
    "STAGE_QUESTIONS",
    "AnswerTable",
    "Answered",
    "Answers",
    "Candidate",
    "Share",
    "Weighing",
    "answer_table",
    "answered",
    "choices_of",
    "context_of",
    "factor",
    "facts_of_answers",
    "hypotheses_of",
    "posterior",
    "priors",
    "stage_likelihood",
    "tuned_by",
    "unsaid",
    "verdict_of",
    "weigh",
    "weigh_attempt",
]

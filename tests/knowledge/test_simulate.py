"""Simulated people: the same seed makes the same people, their tables are not the planner's; the report says what happened."""

from __future__ import annotations

import json
import random
from xml.etree import ElementTree

import pytest

from knowledge.__main__ import main
from knowledge.authoring.simulate.conversations import MOST_STEPS, QUEUE, Standing, case, interview
from knowledge.authoring.simulate.crowd import Crowd, meet
from knowledge.authoring.simulate.figures import interviews_of
from knowledge.authoring.simulate.hearing import Hearing
from knowledge.authoring.simulate.people import KINDS, ORDINARY, draw
from knowledge.authoring.simulate.policies import ARTICLE_QUESTIONS, POLICIES, Article, Planner
from knowledge.authoring.simulate.worlds import from_marks, perturbed
from knowledge.diagnosis import diagnose
from knowledge.inference import answer_table, priors
from knowledge.loader import load_base
from knowledge.terms import UNKNOWN, QuestionId


@pytest.fixture(scope="module")
def base():
    return load_base(strict=False)


@pytest.fixture(scope="module")
def marks(base):
    return from_marks(base, random.Random(1))


@pytest.fixture(scope="module")
def people(base, marks):
    return [draw(base, marks, ORDINARY, seed) for seed in range(300)]


def test_the_same_seed_is_the_same_person(base, marks, people):
    assert draw(base, marks, ORDINARY, 7) == people[7]


def test_one_answer_in_ten_is_missing_or_wrong(base, people):
    told = [answer for person in people for question, answer in person.answers.items() if not base.questions[question].platforms]
    ignorant = sum(answer == UNKNOWN for answer in told) / len(told)

    assert 0.03 < ignorant < 0.08


def test_the_spoilt_tables_say_something_else_than_the_planners(base):
    world, prior = perturbed(base, random.Random(1)), priors(base.causes.values())
    same = flat = turned = 0
    for question in base.questions.values():
        table = answer_table(question, prior)
        for place, factors in enumerate(table.factors):
            for cause, says in factors.items():
                if cause in world.causes and says != 1:
                    spoilt = world.weights[question.id][cause][place] / table.usual[place]
                    same += spoilt == pytest.approx(says)
                    flat += spoilt == pytest.approx(1)
                    turned += (spoilt - 1) * (says - 1) < -1e-6
    whole = same + flat + turned

    assert flat / whole == pytest.approx(1 / 3, abs=0.05)
    assert turned / whole == pytest.approx(1 / 10, abs=0.03)


def test_what_is_heard_is_what_the_engine_says(base, people):
    hearing = Hearing(base)
    for person in people[:5]:
        answers = {
            question: person.answers[question] for question in ("error", "prompt", "internet") if question in person.answers
        }
        answers = {QuestionId(question): choice for question, choice in answers.items() if choice != UNKNOWN}
        heard, said = hearing.diagnosis(answers), diagnose(base, answers=answers)

        assert heard.verdict == said.verdict
        assert [(h.cause, h.probability) for h in heard.hypotheses[:5]] == [(h.cause, h.probability) for h in said.hypotheses[:5]]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_every_case_comes_to_an_end_and_costs_its_time(base, marks, people, policy):
    hearing = Hearing(base)
    for person in people[:3]:
        went = case(hearing, policy, person, marks)

        assert went.minutes > 0
        assert went.steps <= MOST_STEPS
        assert went.by_person or went.minutes >= QUEUE


def test_a_silent_person_is_handed_over_after_three_answers(base, marks):
    silent = next(kind for kind in KINDS if kind.name == "silent")
    went = case(Hearing(base), Planner(), draw(base, marks, silent, 1), marks)

    assert went.questions <= 3


def test_who_uploads_the_wrong_file_loses_its_time_and_goes_on(base, marks):
    kind = next(kind for kind in KINDS if kind.wrong_file)
    hearing = Hearing(base)

    assert all(case(hearing, Planner(), draw(base, marks, kind, seed), marks).minutes > 0 for seed in range(4))


def test_the_article_asks_in_its_own_order(base, people):
    asked = []

    class Watched(Article):
        def question(self, *args):
            asked.append(super().question(*args))
            return asked[-1]

    interview(Hearing(base), Watched(), people[0])

    assert asked[:4] == list(ARTICLE_QUESTIONS[:4])


def test_the_figures_of_a_stop_rule():
    def stands(*pairs):
        return [Standing(probability=p, is_right=right, among_three=right) for p, right in pairs]

    quick = stands((0.1, False), (0.95, True))
    slow = stands((0.1, False), (0.5, False), (0.6, False), (0.97, True))
    lost = stands((0.1, False), (0.3, True), (0.3, True))
    found = interviews_of("x", [quick, slow, lost])
    stop = found.to_accuracy(0.9)

    assert found.first[:3] == pytest.approx((0, 2 / 3, 2 / 3))
    assert (stop.named, stop.accuracy, stop.questions_named) == pytest.approx((2 / 3, 1, 2))


def test_the_work_comes_out_the_same_on_one_core_and_on_two(base):
    crowd = Crowd(people=tuple((kind.name, int(kind is ORDINARY)) for kind in KINDS), seed=3)

    assert meet(base, crowd, workers=1) == meet(base, crowd, workers=2)


def test_the_command_reports_and_draws(tmp_path, capsys):
    assert main(["knowledge", "simulate", "--conversations", "10", "--svg", str(tmp_path), "--workers", "1"]) == 0
    said = capsys.readouterr().out

    for policy in POLICIES:
        assert policy.name in said
    for name in ("accuracy", "minutes", "handovers"):
        drawn = ElementTree.fromstring((tmp_path / f"{name}.svg").read_text())
        assert drawn.tag.endswith("svg")


def test_the_command_with_logs_says_how_many_questions_they_leave(tmp_path, capsys):
    case_ = tmp_path / "made-up" / "wrong-key"
    case_.mkdir(parents=True)
    log = "charon: 09[ENC] could not decrypt payloads\ncharon: 09[IKE] message parsing failed\n"
    (case_ / "log.txt").write_text(log)
    (case_ / "meta.yaml").write_text("cause: psk-mismatch\nknowable: yes\n")

    assert main(["knowledge", "simulate", "--conversations", "10", "--logs", str(tmp_path), "--workers", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert found["logs"]["cases"] == 1
    assert {each["world"] for each in found["found"]} == {"marks", "perturbed"}


def test_misuse_is_said(tmp_path, capsys):
    assert main(["knowledge", "simulate", "--logs", str(tmp_path / "none")]) == 2
    assert "is not a folder" in capsys.readouterr().err

"""Who may see a case is one rule, whether a list asks the database or a verb asks the rows at hand."""

from __future__ import annotations

import pytest

from tests.apps.cases_help import POSTS, begin, open_hall, own_folders  # noqa: F401
from tongban.cases import store
from tongban.cases.access import sees, visible_to
from tongban.cases.models import Case
from tongban.core.actors import SYSTEM, Actor

pytestmark = pytest.mark.django_db


def test_the_rule_for_lists_and_the_rule_for_one_case_agree():
    hall = open_hall()
    walks = [
        begin(hall, "2026-03-02", variant="change"),
        begin(hall, "2026-03-02", variant="new", premises="rented", serial=2).accept(),
        begin(hall, "2026-03-02", variant="new", premises="own", who="person").accept().reviews(),
    ]
    now = walks[0].now
    actors = [hall.officer(post, now) for post in POSTS] + [walk.by("applicant") for walk in walks]
    actors += [SYSTEM, Actor("staff", "0"), Actor("applicant", "0")]
    answers = set()
    for walk in walks:
        case = walk.row
        beside = store.beside(case)
        for actor in actors:
            listed = Case.objects.filter(visible_to(actor), pk=case.pk).exists()
            assert sees(actor, case, beside.reviews, beside.consultations) is listed, (walk.number, actor)
            answers.add((actor.kind, listed))
    assert len(answers) == 5, "each kind of actor must be shown one case and refused another; the system sees all"

"""Who has a case now, and what its clocks came to."""

from __future__ import annotations

import pytest

from tests.apps.cases_help import begin, own_folders  # noqa: F401 - the second is a fixture of every test
from tests.web.public_help import hall, yesterday
from tongban.cases import queries
from tongban.web.public.views.cases import case_context

pytestmark = pytest.mark.django_db


def test_the_page_names_the_departments_and_then_what_each_clock_came_to() -> None:
    walk = begin(hall(), yesterday(), premises="own").accept()
    found = case_context(queries.case_for_applicant(walk.number, walk.by("applicant"), walk.now))
    holder = found["standing"].holder
    assert holder
    assert not any(name in holder for name in found["case"].open_reviews), "a department, not a step"
    walk.reviews().grant().certificate().deliver()
    found = case_context(queries.case_for_applicant(walk.number, walk.by("applicant"), walk.now))
    results = [row["result"] for row in found["clocks"] if row["due"]]
    assert results
    assert all("按时" in text for text in results)
    review = next(step for step in found["case"].steps if step.key == "review")
    assert review.on is not None

"""Rules between entries and answers: told on the page, once more when the application is handed in, and on paper."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from tests import factories
from tests.apps.cases_help import own_folders, publish, spec  # noqa: F401 - the first is a fixture of every test
from tests.web.public_help import Application, Browser, hall, item_data
from tongban.cases.models import Case, Draft
from tongban.catalogue.paper_forms import paper_form
from tongban.web.dates import day

pytestmark = pytest.mark.django_db

RULE = {
    "key": "own_area",
    "field": "area",
    "below": "200",
    "when": {"premises": ["own"]},
    "message": "自有场所200平方米以上的另行办理",
}


def test_an_entry_against_an_answer_names_the_question_on_the_page_and_is_not_handed_in() -> None:
    hall()
    item = spec(form=item_data()["form"], form_rules=[RULE])
    publish(item, number=2, since=timezone.localdate())
    browser = Browser(factories.enterprise(timezone.now()))
    application = Application(browser)
    browser.goes(f"{application.base}situation/", application.answers)
    values = {**application.values("basics"), "area": ["999"]}
    page = browser.refused(f"{application.base}pages/basics/", values)
    assert "自有场所200平方米以上的另行办理。情形问题“场所是自己的还是租的”您选的是“自有”。" in page.words()
    assert page.all("input", name="area", value="999"), "what was typed stays"

    application.fill()
    draft = Draft.objects.get()
    draft.form = {**draft.form, "area": "999"}
    draft.save()
    check = f"{application.base}check/"
    assert browser.goes(check, application.signature()) == check
    assert "自有场所200平方米以上的另行办理" in browser.open(check).words()
    assert not Case.objects.exists()
    notes = [page["help"] for page in paper_form(item, number=2, effective_from=timezone.localdate())["pages"]]
    assert "自有场所200平方米以上的另行办理" in notes[0]


def test_days_in_messages_are_written_in_words_on_the_page_and_after_a_redirect() -> None:
    hall()
    now = timezone.now()
    browser = Browser(factories.enterprise(now))
    application = Application(browser)
    browser.goes(f"{application.base}situation/", application.answers)
    late = timezone.localdate() + dt.timedelta(days=1)
    values = {**application.values("basics"), "opened_on": [late.isoformat()], "opened_on.year": str(late.year)}
    values |= {"opened_on.month": str(late.month), "opened_on.day": str(late.day)}
    page = browser.refused(f"{application.base}pages/basics/", values).words()
    assert f"开业日期不能晚于今天（{day(timezone.localdate())}）。" in page
    assert day(late) in page
    assert late.isoformat() not in page

    application.fill()
    draft = Draft.objects.get()
    draft.form = {**draft.form, "opened_on": late.isoformat()}
    draft.save()
    check = f"{application.base}check/"
    assert browser.goes(check, application.signature()) == check
    assert f"不能晚于今天（{day(timezone.localdate())}）" in browser.open(check).words(), "kept through the session"

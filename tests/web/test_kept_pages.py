"""What a process keeps is never older than the page that shows it: visitors' pages, officers' posts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.apps.cases_help import begin, open_hall, own_folders, publish, spec  # noqa: F401
from tests.conftest import ON_POSTGRES
from tests.web.public_help import ITEM, hall
from tongban.accounts import queries as accounts
from tongban.accounts.models import PostHolding
from tongban.cases import queries
from tongban.commands.bench.browser import Answer, Unexpected
from tongban.core.worklists import Filters

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.mark.django_db
def test_visitors_share_a_page_but_no_token_and_see_a_change_at_once(django_assert_num_queries):
    hall()
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    before = first.get("/").content.decode()
    with django_assert_num_queries(1):
        kept = second.get("/").content.decode()
    one, other = (set(TOKEN.findall(page)) for page in (before, kept))
    assert len(one) == len(other) == 1
    assert one != other
    assert before.replace(one.pop(), "") == kept.replace(*other, "")
    form = {"care": "1", "next": "/", "csrfmiddlewaretoken": TOKEN.findall(kept)[0]}
    assert second.post("/display/", form).status_code == 302
    assert first.post("/display/", form).status_code == 403
    assert "data-care" in second.get("/").content.decode()
    assert "data-care" not in first.get("/").content.decode()
    name = "示例后来公布的登记"
    assert name not in first.get("/items/").content.decode()
    publish(spec(name=name), key="published-later")
    assert name in first.get("/items/").content.decode()
    assert first.get(f"/items/{ITEM}/", headers={"Accept-Language": "en"}).status_code == 200


@pytest.mark.django_db
def test_a_post_that_ends_is_gone_with_the_next_request():
    walk = begin(open_hall(), "2026-03-02", variant="new", premises="rented")
    officer, now = walk.by("window").id, timezone.now()
    assert accounts.actor_for(officer, now).duties
    assert accounts.actor_for(officer, now).duties
    held = PostHolding.objects.filter(user_id=int(officer))
    held.update(valid_to=timezone.localdate() - timedelta(days=1))
    assert not accounts.actor_for(officer, now).duties


@pytest.mark.django_db
def test_closed_cases_are_found_by_any_part_of_a_word(django_assert_max_num_queries):
    walk = begin(open_hall(), "2026-03-02", variant="new", premises="rented")
    walk.accept().reviews().grant().certificate().deliver()
    case = walk.desk("window")
    window = walk.by("window")
    for word in (case.number[-6:], case.applicant_name[1:3], case.item_name[:2], case.number, case.applicant_name):
        with django_assert_max_num_queries(12):
            found = queries.work_list(
                window, walk.now, lane="department", filters=Filters(search=word), or_lane="closed"
            )
        assert [row.number for row in found.rows] == [case.number]
        assert found.lane == "closed"
        assert not found.more
    for word in ("没有此人", "999999999", '"}', "\\"):
        assert not queries.work_list(window, walk.now, lane="closed", filters=Filters(search=word)).total
    assert queries.may_see(case.number, window)
    assert not queries.may_see("no-such-number", window)


@pytest.mark.skipif(not ON_POSTGRES, reason="the index is PostgreSQL's")
@pytest.mark.django_db
def test_a_text_has_all_parts_of_every_word_in_it():
    texts = ("120116-20260302-000001", "示例津湾Company有限公司", "a", "ß和İ、《证照》ab-1234 后")
    words = {(text, text[i:j]) for text in texts for i in range(len(text)) for j in range(i + 1, len(text) + 1)}
    with connection.cursor() as cursor:
        for text, word in sorted(words):
            cursor.execute("select tongban_parts(%s::text, 'x'::text) @> tongban_parts(%s::text)", [text, word])
            assert cursor.fetchone()[0], (text, word)


def test_the_measuring_browser_reads_a_form_as_it_stands():
    page = Answer(
        200,
        "",
        b'<form method="get"><input name="q"></form><form method="post" action="/do/"><input type="hidden" name="seq" '
        b'value="3"><input type="radio" name="way" value="a"><input type="radio" name="way" value="b" checked>'
        b'<textarea name="why">so</textarea><select name="who"><option value="">-</option><option value="7" selected>x'
        b'</option></select><button name="step" value="do">Go</button></form>',
    )
    form = page.form("/do/", "/there/")
    assert form.entries == {"seq": "3", "way": "b", "why": "so", "who": "7"}
    assert form.buttons == [("step", "do")]
    with pytest.raises(Unexpected):
        page.form("/other/", "/there/")

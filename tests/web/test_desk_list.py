"""The work list as officers arrange it: queries, live numbers, saved filters, columns, texts, many cases at once."""

from __future__ import annotations

import html

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as made
from tests.web.desk_help import ITEM, actor, new_case, signed_in
from tongban.accounts import services as aids
from tongban.cases import queries, services
from tongban.cases.models import Case
from tongban.core.actors import SYSTEM

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return html.unescape(answer.content.decode())


def cost(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_every_list_is_read_in_twelve_queries_session_and_saved_filters_included(people, now):
    numbers = [new_case(now, serial) for serial in range(1, 5)]
    window = actor(people["window"])
    for number in numbers[:2]:
        services.assign(number=number, actor=window, assignee=people["window"], now=now)
    for number in numbers[2:]:
        made.check_all(number, window, now)
        services.accept(number=number, actor=window, now=now)
    for lane in queries.LANES:
        query = {"lane": lane, "mark": "renewal"}
        aids.save_filter(actor=window, name=f"存{lane}", query=query, shared=lane == "mine", now=now)
    for post in ("window", "decision_maker", "supervisor"):
        client = signed_in(people[post])
        client.get("/desk/")
        for lane in queries.LANES:
            assert cost(client, f"/desk/?lane={lane}") <= MOST_QUERIES, (post, lane)
        for rest in (
            f"item={ITEM}",
            "assignee=me&stage=completeness&colour=normal",
            "q=示例&since=2020-01-01&sort=item",
        ):
            assert cost(client, f"/desk/?lane=department&{rest}") <= MOST_QUERIES, (post, rest)
        assert cost(client, "/desk/counts/?lane=mine") <= 7


def test_numbers_beside_the_lanes_are_fetched_again_only_when_they_changed(people, now):
    client = signed_in(people["window"])
    shown = page(client, "/desk/?lane=mine")
    assert 'hx-trigger="every 30s"' in shown
    address = shown.split('hx-get="')[1].split('"')[0]
    mark = client.get(address)["ETag"]
    assert mark.strip('"') in shown
    same = client.get(address, headers={"If-None-Match": mark})
    assert (same.status_code, same.content, same["HX-Reswap"]) == (304, b"", "none")
    new_case(now)
    changed = client.get(address, headers={"If-None-Match": mark})
    assert changed.status_code == 200
    assert changed["ETag"] != mark
    assert "列表有变化" in changed.content.decode()


def test_a_filter_is_saved_from_the_list_shared_and_taken_away(people, now):
    number = new_case(now)
    client = signed_in(people["window"])
    assert "/desk/filters/save/?lane=department&item=" in page(client, f"/desk/?lane=department&item={ITEM}")
    data = {"query": f"lane=department&item={ITEM}", "name": "存一个", "shared": "1"}
    kept = client.post("/desk/filters/save/", data)
    assert kept.status_code == 302
    shown = page(client, kept["Location"])
    assert "<h1>存一个</h1>" in shown
    assert number in shown
    colleague = signed_in(made.officer("window-2", "approval_bureau", ["window"]))
    assert "存一个" in page(colleague, "/desk/")
    assert "存一个" not in page(signed_in(made.officer("fire-1", "fire", ["reviewer"])), "/desk/")
    view = aids.save_filter(actor=actor(people["window"]), name="存一个", query={"lane": "mine"}, shared=True, now=now)
    assert colleague.post(f"/desk/filters/{view}/", {"deed": "delete"}).status_code == 403
    assert client.post(f"/desk/filters/{view}/", {"deed": "keep"}).status_code == 302
    assert "存一个" not in page(colleague, "/desk/")
    assert client.post(f"/desk/filters/{view}/", {"deed": "delete"}).status_code == 302
    assert "还没有已存筛选" in page(client, "/desk/filters/")


def test_a_filter_without_a_name_keeps_what_was_chosen(people):
    client = signed_in(people["window"])
    answer = client.post("/desk/filters/save/", {"query": "lane=closed&stage=review", "name": " ", "shared": "1"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "lane=closed&amp;stage=review" in text
    assert "checked" in text


def test_columns_are_ones_own_and_need_no_script(people, now):
    new_case(now)
    client, other = signed_in(people["window"]), signed_in(people["decision_maker"])
    for deed in ("show:received", "hide:marks", "up:clock", "up:clock", "up:clock", "up:clock", "hide:item"):
        assert client.post("/desk/columns/", {"deed": deed}).status_code == 302
    shown = page(client, "/desk/?lane=department")
    heads = [part.split('"')[0] for part in shown.split('scope="col" class="c-')[1:]]
    assert heads == ["item", "number", "clock", "applicant", "stage", "received"] or heads[0] in ("number", "item")
    assert "marks" not in heads
    assert "received" in heads
    assert 'class="c-received"' not in page(other, "/desk/?lane=department")
    client.post("/desk/columns/", {"deed": "sort", "by": "received", "way": "down"})
    assert 'class="c-received" aria-sort="descending"' in page(client, "/desk/?lane=department")
    client.post("/desk/columns/", {"deed": "reset"})
    assert 'class="c-marks"' in page(client, "/desk/?lane=department")


@pytest.mark.parametrize("sort", ["number", "item", "applicant", "assignee", "received", "clock"])
def test_rows_are_ordered_either_way(people, now, sort):
    numbers = [new_case(now, serial) for serial in (1, 2, 3)]
    Case.objects.filter(number=numbers[1]).update(item_name="甲", applicant_name="甲", first_received_on="2020-01-01")
    window = actor(people["window"])

    def order(text: str) -> list[str]:
        found = queries.work_list(window, now, lane="department", order=queries.Listing().order.__class__(text, False))
        turned = queries.work_list(window, now, lane="department", order=queries.Listing().order.__class__(text, True))
        assert {row.number for row in found.rows} == set(numbers)
        assert [row.number for row in turned.rows] == [row.number for row in reversed(found.rows)]
        return [row.number for row in found.rows]

    assert len(order(sort)) == 3


def test_conditions_lead_to_the_list_and_a_wrong_day_is_named(people, now):
    number = new_case(now)
    client = signed_in(people["window"])
    form = page(client, f"/desk/conditions/?lane=department&item={ITEM}")
    assert f'value="{ITEM}" selected' in form
    assert number in page(client, f"/desk/?lane=department&item={ITEM}&assignee=nobody&since=2020-01-01")
    assert "没有符合筛选的办件" in page(client, "/desk/?lane=department&until=2020-01-01")
    wrong = page(client, "/desk/?lane=department&since=2026-02-30")
    assert "这不是日期" in wrong
    assert number in wrong


def test_reminders_say_of_each_case_what_became_of_it(people, now):
    open_one, quiet = new_case(now, 1), new_case(now, 2)
    window = actor(people["window"])
    made.check_all(open_one, window, now)
    material = queries.case_for_desk(open_one, SYSTEM, now).materials[-1].key
    services.annotate(number=open_one, actor=window, wrong="缺页。", remedy="补齐。", material_key=material, now=now)
    services.request_correction(number=open_one, actor=window, now=now)
    client = signed_in(people["window"])
    asked = page(client, f"/desk/remind/?case={open_one}&case={quiet}&back=lane%3Ddepartment")
    assert open_one in asked
    assert quiet in asked
    sent = client.post("/desk/remind/do/", {"case": [open_one, quiet, "nonsense"], "back": "lane=department"})
    assert sent["Location"] == "/desk/done/"
    for _again in range(2):
        told = page(client, "/desk/done/")
        assert f"/desk/cases/{open_one}/" in told
        assert "没有需要申请人办的事" in told
        assert "没有这个办件" in told
        assert "/desk/?lane=department" in told
    twice = page(client.post("/desk/remind/do/", {"case": [open_one]}).client, "/desk/done/")
    assert "今天已经提醒过" in twice


def test_the_selected_are_printed_on_sheets_of_their_own(people, now):
    numbers = [new_case(now, 1), new_case(now, 2)]
    shown = page(signed_in(people["window"]), f"/desk/print/?case={numbers[0]}&case={numbers[1]}&case=nonsense")
    assert shown.count('class="desk-print dk-onesheet"') == 2
    assert "nonsense" in shown
    ids = [part.split('"')[0] for part in shown.split(' id="')[1:]]
    assert len(ids) == len(set(ids)), "an id stands once on a page"


def test_back_leads_to_our_list_only(people):
    client = signed_in(people["window"])
    shown = page(client, "/desk/remind/?back=https://elsewhere.example/")
    assert 'href="https://elsewhere' not in shown
    assert 'href="//' not in page(client, "/desk/hand-on/?back=//elsewhere.example/")


def test_texts_are_written_found_and_offered_in_fields(people, now):
    client = signed_in(people["window"])
    empty = client.post("/desk/texts/new/", {"title": "", "text": "请加盖公章。"})
    assert empty.status_code == 422
    assert "请加盖公章。" in empty.content.decode()
    assert client.post("/desk/texts/new/", {"title": "缺盖章", "text": "请加盖<公章>。"}).status_code == 302
    assert 'data-text="请加盖&lt;公章&gt;。"' in client.get("/desk/texts/pick/").content.decode()
    assert "缺盖章" in page(client, "/desk/texts/?q=公章")
    assert "没有包含这些字的常用语" in page(client, "/desk/texts/?q=没有")
    number = new_case(now)
    assert 'data-blocks-url="/desk/texts/pick/"' in page(client, f"/desk/cases/{number}/")


def test_two_open_applications_for_one_thing_are_marked(people, now):
    first = new_case(now, 1)
    person = actor(str(Case.objects.get(number=first).submitted_by_id))
    second = made.submitted(person, next(iter(person.applicant_ids)), ITEM, now).number
    client = signed_in(people["window"])
    assert page(client, "/desk/?lane=department").count("可能重复") == 2
    services.withdraw(number=second, actor=person, reason="重复了。", now=now)
    assert "可能重复" not in page(client, "/desk/?lane=department")


def test_after_a_step_the_next_case_of_the_list_is_two_keys_away(people, now):
    first, second = new_case(now), new_case(now, 2)
    officer = actor(people["window"])
    for number in (first, second):
        made.check_all(number, officer, now)
    client = signed_in(people["window"])
    told = [_accept(client, number, officer) for number in (first, second)]
    assert "下一件" in told[0]
    assert f'href="/desk/cases/{second}/" data-key-go="n"' in told[0]
    assert f'/desk/cases/{second}/" data-key-go="n"' not in told[1], "never the case itself"


def _accept(client: Client, number: str, officer: object) -> str:
    seq = queries.case_for_desk(number, officer, timezone.now()).seq  # type: ignore[arg-type]
    answer = client.post(f"/desk/cases/{number}/do/accept/", {"expected_seq": seq, "step": "do"}, follow=True)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())

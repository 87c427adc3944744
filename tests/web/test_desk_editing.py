"""The catalogue editor in the browser: forms, lists, undo, two editors, trial, files, publishing."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as made
from tests.web.desk_help import ITEM, new_case, signed_in
from tongban.catalogue import bundles, queries
from tongban.core.changes import path_of, text_of, value_at
from tongban.core.items import ItemVersionSpec
from tongban.core.shapes import shapes
from tongban.web.desk import editing, editing_words
from tongban.web.desk.editing_options import Options

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_world")]

ROOT = f"/desk/items/{ITEM}/versions/3/"


@pytest.fixture
def people(db):
    made.world(timezone.now())
    accounts = made.staff()
    second = made.officer("second_manager", "approval_bureau", ["catalogue_manager"])
    return {**accounts, "second": second}


@pytest.fixture
def anna(people):
    client = signed_in(people["catalogue_manager"])
    answer = client.post(f"/desk/items/{ITEM}/draft/")
    assert answer.headers["Location"] == f"{ROOT}edit/basics/"
    return client


@pytest.fixture
def ben(people):
    return signed_in(people["second"])


def draft():
    return queries.draft(ITEM, 3)


def opened(client, place):
    answer = client.get(f"{ROOT}edit/{place}/")
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return answer.content.decode()


class FormReader(HTMLParser):
    """Reads the entries of the form ``editor``, as a browser would send them back untouched."""

    def __init__(self):
        super().__init__()
        self.out, self.area, self.select, self.inside = {}, None, None, False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == "editor"
        elif self.inside and tag in ("input", "textarea", "select", "option"):
            getattr(self, f"_{tag}")(given.get("name", ""), given)

    def _input(self, name, given):
        if given.get("type") not in ("checkbox", "radio") or "checked" in given:
            self.out.setdefault(name, []).append(given.get("value", "on"))

    def _textarea(self, name, _given):
        self.area, self.out[name] = name, [""]

    def _select(self, name, _given):
        self.select, self.out[name] = name, []

    def _option(self, _name, given):
        if "selected" in given:
            self.out[self.select].append(given["value"])

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.out[self.area] = [self.out[self.area][0].removeprefix("\n")]
            self.area = None
        elif tag == "form":
            self.inside = False

    def handle_data(self, data):
        if self.area:
            self.out[self.area][0] += data


def sent(page):
    """The entries of the page's form with their names."""
    reader = FormReader()
    reader.feed(page)
    return reader.out


def post(client, place, data, **more):
    return client.post(f"{ROOT}edit/{place}/", {**data, **more})


def all_places(document):
    """Every page of the editor."""
    yield from editing_words.SECTIONS

    def walk(value, path):
        if isinstance(value, dict):
            if editing.place_of_page(path) == text_of(path):
                yield text_of(path)
            for name, part in value.items():
                yield from walk(part, (*path, name))
        elif isinstance(value, list):
            for count, part in enumerate(value, 1):
                yield from walk(part, (*path, count))

    yield from walk(document, ())


def test_every_field_of_an_item_has_its_words_and_its_section():
    seen = set()

    def walk(cls):
        for shape in shapes(cls).values():
            if shape.sort in ("group", "list") and shape.cls not in seen:
                seen.add(shape.cls)
                walk(shape.cls)
            if shape.name not in ("key", "number", "item"):
                assert shape.label_key in editing_words.LABELS, shape.label_key

    walk(ItemVersionSpec)
    held = {place.removeprefix("item.") for _name, places in editing_words.SECTIONS.values() for place in places}
    wanted = {*shapes(ItemVersionSpec), *shapes(shapes(ItemVersionSpec)["item"].cls)} - {"number", "item"}
    assert held == wanted


def test_a_page_sent_back_untouched_changes_nothing_whatever_the_page(anna):
    """Round trip of every page of a draft: no entry is lost, reformatted or set by merely pressing Save."""
    before = draft()
    for place in all_places(before.document):
        page = opened(anna, place)
        answer = post(anna, place, sent(page))
        assert answer.status_code == 302, (place, answer.content.decode()[-1500:])
        assert draft().document == before.document, place
    assert draft().revision == before.revision


def test_an_entry_is_saved_and_wrong_ones_are_shown_beside_their_field(anna):
    page = sent(opened(anna, "basics"))
    answer = post(anna, "basics", {**page, "item.name": "新名称", "item.visits.count": "两次"})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert 'value="两次"' in shown
    assert 'href="#f-item-visits-count"' in shown
    assert draft().spec.item.name == "新名称"
    assert 'value="两次"' in opened(anna, "basics")


def test_lists_move_copy_shrink_and_an_undo_is_at_hand(anna):
    keys = [each.key for each in draft().spec.item.materials]
    page = sent(opened(anna, "materials"))
    answer = post(anna, "materials", page, do="down:item.materials.1")
    shown = anna.get(answer.headers["Location"]).content.decode()
    assert [each.key for each in draft().spec.item.materials][:2] == [keys[1], keys[0]]
    assert re.search(r'value="down:item.materials.2"[^>]*autofocus', shown)
    answer = post(anna, "materials", sent(shown), do="remove:item.materials.1")
    shown = anna.get(answer.headers["Location"]).content.decode()
    revision = re.search(r'name="revision" value="(\d+)"', shown)[1]
    assert len(draft().spec.item.materials) == len(keys) - 1
    answer = anna.post(f"{ROOT}undo/", {"revision": revision, "place": "materials"})
    assert answer.headers["Location"] == f"{ROOT}edit/materials/"
    assert len(draft().spec.item.materials) == len(keys)
    answer = post(anna, "materials", sent(opened(anna, "materials")), do="add:item.materials")
    assert f"edit/item.materials.{len(keys) + 1}/" in answer.headers["Location"]


def test_conditions_are_chosen_from_what_exists(anna):
    page = opened(anna, "item.materials.3")
    assert "消毒剂" in page
    answer = post(anna, "item.materials.3", {**sent(page), "item.materials.3.when.product": ["agent", "device"]})
    assert answer.status_code == 302
    assert draft().spec.item.materials[2].when["product"] == ("agent", "device")
    data = sent(opened(anna, "item.materials.3"))
    data.pop("item.materials.3.when.product")
    post(anna, "item.materials.3", data)
    assert "product" not in draft().spec.item.materials[2].when


def test_the_second_of_two_editors_sees_both_entries_and_nothing_is_lost(anna, ben):
    first, second = sent(opened(anna, "basics")), sent(opened(ben, "basics"))
    post(anna, "basics", {**first, "item.name": "钱的名称", "item.quota": "十家"})
    autosaved = ben.post(f"{ROOT}autosave/", {**second, "item.name": "孙的名称"})
    assert autosaved.status_code == 409
    assert "message" in autosaved.json()
    answer = post(ben, "basics", {**second, "item.name": "孙的名称", "item.plain_name": "孙的通俗名称"})
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="孙的名称"' in shown
    assert "钱的名称" in shown
    assert (draft().spec.item.name, draft().spec.item.plain_name) == ("钱的名称", "孙的通俗名称")
    assert draft().spec.item.quota == "十家"
    post(ben, "basics", sent(shown))
    assert draft().spec.item.name == "孙的名称"


def test_typing_is_saved_and_pictured_as_it_goes(anna):
    page = opened(anna, "item.procedure.reviews.1")
    assert 'hx-post="' in page
    data = {**sent(page), "item.procedure.reviews.1.name": "另一种审查"}
    picture = anna.post(f"{ROOT}flow/", data, headers={"HX-Request": "true"})
    assert "另一种审查" in picture.content.decode()
    assert draft().spec.item.procedure.reviews[0].name != "另一种审查"
    assert anna.post(f"{ROOT}autosave/", data).json()["saved_at"]
    assert draft().spec.item.procedure.reviews[0].name == "另一种审查"


def test_findings_lead_to_the_field_that_mends_them(anna):
    post(
        anna,
        "item.materials.2",
        {**sent(opened(anna, "item.materials.2")), "item.materials.2.check_points.1.source": ""},
    )
    page = anna.get(f"{ROOT}check/").content.decode()
    link = re.search(rf'href="({ROOT}edit/[^"]*#f-item-materials-2-check-points-1-source)"', page)[1]
    assert 'id="f-item-materials-2-check-points-1-source"' in anna.get(link.replace("&amp;", "&")).content.decode()


def test_a_trial_runs_from_situation_to_check_and_stores_nothing(anna):
    from tongban.cases.models import Case, Draft

    page = anna.get(f"{ROOT}try/")
    assert page.status_code == 200
    answer = anna.post(f"{ROOT}try/", {"variant": "replacement", "do": "check"})
    assert answer.status_code == 422
    assert "govuk-error-summary" in answer.content.decode()
    spec = draft().spec.item
    from tongban.core.materials import tailored
    from tongban.web.formdata import flatten

    pages = tailored(spec, "replacement", {}).form_pages
    form = flatten(pages, made.example_form(pages, dt.date.today()))
    answer = anna.post(f"{ROOT}try/", {"variant": "replacement", **form, "do": "check"})
    assert answer.status_code == 200, re.findall(
        r"govuk-error-summary__list.*?</ul>", answer.content.decode(), re.DOTALL
    )
    assert "tb-note--ok" in answer.content.decode()
    assert not Draft.objects.exists()
    assert not Case.objects.exists()


def test_the_guide_of_the_draft_can_be_read(anna):
    post(anna, "basics", {**sent(opened(anna, "basics")), "item.summary": "草稿里的一句话"})
    page = anna.get(f"{ROOT}preview/").content.decode()
    assert "草稿里的一句话" in page
    assert f"{ROOT}try/" in page
    assert "草稿里的一句话" in anna.get(f"/desk/items/{ITEM}/compare/?old=2&new=3").content.decode()


@pytest.mark.parametrize("kind", ["yaml", "xlsx"])
def test_a_draft_goes_out_as_a_file_and_comes_back(anna, kind):
    before = draft().document
    content = anna.get(f"{ROOT}export.{kind}").content
    post(anna, "basics", {**sent(opened(anna, "basics")), "item.name": "改了"})
    answer = anna.post(f"{ROOT}files/", {"file": SimpleUploadedFile(f"x.{kind}", content)})
    assert answer.status_code == 302
    assert draft().document == before
    wrong = anna.post(f"{ROOT}files/", {"file": SimpleUploadedFile("x.yaml", b"key: [")})
    assert wrong.status_code == 422
    assert anna.post(f"{ROOT}files/").status_code == 422


def test_a_second_person_publishes_and_sees_whom_it_touches(anna, ben):
    number = new_case(timezone.now())
    page = anna.get(f"{ROOT}publish/").content.decode()
    assert number in page
    assert 'aria-disabled="true"' in page
    assert anna.post(f"{ROOT}publish/", {"revision": draft().revision}).status_code == 409
    post(anna, "version", sent(opened(anna, "version")), do="put:transition")
    filled = {"transition.rule": "continue", "transition.source": "示例办法第二十条", "change_note": "改了名称"}
    post(anna, "version", {**sent(opened(anna, "version")), **filled})
    page = ben.get(f"{ROOT}publish/").content.decode()
    assert number not in page
    assert 'aria-disabled="true"' not in page
    assert ben.post(f"{ROOT}publish/", {"revision": 1}).status_code == 409
    assert ben.post(f"{ROOT}publish/", {"revision": draft().revision}).status_code == 302
    assert queries.versions(ITEM)[0].status == "published"
    assert anna.get(f"{ROOT}edit/basics/").status_code == 404
    answer = ben.post(f"{ROOT}withdraw/", {"on": "2000-01-01", "reason": ""})
    assert answer.status_code == 422
    assert ben.post(f"{ROOT}withdraw/", {"on": "2099-01-01", "reason": "公告废止"}).status_code == 302


def test_a_draft_is_discarded_after_being_asked(anna):
    assert anna.get(f"{ROOT}discard/").status_code == 200
    assert anna.post(f"{ROOT}discard/", {"revision": draft().revision}).status_code == 302
    assert queries.open_draft_number(ITEM) is None


def test_nobody_else_edits(people, anna):
    clerk = signed_in(people["window"])
    for address in ("edit/basics/", "log/", "check/", "preview/", "try/", "publish/", "files/", "export.yaml"):
        assert clerk.get(f"{ROOT}{address}").status_code == 403
    for address in ("autosave/", "flow/", "undo/", "edit/basics/", "publish/", "discard/"):
        assert clerk.post(f"{ROOT}{address}").status_code == 403
    assert "draft/" not in clerk.get(f"/desk/items/{ITEM}/").content.decode()


@pytest.mark.parametrize(
    "place",
    ["nothing", "item", "item.name", "item.materials.99", "item.materials.x", "item.materials.-1", "...", "1.2"],
)
def test_places_that_do_not_exist_are_not_found(anna, place):
    assert anna.get(f"{ROOT}edit/{place}/").status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        {"base": "x", "do": "add:"},
        {"base": "999999999", "do": "add:item.name"},
        {"do": "up:item.materials.99"},
        {"do": "remove:item.materials"},
        {"do": "put:item.statutory_limit"},
        {"item.materials.99.name": "x"},
        {"item.materials.x": "x", "present": "item.materials.1.when"},
        {"present": ["item", "item.materials", "item.materials.1"]},
        {"item.statutory_limit": "x", "item.track": "magic"},
        {"item.statutory_limit.value": "-5", "item.promised_limit.value": "36500"},
        {"item.extension.value": "5"},
    ],
)
def test_whatever_is_posted_is_answered_without_an_error_of_ours(anna, data):
    answer = post(anna, "basics", data)
    assert answer.status_code in (302, 404, 409, 422)
    assert opened(anna, "basics")
    assert anna.get(f"{ROOT}check/").status_code == 200


def test_a_page_takes_few_queries(anna):
    opened(anna, "materials")
    with CaptureQueriesContext(
        connection,
    ) as taken:
        opened(anna, "item.materials.3")
    assert len(taken) <= 16, [each["sql"][:80] for each in taken]


def test_bundled_items_can_all_be_shown_in_the_editor(people):
    """Options of every leaf of every bundled item name the stored value: nothing shows as no longer existing."""
    from dataclasses import replace

    from tongban.core.shapes import shape_at
    from tongban.core.specs import plain

    for bundle in list(bundles.bundled())[::4]:
        shown = queries.versions(bundle.key)[0]
        document = {"item": plain(shown.spec)}
        view = queries.DraftView(replace(shown), document, 1, "", None, {})
        options = Options(view)
        for place in ("item.authority.organisation", "item.task_type", "item.result.kind", "item.coverage"):
            path = path_of(place)
            assert value_at(document, path) in dict(options.of(shape_at(path), path)), (bundle.key, place)


def test_a_renamed_and_a_moved_entry_are_compared_as_the_same_entry(anna):
    data = sent(opened(anna, "item.procedure.reviews.1"))
    post(anna, "item.procedure.reviews.1", {**data, "item.procedure.reviews.1.name": "另一种审查"})
    post(anna, "materials", sent(opened(anna, "materials")), do="down:item.materials.1")
    page = anna.get(f"/desk/items/{ITEM}/compare/?old=2&new=3").content.decode()
    table = page.partition("desk-diff")[2].partition("</table>")[0]
    rows = re.findall(r'<th scope="row">(.*?)</th>', table, re.DOTALL)
    assert len(rows) == 2, rows  # the date of effect and the name
    assert any("另一种审查" in row for row in rows)

"""Issued licences at the desk and in the holder's hands: corrected, replaced, taken away, each as the people do it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, TestCase
from openpyxl import load_workbook

from tests import factories
from tests.apps.cases_help import Walk, begin, open_hall
from tests.web.desk_help import signed_in
from tests.web.page_help import Page
from tongban.licences import audit
from tongban.licences import queries as licences
from tongban.records import queries as records
from tongban.records.queries import verify_chain

pytestmark = pytest.mark.django_db
REASON = {"reason": "经核对申请表第1页，系录入时笔误。"}


@pytest.fixture(scope="module")
def walk(django_db_setup: None, django_db_blocker: Any) -> Iterator[Walk]:
    """A case with its signed certificate; each test rolls back what it does to it."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        made = begin(open_hall(), "2026-03-02", premises="own").accept().reviews().grant().certificate()
        factories.run_tasks()
        yield made
        TestCase._rollback_atomics(atomics)


def key_of(walk: Walk) -> str:
    return str(walk.row.licence_id)


def at_desk(walk: Walk, post: str) -> Client:
    return signed_in(walk.hall.ids[post])


def page(client: Client, address: str, status: int = 200) -> Page:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:400]
    return Page(answer.content.decode())


def go(client: Client, walk: Walk, step: str, status: int = 302, **data: str) -> str:
    """Fill in a step, look at what it will change, and do it."""
    address = f"/desk/licences/{key_of(walk)}/do/{step}/"
    form = {"seq": str(licences.get(key_of(walk)).seq), **REASON, **data}
    looked = client.post(address, {**form, "step": "preview"})
    assert looked.status_code == (200 if status == 302 else status), looked.content.decode()[:400]
    done = client.post(address, {**form, "step": "do"})
    assert done.status_code == status
    return str(looked.content.decode())


def answer(client: Client, walk: Walk, deed: str, status: int = 302, **data: str) -> str:
    asked = next(each for each in licences.requests_of(key_of(walk)) if each.is_open)
    got = client.post(f"/desk/licences/{key_of(walk)}/requests/{asked.id}/", {"deed": deed, **data})
    assert got.status_code == status, got.content.decode()[:600]
    return str(got.content.decode())


def settled(walk: Walk) -> None:
    """The worker has signed what there is to sign, and rows and events agree."""
    factories.run_tasks()
    assert list(audit.verify()) == []
    assert verify_chain(f"licence:{key_of(walk)}") is None


def test_a_clerical_error_is_put_right_by_two_officers_and_the_old_file_says_so(walk: Walk) -> None:
    seen = licences.get(key_of(walk))
    with records.open_file(seen.file_id) as handle:
        old_file = handle.read()
    clerk, decider = at_desk(walk, "certificates"), at_desk(walk, "decider")
    field = seen.spec.fields[0]
    entries = {f"entry.{key}": text for key, text in seen.fields.items()}
    entries |= {"entry.holder_name": seen.holder_name, "entry.valid_from": seen.valid_from.isoformat()}
    entries["entry.valid_to"] = seen.valid_to.isoformat() if seen.valid_to else ""
    unchanged = clerk.post(
        f"/desk/licences/{seen.id}/do/correct/", {**entries, **REASON, "seq": str(seen.seq), "step": "preview"}
    )
    assert unchanged.status_code == 422  # nothing differs
    right = "更正后的" + seen.fields[field.key]
    looked = go(clerk, walk, "correct", **{**entries, f"entry.{field.key}": right})
    assert "<del>" in looked
    assert right in looked
    assert licences.get(seen.id).version == 1  # nothing has happened yet
    assert answer(clerk, walk, "confirm", 403)  # the clerk's post decides nothing
    answer(decider, walk, "confirm")
    settled(walk)
    new = licences.get(seen.id)
    assert (new.version, new.kind, new.number, new.fields[field.key]) == (2, "correct", seen.number, right)
    others = {key: text for key, text in new.fields.items() if key != field.key}
    assert others == {key: text for key, text in seen.fields.items() if key != field.key}
    uploaded = Client().post("/verify/", {"file": io.BytesIO(old_file)})
    assert "由更正后的版本替代" in uploaded.content.decode()
    assert "登记有效" in Client().get(f"/verify/{new.token}").content.decode()
    assert right in page(signed_in(walk.applicant.id), f"/licences/{seen.id}/").words()
    assert "更正" in page(decider, f"/desk/licences/{seen.id}/").words()


def test_what_cannot_be_undone_needs_a_second_officer_and_shows_its_ground_to_everybody(walk: Walk) -> None:
    decider, second = at_desk(walk, "decider"), at_desk(walk, "decider-2")
    missing = go(decider, walk, "revoke", 422)
    assert "请选择" in missing
    go(decider, walk, "revoke", ground="fraud")
    assert "由您本人提出" in answer(decider, walk, "confirm", 409)
    assert answer(second, walk, "turn_down", 422)  # without a reason
    answer(second, walk, "confirm")
    settled(walk)
    seen = licences.get(key_of(walk))
    assert (seen.state, seen.state_kind, seen.state_ground) == ("revoked", "annulled", "fraud")
    public = Client().get(f"/verify/{seen.token}").content.decode()
    assert "第六十九条第二款" in public
    assert "撤销" in public
    mine = page(signed_in(walk.applicant.id), f"/licences/{seen.id}/")
    assert "第六十九条第二款" in mine.words()
    go(second, walk, "cancel", ground="revoked")
    answer(decider, walk, "confirm")
    settled(walk)
    assert "第七十条第四项" in Client().get(f"/verify/{seen.token}").content.decode()
    off = page(decider, f"/desk/licences/{seen.id}/do/correct/")
    assert off.all("div", role="alert")


def test_a_holder_asks_and_the_authority_answers(walk: Walk) -> None:
    holder, clerk = signed_in(walk.applicant.id), at_desk(walk, "certificates")
    address = f"/licences/{key_of(walk)}/"
    assert holder.post(f"{address}ask/replace/", {"reason": " "}).status_code == 422
    assert holder.post(f"{address}ask/replace/", {"reason": "搬家时遗失。"}).status_code == 302
    assert holder.post(f"{address}ask/correct/", {"reason": "还有一处。"}).status_code == 409  # one at a time
    listed = page(clerk, "/desk/licences/?waiting=1")
    assert licences.get(key_of(walk)).number in listed.words()
    assert "搬家时遗失" in page(clerk, f"/desk/licences/{key_of(walk)}/").words()
    answer(clerk, walk, "turn_down", answer="电子证照可以随时下载，无需补发。")
    assert "可以随时下载" in page(holder, address).words()
    holder.post(f"{address}ask/replace/", {"reason": "纸质证书被水浸坏。"})
    go(clerk, walk, "replace")
    settled(walk)
    newest = licences.requests_of(key_of(walk))[0]
    assert (newest.state, licences.get(key_of(walk)).version) == ("done", 2)
    holder.post(f"{address}ask/correct/", {"reason": "地址多一个字。"})
    waiting = licences.requests_of(key_of(walk))[0]
    assert holder.post(f"{address}requests/{waiting.id}/take-back/").status_code == 302
    assert licences.requests_of(key_of(walk))[0].state == "taken_back"
    settled(walk)


def test_two_officers_at_once_and_other_posts_are_told(walk: Walk) -> None:
    decider, window = at_desk(walk, "decider"), at_desk(walk, "window")
    stale = {**REASON, "seq": "1", "step": "do"}
    told = decider.post(f"/desk/licences/{key_of(walk)}/do/suspend/", stale)
    assert told.status_code == 409
    assert REASON["reason"] in told.content.decode()  # what was written is kept
    go(window, walk, "suspend", 403)
    stranger = at_desk(walk, "stranger")
    assert "由其他机关颁发" in page(stranger, f"/desk/licences/{key_of(walk)}/").words()
    go(decider, walk, "suspend")
    assert licences.get(key_of(walk)).state == "suspended"
    go(decider, walk, "resume")
    settled(walk)


def test_the_list_finds_by_number_name_and_identity_and_is_taken_out_masked(
    walk: Walk, django_assert_max_num_queries: Any
) -> None:
    clerk, seen = at_desk(walk, "certificates"), licences.get(key_of(walk))
    clerk.get("/desk/licences/")
    with django_assert_max_num_queries(14):
        everything = page(clerk, "/desk/licences/")
    assert seen.number in everything.words()
    for words in (seen.number, seen.holder_name[1:3], seen.holder_id):
        assert seen.number in page(clerk, f"/desk/licences/?q={words}").words(), words
    assert seen.number not in page(clerk, f"/desk/licences/?q={seen.holder_id[:-1]}").words()
    assert seen.number not in page(clerk, "/desk/licences/?state=revoked").words()
    out = clerk.post("/desk/licences/export/", {"query": "state=valid"})
    sheet = load_workbook(io.BytesIO(b"".join(out.streaming_content))).active  # type: ignore[attr-defined]
    assert sheet["A3"].value == seen.number
    assert clerk.post("/desk/licences/export/", {"query": "state=revoked"}).status_code == 409
    opened = page(clerk, f"/desk/licences/{seen.id}/")
    assert seen.holder_id not in opened.words()
    file = clerk.get(f"/desk/licences/{seen.id}/versions/1/")
    assert b"".join(file.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]


def test_a_certificate_made_wrongly_is_void_before_anybody_has_it(walk: Walk) -> None:
    old = licences.get(key_of(walk))
    clerk = at_desk(walk, "certificates")
    address = f"/desk/cases/{walk.number}/do/void_certificate/"
    form = {"expected_seq": str(walk.row.seq), "step": "do"}
    assert clerk.post(address, {**form, "reason": " "}).status_code == 422
    assert clerk.post(address, {**form, "reason": "证书印错一行。"}).status_code == 302
    case = walk.row
    assert (case.status, case.licence_id, case.certificate_on) == ("granted", "", None)
    voided = licences.get(old.id)
    assert (voided.state, voided.is_open) == ("void", False)
    assert "作废" in Client().get(f"/verify/{old.token}").content.decode()
    walk.certificate()
    new = licences.get(key_of(walk))
    assert new.number != old.number
    assert new.is_open
    assert list(audit.verify()) == []
    walk.deliver()
    assert clerk.post(address, {**form, "expected_seq": str(walk.row.seq), "reason": "晚了。"}).status_code == 409

"""An item for persons and for other bodies asks each for its own: fields, materials and answers."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests import factories
from tests.apps.cases_help import open_hall, own_folders, spec  # noqa: F401 - the second is a fixture of every test
from tests.core import item_sample
from tests.web.public_help import ITEM, Browser
from tongban.cases import queries, services
from tongban.cases.models import Draft
from tongban.core.items import Material
from tongban.core.specs import plain

pytestmark = pytest.mark.django_db

PERSON, BODY = {"applicant": ("person",)}, {"applicant": ("enterprise",)}


def _open() -> None:
    form = item_sample.data()["form"]
    own = {"prefill": "applicant", "same_as_applicant": True}
    form[0]["fields"] += [
        {"key": "unit", "label": "设置单位", "kind": "enterprise", "when": {"applicant": ["enterprise"]}, **own},
        {"key": "owner", "label": "设置人", "kind": "person", "when": {"applicant": ["person"]}, **own},
    ]
    item = spec(form=form)
    cards = (Material("card", "本人身份证件", when=PERSON), Material("charter", "登记证书", when=BODY))
    open_hall(spec(form=form, materials=[*_plain(item.materials), *_plain(cards)]))


def _plain(materials: tuple[Material, ...]) -> list[dict[str, object]]:
    return [plain(each) for each in materials]


def test_the_guide_shows_both_until_somebody_signs_in() -> None:
    _open()
    guest = Browser().open(f"/items/{ITEM}/?variant=change").words()
    assert "本人身份证件 个人申请的交" in guest
    assert "登记证书 单位申请的交" in guest
    assert "applicant" not in Browser().client.get(f"/items/{ITEM}/?variant=change").content.decode()
    person = Browser(factories.person(timezone.now())).open(f"/items/{ITEM}/?variant=change").words()
    assert "本人身份证件" in person
    assert "登记证书" not in person
    assert "个人申请的交" not in person
    printed = Browser().open(f"/items/{ITEM}/print/?variant=change").words()
    assert "登记证书（单位申请的交）" in printed


@pytest.mark.parametrize(
    ("who", "own", "other", "material"),
    [("person", "owner", "unit", "card"), ("enterprise", "unit", "owner", "charter")],
)
def test_a_draft_asks_for_the_applicant_s_own_kind_only(who: str, own: str, other: str, material: str) -> None:
    _open()
    now = timezone.now()
    browser = Browser(getattr(factories, who)(now))
    actor = browser.actor
    draft_id = services.start_draft(actor=actor, applicant_id=next(iter(actor.applicant_ids)), item_key=ITEM, now=now)
    sent = {"variant": "change", "answers": {"applicant": "enterprise" if who == "person" else "person"}}
    services.set_situation(draft_id=draft_id, actor=actor, now=now, **sent)
    draft = queries.draft(draft_id, actor, now)
    assert {field.key for field in draft.pages[0].spec.fields} & {"unit", "owner"} == {own}
    assert own in draft.form
    assert other not in draft.form, "a name alone would only stand in the way"
    assert [each.spec.key for each in draft.materials][-1] == material
    assert Draft.objects.get().answers == {"applicant": who}, "whatever was sent in its place"
    page = browser.open(f"/apply/{draft_id}/pages/basics/")
    assert page.all("input", value=draft.applicant_name)

"""Whose application it is: the number in the form, the name on the proof, and what an old licence fills in."""

from __future__ import annotations

import pytest

from tests import factories
from tests.apps.cases_help import at, own_folders  # noqa: F401
from tests.apps.test_cases_bundled import NOW, applicant, through, who, world
from tongban.cases import queries, services
from tongban.catalogue import queries as catalogue
from tongban.core.errors import Invalid
from tongban.licences import queries as licences

pytestmark = pytest.mark.django_db

KEY = "invest_record"


@pytest.fixture
def investor():
    world(KEY)
    return applicant(catalogue.version_in_force(KEY, NOW.date()).spec)


def hand_in(draft_id, actor):
    view = queries.draft(draft_id, actor, NOW)
    return services.submit(
        draft_id=draft_id,
        actor=actor,
        signature=view.applicant_name,
        declared=True,
        submission_key=view.submission_key,
        now=NOW,
    )


def test_nobody_applies_in_the_name_of_another_enterprise(investor):
    draft_id = factories.filled_draft(investor, next(iter(investor.applicant_ids)), KEY, NOW)
    pages = {each.spec.key: each.spec for each in queries.draft(draft_id, investor, NOW).pages}
    page = pages["enterprise_page"]
    data = factories.example_form([page], NOW.date())
    other = {"name": "津滨别家示例有限公司", "uscc": factories.uscc(55), "legal_representative": "钱示例"}
    save = {"draft_id": draft_id, "actor": investor, "page_key": page.key, "now": NOW}
    services.save_page(**save, data={**data, "enterprise": other})
    with pytest.raises(Invalid) as refused:
        hand_in(draft_id, investor)
    error = refused.value.errors[0]
    assert [each.field for each in refused.value.errors] == ["enterprise.uscc"]
    assert factories.uscc(1) in error.message % error.params
    services.save_page(**save, data={**data, "enterprise": {**other, "uscc": factories.uscc(1)}})
    assert hand_in(draft_id, investor).number


def test_the_proof_names_the_applicant_and_fills_in_only_what_is_about_it(investor):
    own = next(iter(investor.applicant_ids))
    case = factories.submitted(investor, own, KEY, NOW)
    spec = catalogue.version_in_force(KEY, NOW.date()).spec
    through(case.number, spec)
    clerk = who(spec, spec.procedure.certificate, NOW)
    if queries.case_for_applicant(case.number, investor, NOW).licence is None:
        services.make_certificate(number=case.number, actor=clerk, now=NOW)
    factories.run_tasks()
    licence = queries.case_for_applicant(case.number, investor, NOW).licence
    draft_id = services.start_draft(actor=investor, applicant_id=own, item_key=KEY, now=NOW)

    def filled(variant, **answers):
        services.set_situation(draft_id=draft_id, actor=investor, variant=variant, answers=answers, now=NOW)
        return queries.draft(draft_id, investor, NOW).form

    assert licence is not None
    assert licences.get(licence.id).fields["applicant_name"] == "津滨示例环保科技有限公司"
    new = filled("new", investor="domestic", kind="build")
    assert new["enterprise"]["uscc"] == factories.uscc(1)
    assert "project_name" not in new
    assert "total" not in new
    change = filled("change", investor="domestic", kind="build", change_scope="size")
    assert change["project_name"] == "示例项目名称"
    assert change["total"] == "0.01"

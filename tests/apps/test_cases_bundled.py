"""Every bundled item, from the form to its result, by the posts that its own procedure names."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import factories
from tests.apps.cases_help import at, own_folders, sound, verbs  # noqa: F401
from tongban.accounts import queries as accounts
from tongban.accounts import services as account_services
from tongban.calendars import services as calendars
from tongban.cases import facts, queries, services
from tongban.catalogue import bundles
from tongban.catalogue import queries as catalogue
from tongban.catalogue import services as catalogue_services
from tongban.core.actors import SYSTEM, Actor
from tongban.core.items import ItemSpec, StepSpec, Track, VariantKind
from tongban.documents import queries as documents
from tongban.licences import queries as licences

pytestmark = pytest.mark.django_db

NOW = at("2026-03-02")
NEEDS_A_LICENCE = (VariantKind.CHANGE, VariantKind.RENEWAL, VariantKind.REPLACEMENT, VariantKind.CANCELLATION)


def who(spec: ItemSpec, step: StepSpec, now: dt.datetime, name: str = "") -> Actor:
    """An officer whom the procedure names for a step."""
    place = facts.organisation_of(spec, step.organisation)
    username = f"{place}-{step.duty.value}{name}"
    return accounts.actor_for(factories.officer(username, place, [step.duty.value]), now)


def applicant(spec: ItemSpec) -> Actor:
    firm = any(code != "1" for code in spec.service_objects)
    return accounts.actor_for(
        factories.enterprise(at("2019-01-02")) if firm else factories.person(at("2019-01-02")), NOW
    )


def through(number: str, spec: ItemSpec) -> None:
    """Check, accept, review, inspect, decide, as the track has it."""
    window = who(spec, spec.procedure.completeness, NOW)
    factories.check_all(number, window, NOW)
    if spec.track is Track.FILING:
        services.file_record(number=number, actor=window, now=NOW)
        return
    services.accept(number=number, actor=window, now=NOW)
    for review in queries.case_for_desk(number, SYSTEM, NOW).reviews:
        factories.review(number, review.key, NOW)
    factories.inspect(number, NOW)
    services.grant(number=number, actor=who(spec, spec.procedure.decision, NOW, "-2"), now=NOW)


BUNDLES = {bundle.key: bundle for bundle in bundles.bundled()}


def world(key: str) -> None:
    """Calendar, organisations and one item."""
    calendars.ensure_seed(now=NOW)
    account_services.ensure_organisations()
    catalogue_services.load_licence_types()
    catalogue_services.import_bundle(bundle=BUNDLES[key], actor=SYSTEM, now=NOW, publish=True)


@pytest.mark.parametrize("key", sorted(BUNDLES))
def test_a_bundled_item_is_usable_to_its_end(key):
    world(key)
    version = catalogue.version_in_force(key, NOW.date())
    spec = version.spec
    actor = applicant(spec)
    variant = next((row for row in spec.variants if row.kind not in NEEDS_A_LICENCE), spec.variants[0])
    case = factories.submitted(actor, next(iter(actor.applicant_ids)), key, NOW, variant=variant.key)
    through(case.number, spec)
    view = queries.case_for_applicant(case.number, actor, NOW)
    assert view.status == "granted"
    assert all(reading.state == "met" for name, reading in view.clocks.items() if name != "certificate")
    if facts.has_certificate(spec, variant.key):
        clerk = who(spec, spec.procedure.certificate or spec.procedure.decision, NOW)
        services.make_certificate(number=case.number, actor=clerk, now=NOW)
    factories.run_tasks()
    handler = who(spec, spec.procedure.delivery or spec.procedure.certificate or spec.procedure.decision, NOW)
    services.deliver(number=case.number, actor=handler, method="electronic", recipient="", now=NOW)
    factories.run_tasks()
    done = queries.case_for_applicant(case.number, actor, NOW)
    assert done.status == "completed"
    assert all(row.ready for row in done.documents)
    for row in done.documents:
        assert documents.text_of(row.id).plain_text()
    if done.licence:
        assert licences.get(done.licence.id).is_open
        assert done.licence.number
    assert verbs(case.number)[0] == "submit"
    assert verbs(case.number)[-1] == "deliver"
    sound()

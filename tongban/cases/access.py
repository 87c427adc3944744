"""Who may see which cases: one function for lists, one for a single case."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from tongban.cases.models import Case, Consultation, Draft, Review
from tongban.core.actors import Actor, Duty
from tongban.core.agency import Act
from tongban.core.consulting import ANSWERING, UNDECIDED
from tongban.core.errors import NotFound, gettext_noop

_UNDECIDED = sorted(status.value for status in UNDECIDED)


def visible_to(actor: Actor) -> Q:
    """The cases ``actor`` may see, as a filter on :class:`Case`.

    Applicants see their own, agents those of their enterprises on the items of their authority. Officers see what
    their organisation takes in, decides, holds or reviews, and what it was asked about while that is undecided;
    supervisors and the government's head see all of their region.
    """
    seen = handled_by(actor)
    return seen | _asked(actor) if actor.is_staff and actor.organisation else seen


def handled_by(actor: Actor) -> Q:
    """:func:`visible_to` without the cases that the officer's department was only asked about."""
    if actor.kind == "system":
        return Q()
    if not actor.is_staff:
        return own_or_acted_for(actor, "item_key")
    own = Q(authority=actor.organisation) | Q(intake=actor.organisation) | Q(holder_organisation=actor.organisation)
    seen = own | Q(_reviewed(actor))
    if actor.has(Duty.SUPERVISOR) or actor.has(Duty.GOVERNMENT_HEAD):
        seen |= Q(region_code=actor.region_code)
    return seen if actor.organisation else Q(pk__in=())


def sees(actor: Actor, case: Case, reviews: Iterable[Review], consultations: Iterable[Consultation]) -> bool:
    """The rule of :func:`visible_to` for one case whose rows are at hand; a test compares the two."""
    return handles(actor, case, reviews) or _is_asked(actor, case, consultations)


def handles(actor: Actor, case: Case, reviews: Iterable[Review]) -> bool:
    """The rule of :func:`handled_by` for one case: its reader sees all of it."""
    if actor.kind == "system":
        return True
    if not actor.is_staff:
        return acts_on(actor, case.applicant_id, case.item_key)
    if not actor.organisation:
        return False
    if actor.organisation in (case.authority, case.intake, case.holder_organisation):
        return True
    if any(review.organisation == actor.organisation for review in reviews):
        return True
    watches = actor.has(Duty.SUPERVISOR) or actor.has(Duty.GOVERNMENT_HEAD)
    return watches and case.region_code == actor.region_code


def _answers(actor: Actor) -> bool:
    """Whether one of the actor's posts, or one lent to it, answers for its department."""
    lent = (duties for duties in actor.lent().values())
    return bool(ANSWERING & actor.duties.union(*lent))


def _is_asked(actor: Actor, case: Case, consultations: Iterable[Consultation]) -> bool:
    if not (actor.is_staff and actor.organisation and case.status in UNDECIDED and _answers(actor)):
        return False
    standing = (row for row in consultations if row.withdrawn_on is None)
    return any(row.organisation == actor.organisation for row in standing)


def _asked(actor: Actor) -> Q:
    if not _answers(actor):
        return Q(pk__in=())
    rows = Consultation.objects.filter(
        case_id=OuterRef("pk"), organisation=actor.organisation, withdrawn_on__isnull=True
    )
    return Q(Exists(rows), status__in=_UNDECIDED)


def consulted_now(actor: Actor) -> Q:
    """Cases with a question that waits for an answer of the actor's department, as a filter on open cases."""
    organisation = actor.organisation if _answers(actor) else ""
    rows = Consultation.objects.filter(organisation=organisation, answered_on__isnull=True, withdrawn_on__isnull=True)
    return Q(pk__in=rows.values("case_id"), status__in=_UNDECIDED)


def own_or_acted_for(actor: Actor, item: str) -> Q:
    """The rows of an applicant's account: its own, and of its enterprises those whose column ``item`` is in scope."""
    wanted = Q(applicant_id__in=actor.applicant_ids)
    for power in actor.agency.running:
        scope = Q(applicant_id=power.applicant)
        wanted |= scope & Q(**{f"{item}__in": power.items}) if power.items else scope
    return wanted


def acts_on(actor: Actor, applicant_id: int, item: str) -> bool:
    """The rule of :func:`own_or_acted_for` for one row."""
    return applicant_id in actor.applicant_ids or actor.agency.find(applicant_id, item) is not None


def under_power(actor: Actor, applicant_id: int, item: str, act: Act) -> str:
    """The number of the written authority under which the actor does ``act``; empty: for itself, or in office.

    Raises :class:`~tongban.core.errors.Forbidden` that says what the authority lacks and whom to ask.
    """
    if actor.kind != "applicant" or applicant_id in actor.applicant_ids:
        return ""
    return actor.agency.check(applicant_id, item, act).number


def _reviewed(actor: Actor) -> Exists:
    """Asked of one row after the other, so that it costs what is looked at and not what was ever reviewed."""
    return Exists(Review.objects.filter(case_id=OuterRef("pk"), organisation=actor.organisation))


def no_such_case() -> NotFound:
    """The same answer for a case that does not exist and one that is not the person's to see."""
    return NotFound(
        gettext_noop("There is no such case, or it is not yours to see."),
        remedy=gettext_noop("Check the number, or sign in as the person it belongs to."),
    )


def find_case(number: str, actor: Actor, *, lock: bool = False) -> Case:
    """The case ``number``, locked for this transaction where asked. Raises :class:`NotFound`."""
    rows = Case.objects.filter(number=number)
    if lock:
        rows = rows.select_for_update()
    case = rows.first()
    if case is None:
        raise no_such_case()
    if not Case.objects.filter(visible_to(actor), pk=case.pk).exists():
        check_took_part(actor, case)
        raise no_such_case()
    return case


def check_took_part(actor: Actor, case: Case) -> None:
    """Tell an agent whose authority does not reach any more why; nothing is told to whoever never had the case.

    Numbers of cases can be guessed, so having been an agent of the enterprise is not enough.
    """
    if actor.kind == "applicant" and actor.id in (str(case.submitted_by_id), case.agent):
        raise actor.agency.refusal(case.applicant_id, case.item_key, Act.FILL)


def check_was_agent(actor: Actor, applicant_id: int, item: str) -> None:
    """The same for a draft, whose address cannot be guessed: an agent, present or former, is told what is lacking."""
    if actor.agency.knows(applicant_id):
        raise actor.agency.refusal(applicant_id, item, Act.FILL)


def find_draft(draft_id: str, actor: Actor, *, lock: bool = False) -> Draft:
    """A draft of an applicant the actor acts for. Raises :class:`NotFound`."""
    rows = Draft.objects.filter(pk=_uuid(draft_id)).select_related("item_version__item")
    draft = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if draft is None:
        raise no_such_draft()
    if not acts_on(actor, draft.applicant_id, draft.item_version.item.key):
        check_was_agent(actor, draft.applicant_id, draft.item_version.item.key)
        raise no_such_draft()
    return draft


def _uuid(draft_id: str) -> UUID:
    try:
        return UUID(str(draft_id))
    except ValueError as error:
        raise no_such_draft() from error


def no_such_draft() -> NotFound:
    """The same answer for a draft that does not exist and one that is not the person's."""
    return NotFound(
        gettext_noop("There is no such draft, or it is not yours."),
        remedy=gettext_noop("See “my cases” for what you have begun."),
    )

"""Acting as the demo's people: every step goes through the services, at the instant it is said to have happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password

from tongban.accounts import queries as accounts
from tongban.accounts import services as account_services
from tongban.calendars import queries as calendars
from tongban.cases import queries, services
from tongban.cases.services import Spot
from tongban.commands.demo_data import materials
from tongban.commands.demo_data.applications import Application, resolve_dates
from tongban.commands.demo_data.people import ADMINISTRATORS, OFFICERS, PASSWORD
from tongban.core.actors import SYSTEM, Actor
from tongban.core.dates import SHANGHAI, legal_date
from tongban.core.items import FieldKind
from tongban.licences import services as licences

SINCE = dt.date(2015, 1, 1)


def staff() -> None:
    """All officers with their posts."""
    hashed = make_password(PASSWORD)
    for item in OFFICERS:
        post = {
            "key": item.post_key,
            "name": item.post,
            "organisation": item.organisation,
            "duties": list(item.duties),
        }
        account_services.ensure_staff(
            username=item.username, name=item.name, password_hash=hashed, posts=[post], since=SINCE
        )


def administrators(now: dt.datetime) -> None:
    """The three administrators; also for a demo whose data was made before there were any."""
    hashed = make_password(PASSWORD)
    for username, name, role, _shown in ADMINISTRATORS:
        account_services.install_administrator(
            username=username, name=name, role=role, actor=SYSTEM, now=now, password_hash=hashed
        )


class Days:
    """Working days around today."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.today = legal_date(now)
        self.calendar = calendars.current()

    def ago(self, working_days: int, hour: int = 10, minute: int = 0) -> dt.datetime:
        """The instant ``working_days`` before today, in working hours; never later than now."""
        day = self.calendar.add_working(self.today, -working_days) if working_days else self.today
        at = dt.datetime.combine(day, dt.time(hour, minute), SHANGHAI)
        return min(at, self.now)


@dataclass
class Story:
    """One case on its way. ``at`` is the instant of the next step."""

    number: str
    applicant: Actor
    at: dt.datetime

    def officer(self, organisation: str, duty: str, place: int = 0) -> Actor:
        """An officer of a post, as of the step's instant."""
        found = accounts.officers(organisation, duty, legal_date(self.at))
        return accounts.actor_for(found[place % len(found)].id, self.at)

    def step(self, at: dt.datetime) -> Story:
        """Go on at ``at``."""
        self.at = at
        return self

    @property
    def view(self) -> queries.views.DeskCaseView:
        """The case as the system sees it."""
        return queries.case_for_desk(self.number, SYSTEM, self.at)

    def _intake(self) -> Actor:
        step = self.view.version.spec.procedure.completeness
        return self.officer(self._organisation(step.organisation), step.duty.value)

    def _organisation(self, key: str) -> str:
        return self.view.version.spec.authority.organisation if key == "authority" else key

    def check(self, *, but: str = "") -> Story:
        """Open every material and find every completeness point met, except the point called ``but``."""
        clerk, view = self._intake(), self.view
        for material in view.materials:
            services.mark_seen(number=self.number, actor=clerk, material_key=material.key, now=self.at)
        for finding in view.completeness:
            if finding.point.key != but:
                services.record_finding(
                    number=self.number,
                    actor=clerk,
                    step="completeness",
                    point=finding.point.key,
                    met=True,
                    now=self.at,
                )
        return self

    def accept(self) -> Story:
        """Accepted: complete."""
        services.accept(number=self.number, actor=self._intake(), now=self.at)
        return self

    def file(self) -> Story:
        """Filed."""
        services.file_record(number=self.number, actor=self._intake(), now=self.at)
        return self

    def annotate(self, material: str, wrong: str, remedy: str, x: int = 420, y: int = 360) -> Story:
        """A point at a spot of a material."""
        view = self.view
        row = next((item for item in view.materials if item.key == material), view.materials[0])
        files = [item for item in row.files if not item.superseded]
        spot = Spot(files[0].file_id, 1, x, y) if files else Spot()
        points = row.spec.check_points if row.spec else ()
        services.annotate(
            number=self.number,
            actor=self._intake(),
            material_key=row.key,
            wrong=wrong,
            remedy=remedy,
            spot=spot,
            check_point=points[0].key if points else "",
            now=self.at,
        )
        return self

    def annotate_field(self, path: str, wrong: str, remedy: str) -> Story:
        """A point at an entry of the form."""
        services.annotate(
            number=self.number, actor=self._intake(), field_path=path, wrong=wrong, remedy=remedy, now=self.at
        )
        return self

    def ask_correction(self) -> Story:
        """The one notice."""
        services.request_correction(number=self.number, actor=self._intake(), now=self.at)
        return self

    def correct(self, application: Application, *fields: str) -> Story:
        """The applicant hands in what was asked: materials, and the ``fields`` as the application has them."""
        if fields:
            entered = {key: resolve_dates(application.form, legal_date(self.at))[key] for key in fields}
            services.save_correction(number=self.number, actor=self.applicant, form=entered, now=self.at)
        view = queries.case_for_applicant(self.number, self.applicant, self.at)
        for item in view.materials:
            if item.to_correct:
                form = {"revision": "2", **resolve_dates(application.form, legal_date(self.at))}
                name, content = materials.sample(view.item_key, item.key, item.name, application.name, form)
                services.add_correction_file(
                    number=self.number,
                    actor=self.applicant,
                    material_key=item.key,
                    name=name,
                    content=content,
                    now=self.at,
                )
        services.submit_correction(number=self.number, actor=self.applicant, now=self.at)
        return self

    def judge(self, met: bool = True) -> Story:
        """Look again at the corrected points."""
        clerk = self._intake()
        for material in self.view.materials:
            services.mark_seen(number=self.number, actor=clerk, material_key=material.key, now=self.at)
        for point in self.view.points:
            if point.state == "sent":
                services.mark_point(number=self.number, actor=clerk, annotation=point.number, met=met, now=self.at)
        return self

    def review(self, key: str, opinion: str, outcome: str = "agree", *, sign: bool = True) -> Story:
        """One department's opinion with its findings; ``sign``: also the second officer's."""
        row = next(item for item in self.view.reviews if item.key == key)
        spec = next(item for item in self.view.version.spec.procedure.reviews if item.key == key)
        first = self.officer(row.organisation, spec.duty.value)
        for finding in row.findings:
            met = outcome == "agree" or finding is not row.findings[-1]
            services.record_finding(
                number=self.number, actor=first, step=key, point=finding.point.key, met=met, now=self.at
            )
        services.give_opinion(
            number=self.number, actor=first, review_key=key, outcome=outcome, opinion=opinion, now=self.at
        )
        if sign and row.officers > 1:
            second = self.officer(row.organisation, spec.duty.value, 1)
            services.countersign(number=self.number, actor=second, review_key=key, agree=True, now=self.at)
        return self

    def review_all(self, *, but: tuple[str, ...] = ()) -> Story:
        """Every department agrees, except ``but``."""
        for row in self.view.reviews:
            if row.key not in but and row.done_on is None:
                self.review(row.key, "材料与核查情况一致，符合条件，同意。")
        return self

    def inspect(self) -> Story:
        """The site inspection, where the case needs one."""
        view = self.view
        if not view.inspection_needed:
            return self
        inspection = view.version.spec.procedure.inspection
        organisation = self._organisation(inspection.organisation if inspection else "authority")
        first, second = (self.officer(organisation, "reviewer", place) for place in (0, 1))
        services.record_inspection(
            number=self.number,
            actor=first,
            second_officer=second.id,
            findings={point.key: True for point in view.inspection_points},
            conclusion="现场布局、设施与申报材料一致。",
            now=self.at,
        )
        return self

    def _decider(self, duty: str = "decision_maker") -> Actor:
        return self.officer(self._organisation(self.view.version.spec.procedure.decision.organisation), duty)

    def grant(self) -> Story:
        """Granted."""
        services.grant(number=self.number, actor=self._decider(), now=self.at)
        return self

    def refuse(self, reasons: str, basis: str, next_step: str) -> Story:
        """Refused, with reasons and remedies."""
        services.refuse(
            number=self.number,
            actor=self._decider(),
            reasons=reasons,
            basis=basis,
            next_step=next_step,
            now=self.at,
        )
        return self

    def certificate(self) -> Story:
        """Made; the worker's part (file and signature) is done at the same instant, so that the story can go on."""
        step = self.view.version.spec.procedure.certificate
        organisation = self._organisation(step.organisation) if step else "approval_bureau"
        clerk = self.officer(organisation, "certificate_clerk")
        services.make_certificate(number=self.number, actor=clerk, now=self.at)
        row = self.view.licence
        if row is not None:
            licences.make_file(licence_id=row.id, version=row.version, now=self.at)
        return self

    def deliver(self, method: str = "electronic", recipient: str = "") -> Story:
        """Delivered: completed."""
        procedure = self.view.version.spec.procedure
        step = procedure.delivery or procedure.certificate or procedure.decision
        clerk = self.officer(self._organisation(step.organisation), step.duty.value)
        services.deliver(number=self.number, actor=clerk, method=method, recipient=recipient, now=self.at)
        return self

    def special(self, ground: str, days: int, reason: str, by: str) -> Story:
        """A special procedure with its notice."""
        services.start_special(
            number=self.number,
            actor=self._reviewer(),
            ground=ground,
            expected_days=days,
            reason=reason,
            performed_by=by,
            now=self.at,
        )
        return self

    def result(self, text: str) -> Story:
        """The special procedure's result came."""
        services.end_special(number=self.number, actor=self._reviewer(), result=text, now=self.at)
        return self

    def _reviewer(self) -> Actor:
        reviews = self.view.reviews
        return self.officer(reviews[0].organisation, "reviewer") if reviews else self._decider()

    def ask(self, question: str) -> Story:
        """A question to the applicant; the clock runs on."""
        services.request_clarification(number=self.number, actor=self._reviewer(), question=question, now=self.at)
        return self

    def consult(self, organisation: str, question: str) -> Story:
        """A question of the department that still reviews to another one; no clock knows of it."""
        asking = next(row for row in self.view.reviews if row.done_on is None)
        actor = self.officer(asking.organisation, "reviewer")
        services.consult(number=self.number, actor=actor, organisation=organisation, question=question, now=self.at)
        return self

    def extend(self, reason: str) -> Story:
        """Extended by the head."""
        services.extend(number=self.number, actor=self._decider("agency_head"), reason=reason, now=self.at)
        return self

    def clerk(self) -> Actor:
        """Who took the case in."""
        return self._intake()

    def note(self, text: str) -> Story:
        """An internal note of the clerk."""
        services.add_note(number=self.number, actor=self._intake(), note=text, now=self.at)
        return self


def submit(
    application: Application, item_key: str, account: str, at: dt.datetime, *, acting_for: int | None = None
) -> Story:
    """Fill in and hand in an application as the applicant would, or its agent (``acting_for`` the enterprise)."""
    draft_id, actor = fill(application, item_key, account, at, acting_for=acting_for)
    view = queries.draft(draft_id, actor, at)
    ref = services.submit(
        draft_id=draft_id,
        actor=actor,
        signature=view.applicant_name,
        declared=True,
        submission_key=view.submission_key,
        now=at,
    )
    return Story(ref.number, actor, at)


def fill(
    application: Application, item_key: str, account: str, at: dt.datetime, *, acting_for: int | None = None
) -> tuple[str, Actor]:
    """A complete draft."""
    actor = accounts.actor_for(account, at)
    applicant_id = next(iter(actor.applicant_ids)) if acting_for is None else acting_for
    draft_id = services.start_draft(actor=actor, applicant_id=applicant_id, item_key=item_key, now=at)
    services.set_situation(
        draft_id=draft_id, actor=actor, variant=application.variant, answers=application.answers, now=at
    )
    form = resolve_dates(application.form, legal_date(at))
    for page in queries.draft(draft_id, actor, at).pages:
        data = {field.key: form.get(field.key) for field in page.spec.fields}
        for field in page.spec.fields:
            if field.kind is FieldKind.FILE:
                _upload(draft_id, actor, field.key, field.label, item_key, application.name, form, at)
                data[field.key] = ["uploaded"]
        services.save_page(draft_id=draft_id, actor=actor, page_key=page.spec.key, data=data, now=at)
    for material in queries.draft(draft_id, actor, at).materials:
        if material.state == "missing":
            _upload(draft_id, actor, material.spec.key, material.spec.name, item_key, application.name, form, at)
    return draft_id, actor


def _upload(
    draft_id: str,
    actor: Actor,
    key: str,
    label: str,
    item_key: str,
    applicant: str,
    form: Mapping[str, Any],
    at: dt.datetime,
) -> None:
    name, content = materials.sample(item_key, key, label, applicant, form)
    services.add_draft_file(draft_id=draft_id, actor=actor, material_key=key, name=name, content=content, now=at)

"""Example people and cases, made only through the services a person would use."""

from __future__ import annotations

import datetime as dt
import io
import random
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

from PIL import Image
from rstr import Rstr

from tongban.accounts import queries as accounts
from tongban.accounts import services as account_services
from tongban.calendars import services as calendar_services
from tongban.cases import queries, services
from tongban.cases.services import CaseRef
from tongban.catalogue import services as catalogue_services
from tongban.catalogue.effects import make_item_files
from tongban.catalogue.models import Item, ItemVersion
from tongban.core.actors import SYSTEM, Actor
from tongban.core.codes.digits import mod_11_2, uscc_check
from tongban.core.dates import legal_date
from tongban.core.form_rules import entered_number
from tongban.core.forms import PARTS
from tongban.core.items import FieldKind, FormField, FormPage, FormRule
from tongban.outbox.models import Task
from tongban.outbox.worker import Worker

PASSWORD = "Example-pass-1"
_DUTIES = {
    "window": ("approval_bureau", ["window"]),
    "decision_maker": ("approval_bureau", ["decision_maker"]),
    "agency_head": ("approval_bureau", ["agency_head"]),
    "government_head": ("government", ["government_head"]),
    "certificate_clerk": ("approval_bureau", ["certificate_clerk"]),
    "supervisor": ("approval_bureau", ["supervisor"]),
    "catalogue_manager": ("approval_bureau", ["catalogue_manager"]),
    "operator": ("approval_bureau", ["operator"]),
}
SINCE = dt.date(2015, 1, 1)


def world(now: dt.datetime) -> None:
    """Calendar, organisations and the bundled catalogue, without the 52 forms on paper (they have their own tests)."""
    if ItemVersion.objects.filter(item__source=Item.BUNDLED).exists():
        return  # the fixture ``standing_world`` has it for the whole file
    calendar_services.ensure_seed(now=now)
    account_services.ensure_organisations()
    catalogue_services.ensure_bundled(actor=SYSTEM, now=now)
    Task.objects.filter(path=make_item_files.module_path).delete()


def officer(username: str, organisation: str, duties: Sequence[str]) -> str:
    """An officer with one post."""
    post = {"key": f"{organisation}.{username}", "name": username, "organisation": organisation, "duties": duties}
    return str(
        account_services.ensure_staff(
            username=username, name=f"示例{username}", password=PASSWORD, posts=[post], since=SINCE
        )
    )


def staff() -> dict[str, str]:
    """One officer for each duty of the approval bureau, by duty; returns account ids."""
    return {name: officer(name, organisation, duties) for name, (organisation, duties) in _DUTIES.items()}


def uscc(serial: int = 1) -> str:
    """A well-formed, invented credit code of an enterprise."""
    body = f"91120116MA{serial:06d}"
    organisation = body[8:] + _organisation_check(body[8:])
    start = "91120116" + organisation
    return start + uscc_check(start)


def _organisation_check(body: str) -> str:
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(char, 36) * weight for char, weight in zip(body, weights, strict=True))
    rest = 11 - total % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def resident_id(serial: int = 1) -> str:
    """A well-formed, invented identity number."""
    body = f"12011619900101{serial % 1000:03d}"
    return body + mod_11_2(body)


def enterprise(now: dt.datetime, serial: int = 1, name: str = "津滨示例环保科技有限公司") -> str:
    """A registered enterprise with one agent; returns the account's id."""
    return str(
        account_services.register(
            kind="enterprise",
            name=name,
            id_number=uscc(serial),
            phone=f"1380000{serial:04d}",
            email=f"agent{serial}@example.com",
            password=PASSWORD,
            now=now,
            legal_representative="陈示例",
            address="滨海新区示例大道1号",
            agent_name="示例经办",
        )
    )


def person(now: dt.datetime, serial: int = 1, name: str = "王示例") -> str:
    """A registered natural person; returns the account's id."""
    return str(
        account_services.register(
            kind="person",
            name=name,
            id_number=resident_id(serial),
            phone=f"1390000{serial:04d}",
            email=f"person{serial}@example.com",
            password=PASSWORD,
            now=now,
        )
    )


def png(color: tuple[int, int, int] = (200, 220, 240)) -> bytes:
    """A real picture."""
    out = io.BytesIO()
    Image.new("RGB", (600, 400), color).save(out, "PNG")
    return out.getvalue()


def example_form(pages: Sequence[FormPage], today: dt.date) -> dict[str, Any]:
    """Values that pass every field of ``pages``, made from kinds and limits."""
    return {field.key: example_value(field, today) for page in pages for field in page.fields}


def named_applicant(value: Mapping[str, Any], applicant_id: int) -> dict[str, Any]:
    """A person or enterprise as entered, with the applicant's own number."""
    part = "uscc" if "uscc" in value else "id_number"
    return {**value, part: accounts.applicant(applicant_id).id_number}


def example_value(field: FormField, today: dt.date) -> Any:
    """One value that passes ``field``."""
    if field.kind in PARTS:
        return {part.key: example_value(part, today) for part in PARTS[field.kind]}
    if field.kind is FieldKind.TABLE:
        row = {column.key: example_value(column, today) for column in field.columns}
        return [row for _ in range(max(field.min_rows, 1))]
    simple: Mapping[FieldKind, Any] = {
        FieldKind.DATE: _example_date(field, today),
        FieldKind.NUMBER: field.minimum or field.maximum or "10",
        FieldKind.CHOICE: field.choices[0].key if field.choices else "",
        FieldKind.CHOICES: [choice.key for choice in field.choices[:1]],
        FieldKind.BOOLEAN: "yes",
        FieldKind.PHONE: "13800000001",
        FieldKind.EMAIL: "example@example.com",
        FieldKind.ID_NUMBER: resident_id(7),
        FieldKind.USCC: uscc(9),
    }
    return simple.get(field.kind, _example_text(field))


def obey(rules: Iterable[FormRule], data: dict[str, Any], entered: Mapping[str, Any]) -> None:
    """Make one page's ``data`` keep the rules between entries; ``entered`` has the earlier pages' too."""
    for rule in rules:
        table, _, column = rule.field.partition(".")
        if table not in data:
            continue
        data.update({name: "4" for name in rule.product_of if name in data})  # a whole product, whatever the decimals
        numbers = [entered_number(name, {**entered, **data}) for name in (*rule.product_of, *rule.sum_of)]
        if numbers and None not in numbers:
            known = [number for number in numbers if number is not None]
            data[table] = str(prod(known) if rule.product_of else sum(known))
        bound = rule.at_least or rule.at_most
        if bound and column:
            rows = data[table]
            data[table] = [{**row, column: bound if row is rows[0] else "0"} for row in rows]
        elif bound:
            data[table] = bound


def _example_date(field: FormField, today: dt.date) -> str:
    if field.earliest and field.earliest != "today":
        return max(dt.date.fromisoformat(field.earliest), min(today, dt.date.max)).isoformat()
    if field.earliest == "today":
        return (today + dt.timedelta(days=3)).isoformat()
    if field.latest and field.latest != "today":
        return field.latest
    return today.isoformat()


def _example_text(field: FormField) -> str:
    if field.pattern:
        return Rstr(random.Random(7)).xeger(field.pattern)[: field.max_length]
    return f"示例{field.label}"[: field.max_length]


def filled_draft(actor: Actor, applicant_id: int, item_key: str, now: dt.datetime, **choices: str) -> str:
    """A draft with situation, form and materials complete; ``choices`` are answers (and ``variant``)."""
    draft_id = services.start_draft(actor=actor, applicant_id=applicant_id, item_key=item_key, now=now)
    view = queries.draft(draft_id, actor, now)
    variant = choices.pop("variant", view.version.spec.variants[0].key)
    answers: dict[str, str] = dict(choices)
    for question in view.version.spec.questions:
        answers.setdefault(question.key, question.choices[0].key)
    services.set_situation(draft_id=draft_id, actor=actor, variant=variant, answers=answers, now=now)
    view = queries.draft(draft_id, actor, now)
    entered: dict[str, Any] = {}
    for page in view.pages:
        for field in page.spec.fields:
            if field.kind is FieldKind.FILE:
                services.add_draft_file(
                    draft_id=draft_id, actor=actor, material_key=field.key, name="a.png", content=png(), now=now
                )
        data = example_form([page.spec], legal_date(now))
        for field in page.spec.fields:
            if field.kind is FieldKind.FILE:
                data[field.key] = ["uploaded"]
            if field.same_as_applicant:
                data[field.key] = named_applicant(data[field.key], applicant_id)
        entered |= data
        obey([each.rule for each in view.tailored.form_rules], data, entered)
        services.save_page(draft_id=draft_id, actor=actor, page_key=page.spec.key, data=data, now=now)
    for material in queries.draft(draft_id, actor, now).materials:
        if material.state == "missing":
            services.add_draft_file(
                draft_id=draft_id, actor=actor, material_key=material.spec.key, name="m.png", content=png(), now=now
            )
    return draft_id


def submitted(actor: Actor, applicant_id: int, item_key: str, now: dt.datetime, **choices: str) -> CaseRef:
    """A case, handed in."""
    draft_id = filled_draft(actor, applicant_id, item_key, now, **choices)
    view = queries.draft(draft_id, actor, now)
    return services.submit(
        draft_id=draft_id,
        actor=actor,
        signature=view.applicant_name,
        declared=True,
        submission_key=view.submission_key,
        now=now,
    )


def holder_of(number: str, actor: Actor, now: dt.datetime) -> queries.views.DeskCaseView:
    """The desk's view of a case."""
    return queries.case_for_desk(number, actor, now)


def check_all(number: str, actor: Actor, now: dt.datetime) -> None:
    """Look at every material and find every completeness point met."""
    view = queries.case_for_desk(number, actor, now)
    for material in view.materials:
        services.mark_seen(number=number, actor=actor, material_key=material.key, now=now)
    for finding in view.completeness:
        services.record_finding(
            number=number, actor=actor, step="completeness", point=finding.point.key, met=True, now=now
        )


def review(number: str, key: str, now: dt.datetime, outcome: str = "agree") -> None:
    """A department's complete opinion, by as many officers as it needs."""
    from tongban.cases.models import Review

    row = Review.objects.get(case__number=number, key=key)
    first = accounts.actor_for(officer(f"{row.organisation}-1", row.organisation, ["reviewer"]), now)
    for finding in next(item for item in queries.case_for_desk(number, first, now).reviews if item.key == key).findings:
        services.record_finding(number=number, actor=first, step=key, point=finding.point.key, met=True, now=now)
    services.give_opinion(
        number=number, actor=first, review_key=key, outcome=outcome, opinion="符合条件，同意。", now=now
    )
    if row.officers > 1:
        second = accounts.actor_for(officer(f"{row.organisation}-2", row.organisation, ["reviewer"]), now)
        services.countersign(number=number, actor=second, review_key=key, agree=True, now=now)


def inspect(number: str, now: dt.datetime) -> None:
    """A recorded site inspection, where the case needs one."""
    view = queries.case_for_desk(number, SYSTEM, now)
    if not view.inspection_needed:
        return
    organisation = view.version.spec.procedure.inspection.organisation
    first = officer(f"{organisation}-1", organisation, ["reviewer"])
    second = officer(f"{organisation}-2", organisation, ["reviewer"])
    services.record_inspection(
        number=number,
        actor=accounts.actor_for(first, now),
        second_officer=second,
        findings={point.key: True for point in view.inspection_points},
        conclusion="现场与申请一致。",
        now=now,
    )


def run_tasks() -> int:
    """Run everything the verbs enqueued, as the worker would."""
    return Worker().run_due()

"""A small hall for the tests of the cases room: one invented item in as many variations as a rule needs, one officer
for each duty, and a walker that takes a case through the services a screen would call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tests import factories
from tests.core import item_sample
from tongban.accounts import queries as accounts
from tongban.accounts import services as account_services
from tongban.calendars import services as calendar_services
from tongban.calendars.models import CalendarDay
from tongban.cases import queries, services
from tongban.cases.models import Case
from tongban.cases.queries.views import CaseView, DeskCaseView
from tongban.catalogue import services as catalogue_services
from tongban.core.actors import SYSTEM, Actor
from tongban.core.errors import DomainError
from tongban.core.items import ItemSpec, ItemVersionSpec, Transition
from tongban.core.specs import build


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    """Seals of one test in a folder of its own: their rows are gone with the test."""
    settings.SEAL_EXPORT_DIR = str(tmp_path / "seals")


SHANGHAI = dt.timezone(dt.timedelta(hours=8))
SINCE = dt.date(2015, 1, 1)
ITEM = "sample"
AGREED = "符合条件，同意。"
EXTENSION = {"value": 10, "approver": "agency_head", "basis": "《行政许可法》第四十二条第一款"}
TESTING = {"ground": "testing", "basis": "示例条例第九条", "expected_days": 5}
EXPERTS = {"ground": "expert_review", "basis": "示例条例第十条", "expected_days": 10}

#: post (as the procedure names it) → (organisation, duty)
POSTS = {
    "window": ("approval_bureau", "window"),
    "window-2": ("approval_bureau", "window"),
    "decider": ("approval_bureau", "decision_maker"),
    "decider-2": ("approval_bureau", "decision_maker"),
    "head": ("approval_bureau", "agency_head"),
    "certificates": ("approval_bureau", "certificate_clerk"),
    "supervisor": ("approval_bureau", "supervisor"),
    "fire": ("fire", "reviewer"),
    "fire-2": ("fire", "reviewer"),
    "construction": ("construction", "reviewer"),
    "stranger": ("culture", "reviewer"),
}


def at(day: str, time: str = "09:30") -> dt.datetime:
    """An instant, as a clock in the hall shows it."""
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time.fromisoformat(time), SHANGHAI)


def spec(**changes: Any) -> ItemSpec:
    """The sample item with an uploaded material, extension and special procedures; ``changes`` are top-level."""
    data = item_sample.data()
    data["materials"].insert(
        1,
        {
            "key": "plan",
            "name": "场所平面图",
            "check_points": [
                {"key": "scale", "text": "标有比例", "source": "材料：场所平面图"},
                {"key": "exits_drawn", "text": "画有安全出口", "source": "材料：场所平面图"},
                {"key": "stamped", "text": "加盖公章", "source": "材料：场所平面图"},
            ],
        },
    )
    data["procedure"]["reviews"][0]["officers"] = 2
    data |= {"extension": EXTENSION, "special_procedures": [TESTING, EXPERTS]}
    return build(ItemSpec, {**data, **changes})


def publish(
    item: ItemSpec | None = None,
    *,
    key: str = ITEM,
    number: int = 1,
    since: dt.date = SINCE,
    transition: Transition | None = None,
    now: dt.datetime | None = None,
) -> int:
    """Publish a version through the catalogue's services; returns its id."""
    version = ItemVersionSpec(number=number, effective_from=since, item=item or spec(), transition=transition)
    moment = now or at("2015-01-05")
    version_id = catalogue_services.save_draft(item_key=key, version=version, source="local", actor=SYSTEM, now=moment)
    catalogue_services.publish(version_id=version_id, actor=SYSTEM, now=moment)
    return version_id


@dataclass
class Hall:
    """Accounts by the name of their post; actors are made for the moment they act at."""

    ids: dict[str, str] = field(default_factory=dict)

    def officer(self, name: str, now: dt.datetime) -> Actor:
        return accounts.actor_for(self.ids[name], now)


def open_hall(*specs: ItemSpec) -> Hall:
    """Calendar, organisations and (unless given otherwise) the sample item."""
    calendar_services.ensure_seed(now=at("2026-01-05"))
    account_services.ensure_organisations()
    publish(*specs)
    return Hall({name: factories.officer(name, place, [duty]) for name, (place, duty) in POSTS.items()})


@cache
def picture(shade: int = 200) -> bytes:
    """One real picture, drawn once."""
    return factories.png((shade, shade, shade))


@dataclass
class Walk:
    """One case on its way. ``go`` moves the clock; every other method is one service verb."""

    hall: Hall
    now: dt.datetime
    number: str = ""
    code: str = ""
    applicant: Actor = field(default_factory=lambda: Actor("applicant", "0"))

    def go(self, day: str, time: str = "09:30") -> Walk:
        self.now = at(day, time)
        return self

    def by(self, post: str) -> Actor:
        if post == "applicant":
            return accounts.actor_for(self.applicant.id, self.now)
        if post == "system":
            return SYSTEM
        return self.hall.officer(post, self.now)

    def do(self, verb: Callable[..., Any], post: str, **values: Any) -> Any:
        return verb(number=self.number, actor=self.by(post), now=self.now, **values)

    @property
    def row(self) -> Case:
        return Case.objects.get(number=self.number)

    def desk(self, post: str = "window") -> DeskCaseView:
        return queries.case_for_desk(self.number, self.by(post), self.now)

    def portal(self) -> CaseView:
        return queries.case_for_applicant(self.number, self.by("applicant"), self.now)

    def check(self, post: str = "window") -> Walk:
        view = self.desk(post)
        for material in view.materials:
            self.do(services.mark_seen, post, material_key=material.key)
        for finding in view.completeness:
            self.do(services.record_finding, post, step="completeness", point=finding.point.key, met=True)
        return self

    def accept(self, post: str = "window") -> Walk:
        self.check(post)
        self.do(services.accept, post)
        return self

    def annotate(self, material: str = "plan", wrong: str = "没有比例尺。", **values: Any) -> int:
        values = {"material_key": material, "wrong": wrong, "remedy": "补标比例尺。", **values}
        return self.do(services.annotate, "window", **values)

    def ask_correction(self, *materials: str) -> Walk:
        self.check()
        for material in materials or ("plan",):
            self.annotate(material)
        self.do(services.request_correction, "window")
        return self

    def upload(self, material: str = "plan", shade: int = 90) -> Walk:
        values = {"material_key": material, "name": "改.png", "content": picture(shade)}
        self.do(services.add_correction_file, "applicant", **values)
        return self

    def correct(self, *materials: str) -> Walk:
        for material in materials or ("plan",):
            self.upload(material)
        self.do(services.submit_correction, "applicant")
        return self

    def judge(self, met: bool = True) -> Walk:
        for point in self.desk().points:
            if point.state == "sent":
                self.do(services.mark_point, "window", annotation=point.number, met=met)
        return self

    def opinion(self, post: str = "fire", key: str = "fire", outcome: str = "agree") -> Walk:
        review = next(item for item in self.desk(post).reviews if item.key == key)
        for finding in review.findings:
            self.do(services.record_finding, post, step=key, point=finding.point.key, met=True)
        self.do(services.give_opinion, post, review_key=key, outcome=outcome, opinion=AGREED)
        return self

    def reviews(self) -> Walk:
        """Every open review, by as many officers as it needs."""
        for review in self.desk("decider").reviews:
            if review.done_on is None:
                self.opinion(review.organisation, review.key)
                if review.officers > 1:
                    second = f"{review.organisation}-2"
                    self.do(services.countersign, second, review_key=review.key, agree=True)
        return self

    def grant(self, post: str = "decider") -> Walk:
        self.do(services.grant, post, reasons="符合法定条件。")
        return self

    def refuse(self, **values: Any) -> Walk:
        self.do(services.refuse, "decider", **{"reasons": "不符合条件。", "basis": "示例条例第六条", **values})
        return self

    def special(self, days: int = 5, ground: str = "testing") -> Walk:
        self.do(services.start_special, "decider", ground=ground, expected_days=days, reason="需要送检。")
        return self

    def result(self) -> Walk:
        self.do(services.end_special, "decider", result="检测合格。")
        return self

    def certificate(self) -> Walk:
        self.do(services.make_certificate, "certificates")
        factories.run_tasks()
        return self

    def deliver(self) -> Walk:
        self.do(services.deliver, "certificates", method="electronic", recipient="")
        return self


def begin(
    hall: Hall, day: str, time: str = "09:30", *, who: str = "enterprise", serial: int = 1, **choices: str
) -> Walk:
    """An application of the sample item, handed in; ``choices`` are the answers and the variant."""
    walk = Walk(hall, at(day, time))
    name = f"{who}-{serial}"
    if name not in hall.ids:
        make = factories.enterprise if who == "enterprise" else factories.person
        hall.ids[name] = make(at("2019-01-02"), serial)
    walk.applicant = accounts.actor_for(hall.ids[name], walk.now)
    item_key = choices.pop("item", ITEM)
    reference = factories.submitted(
        walk.applicant, next(iter(walk.applicant.applicant_ids)), item_key, walk.now, **choices
    )
    walk.number, walk.code = reference.number, reference.lookup_code
    return walk


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of our rooms, to see that nothing changed; of eight thousand days their number."""
    out: dict[str, list[tuple[Any, ...]]] = {}
    days = CalendarDay._meta.db_table
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for table in sorted(present & {model._meta.db_table for model in apps.get_models()}):
            cursor.execute(f'select {"count(*)" if table == days else "*"} from "{table}"')
            out[table] = sorted((tuple(map(str, row)) for row in cursor.fetchall()), key=repr)
    return out


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Whatever is tried inside leaves every table as it was: rows, events, documents, numbers, tasks."""
    before = everything()
    yield
    after = everything()
    assert {table: rows for table, rows in after.items() if rows != before[table]} == {}


def refusal(act: Callable[[], object], kind: type[DomainError] = DomainError) -> DomainError:
    """The error that ``act`` raises; it changes nothing and says what to do."""
    with nothing_changes(), pytest.raises(kind) as caught:
        act()
    assert caught.value.message
    assert caught.value.remedy or all(item.remedy for item in getattr(caught.value, "errors", [None]))
    assert str(caught.value)
    return caught.value


def verbs(number: str) -> list[str]:
    """The verbs recorded on a case, first to last."""
    from tongban.records import queries as records

    return [event.verb for event in records.events(f"case:{number}")]


def sound() -> None:
    """The audit of all rooms finds nothing."""
    from tongban.records import queries as records

    found = [f"{item.chain} {item.seq} {item.problem}: {item.message}" for item in records.verify()]
    assert not found, "\n".join(found)

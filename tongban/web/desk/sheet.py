"""The case page cut from a :class:`DeskCaseView`: which material is looked at, which points, which buttons and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext

from tongban.cases.queries.views import (
    CaseMaterialView,
    DeskCaseView,
    FileRow,
    FindingView,
    Point,
    ReviewView,
    StoryEntry,
)
from tongban.core.errors import DomainError, Stale
from tongban.web.desk import wording
from tongban.web.desk.acts import ACTS

FORM = "form"  # the material key under which the application form is looked at
COMPLETENESS = "completeness"

#: The bar at the bottom, always in this order: main verb, correction, refusal; then the quiet ones.
BAR: Mapping[str, tuple[str, ...]] = {
    "received": ("accept", "file", "request_correction", "refuse_acceptance", "not_required"),
    "accepted": ("opinion", "countersign", "grant", "refuse"),
    "granted": ("make_certificate", "deliver"),
    "certified": ("deliver",),
}
ALWAYS = ("assign", "note")
MORE = (
    "inspect",
    "order_inspection",
    "request_clarification",
    "consult",
    "remind",
    "start_special",
    "supplement_special",
    "end_special",
    "extend",
    "convert",
    "put_back",
    "terminate",
    "void_certificate",
)
#: Verbs after which an open question to a department has no use any more: the panel warns, it does not bar.
ENDING = {"grant", "refuse", "file", "not_required", "refuse_acceptance", "terminate"}
DANGER = {"refuse_acceptance", "not_required", "refuse", "terminate", "void_certificate"}
KEYS = {"assign": "T", "note": "N"}


@dataclass(frozen=True)
class Button:
    """One verb in the bar. ``why`` empty: it is on."""

    key: str
    verb: str
    label: str
    url: str
    primary: bool = False
    why: str = ""
    remedy: str = ""
    rule: Any = None
    kbd: str = ""

    @property
    def reason(self) -> str:
        """Why it is off and what would switch it on."""
        return wording.joined(self.why, self.remedy)


@dataclass(frozen=True)
class CheckRow:
    """One check point as the page shows it, with the annotations that hang on it."""

    step: str
    finding: FindingView
    points: tuple[Point, ...] = ()
    open_form: bool = False

    @property
    def unsettled(self) -> bool:
        """Whether something is written at it that is not settled."""
        return any(point.state in ("open", "sent", "unmet") for point in self.points)

    @property
    def key(self) -> str:
        """Step and point: the anchor of the row."""
        return f"{self.step}-{self.finding.point.key}"


@dataclass(frozen=True)
class Group:
    """Check points under one heading. ``material`` names the material they are read from, if one."""

    title: str
    step: str
    rows: tuple[CheckRow, ...]
    editable: bool
    material: str = ""
    sop: str = ""
    current: bool = False
    together: bool = False  # points that one act may find met
    why_not: str = ""  # why the reader may not yet

    @property
    def left(self) -> int:
        """How many have no finding yet."""
        return sum(1 for row in self.rows if row.finding.met is None)

    @property
    def failed(self) -> int:
        """How many were found not met."""
        return sum(1 for row in self.rows if row.finding.met is False)

    @property
    def singly(self) -> int:
        """How many have no finding and have to be judged singly: something unsettled is written at them."""
        return sum(1 for row in self.rows if row.finding.met is None and row.unsettled) if self.together else 0

    @property
    def many(self) -> int:
        """How many one act may find met; one alone has its own button."""
        count = self.left - self.singly if self.together else 0
        return count if count > 1 else 0

    @property
    def undoable(self) -> int:
        """How many the reader found met in one act."""
        return sum(1 for row in self.rows if row.finding.together) if self.together else 0

    @property
    def has_open_form(self) -> bool:
        """Whether one of the rows is being written about."""
        return any(row.open_form for row in self.rows)


@dataclass
class Sheet:
    """Everything the case page's template needs, worked out."""

    case: DeskCaseView
    actor_id: str
    params: Mapping[str, str]
    material: CaseMaterialView | None = None
    file: FileRow | None = None
    show_form: bool = False
    groups: tuple[Group, ...] = ()
    buttons: tuple[Button, ...] = ()
    more: tuple[Button, ...] = ()
    reasons: tuple[Button, ...] = ()
    loose: tuple[Point, ...] = ()
    drafted: tuple[Point, ...] = ()
    to_judge: tuple[Point, ...] = ()
    stage: str = ""
    neighbours: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address of the case page."""
        return reverse("desk:case", args=[self.case.number])

    @property
    def original(self) -> str:
        """The address of the file looked at as it was handed in."""
        return reverse("desk:case_file", args=[self.case.number, self.file.file_id]) if self.file else ""

    @property
    def shown(self) -> tuple[str, str]:
        """Address and kind of what the viewer shows of the file: itself, or its copy for reading. Empty: not made."""
        if self.file is None or self.file.copy is None:
            return self.original, self.file.mime if self.file else ""
        if not self.file.copy.ready:
            return "", ""
        return reverse("desk:case_file_copy", args=[self.case.number, self.file.file_id]), "application/pdf"

    def link(self, **changes: str) -> str:
        """The case page with other parameters."""
        kept = {key: value for key, value in self.params.items() if key in ("m", "f")}
        kept.update(changes)
        query = urlencode({key: value for key, value in kept.items() if value})
        return f"{self.url}?{query}" if query else self.url


def build(case: DeskCaseView, actor_id: str, params: Mapping[str, str]) -> Sheet:
    """The page of ``case`` for the reader; ``params``: m material, f file, point annotation being written."""
    sheet = Sheet(case, actor_id, params)
    _choose_material(sheet)
    sheet.stage = stage(case)
    sheet.drafted = tuple(point for point in case.points if point.state in ("open", "unmet"))
    sheet.to_judge = _to_judge(case)
    sheet.groups = tuple(_groups(sheet))
    shown = {point.number for group in sheet.groups for row in group.rows for point in row.points}
    sheet.loose = tuple(point for point in case.points if point.number not in shown)
    sheet.buttons, sheet.more = _bar(case)
    sheet.reasons = tuple(button for button in sheet.buttons if button.why)
    return sheet


def _choose_material(sheet: Sheet) -> None:
    materials = sheet.case.materials
    corrected = (point.material_key for point in _to_judge(sheet.case) if point.state == "sent" and point.material_key)
    wanted = sheet.params.get("m") or next(corrected, "")
    if wanted == FORM or not materials:
        sheet.show_form = True
    else:
        sheet.material = next((item for item in materials if item.key == wanted), None) or _first(materials)
        files = sheet.material.files
        sheet.file = next((item for item in files if item.file_id == sheet.params.get("f")), None) or (
            files[0] if files else None
        )
    order = [FORM, *(item.key for item in materials)]
    here = order.index(FORM if sheet.material is None else sheet.material.key)
    sheet.neighbours = {
        "previous": order[here - 1] if here else "",
        "next": order[here + 1] if here + 1 < len(order) else "",
    }


def _first(materials: tuple[CaseMaterialView, ...]) -> CaseMaterialView:
    """The first material with something to look at that the reader has not opened; else the first."""
    unseen = (item for item in materials if not item.seen and (item.files or item.licence_id))
    return next(unseen, None) or materials[0]


def happened_since(case: DeskCaseView, stale: Stale | None) -> list[StoryEntry]:
    """What others did on the case meanwhile, newest first."""
    if stale is None:
        return []
    missed = {getattr(event, "seq", 0) for event in stale.since}
    return [entry for entry in case.story if entry.seq in missed]


def stage(case: DeskCaseView) -> str:
    """Where the case is, in the words of the desk; the status itself for a closed one."""
    status = str(case.status)
    if status == "received":
        return "correction" if case.correction else "completeness"
    if status == "accepted":
        return "review" if any(item.done_on is None for item in case.reviews) else "decision"
    return {"granted": "certificate", "certified": "delivery"}.get(status, status)


def _to_judge(case: DeskCaseView) -> tuple[Point, ...]:
    """Points whose correction came in: to be marked as mended or still unmet."""
    if case.correction is not None or str(case.status) != "received":
        return ()
    return tuple(point for point in case.points if point.notice_number and point.state in ("sent", "met", "unmet"))


def _groups(sheet: Sheet) -> Iterable[Group]:
    case = sheet.case
    received = str(case.status) == "received"
    if not received:
        mine = [review for review in case.reviews if review.mine]
        for review in mine:
            yield _review_group(sheet, review, current=True)
    yield from _completeness_groups(sheet, received)
    if not received:
        for review in case.reviews:
            if not review.mine:
                yield _review_group(sheet, review, current=False)


def _review_group(sheet: Sheet, review: ReviewView, *, current: bool) -> Group:
    off = sheet.case.actions.get(f"opinion:{review.key}")
    editable = review.mine and (off is None or off.code == "points_unchecked")
    rows = tuple(_row(sheet, review.key, finding) for finding in review.findings)
    return Group(review.name, review.key, rows, editable, sop=review.sop, current=current)


def _completeness_groups(sheet: Sheet, received: bool) -> Iterable[Group]:
    case = sheet.case
    editable = received and case.actions.get("check") is None and case.actions.get("annotate") is None
    left = {finding.point.key: finding for finding in case.completeness}
    ordered = sorted(case.materials, key=lambda item: item is not sheet.material)
    for material in ordered:
        points = material.spec.check_points if material.spec else ()
        rows = tuple(_row(sheet, COMPLETENESS, left.pop(point.key)) for point in points if point.key in left)
        if rows:
            here = received and material is sheet.material
            unseen = editable and not material.seen and material.source in ("upload", "licence")
            why = gettext("Open this material first.") if unseen else ""
            yield Group(
                material.name, COMPLETENESS, rows, editable, material.key, "", here, together=editable, why_not=why
            )
    if left:
        rows = tuple(_row(sheet, COMPLETENESS, finding) for finding in left.values())
        whole = Group("", COMPLETENESS, rows, editable, sop=case.completeness_sop, current=received)
        yield whole


def _row(sheet: Sheet, step: str, finding: FindingView) -> CheckRow:
    own = tuple(point for point in sheet.case.points if step == COMPLETENESS and point.check_point == finding.point.key)
    return CheckRow(step, finding, own, sheet.params.get("point") == f"{step}-{finding.point.key}")


def _bar(case: DeskCaseView) -> tuple[tuple[Button, ...], tuple[Button, ...]]:
    main = [button for verb in BAR.get(str(case.status), ()) for button in _verb_buttons(case, verb)]
    main = [button for button in main if _worth_showing(case, button)]
    mine = [button for button in main if _code(case, button) != "not_your_post"]
    mine = [*(mine if case.can_see_all else ()), *_answers(case)]
    main = mine or main  # who has nothing to do here is told who has
    first = next((button for button in main if button.verb not in DANGER), None)
    bar = [Button(**{**vars(button), "primary": button is first}) for button in main]
    bar += [button for verb in ALWAYS for button in _verb_buttons(case, verb) if _on_post(case, button)]
    more = [button for verb in MORE for button in _verb_buttons(case, verb) if _on_post(case, button)]
    return tuple(bar), tuple(more)


def _answers(case: DeskCaseView) -> list[Button]:
    """One button for each question that the reader can answer now."""
    on = [item for item in case.consultations if case.actions.get(f"answer_consultation:{item.number}", item) is None]
    return [
        Button(
            key=f"answer_consultation:{item.number}",
            verb="answer_consultation",
            label=f"{wording.VERB['answer_consultation']}·{item.asked_from_name}",
            url=question_url(case.number, "answer_consultation", item.number),
        )
        for item in on
    ]


def question_url(number: str, verb: str, question: int) -> str:
    """The panel of ``verb`` on one question to a department."""
    return reverse("desk:act", args=[number, verb]) + "?" + urlencode({"question": question})


def _verb_buttons(case: DeskCaseView, verb: str) -> list[Button]:
    """One button, or one for each review of the reader's department."""
    if not ACTS[verb].about_review:
        return [_button(case, verb, verb, "")]
    mine = [review for review in case.reviews if review.mine]
    return [
        _button(case, f"{verb}:{review.key}", verb, review.key if len(mine) > 1 else "", review.key) for review in mine
    ]


def _button(case: DeskCaseView, key: str, verb: str, suffix: str, review: str = "") -> Button:
    error = case.actions.get(key)
    url = reverse("desk:act", args=[case.number, verb])
    name = next((item.name for item in case.reviews if item.key == suffix), "")
    label = f"{wording.VERB[verb]}·{name}" if name else str(wording.VERB[verb])
    return Button(
        key=key,
        verb=verb,
        label=label,
        url=f"{url}?{urlencode({'review': review})}" if review else url,
        why=wording.refusal(error) if error else "",
        remedy=wording.remedy(error) if error else "",
        rule=error.rule if error else None,
        kbd=KEYS.get(verb, ""),
    )


def _code(case: DeskCaseView, button: Button) -> str:
    error: DomainError | None = case.actions.get(button.key)
    return error.code if error else ""


def _worth_showing(case: DeskCaseView, button: Button) -> bool:
    """A verb the track does not know is no button; a second signature that nobody awaits is none either."""
    code = _code(case, button)
    if code == "not_your_post":
        return button.verb in ("accept", "file", "make_certificate", "deliver", "grant")
    if code in ("no_second_needed", "not_your_review"):
        return False
    if code == "opinion_given":
        return not any(item.mine and item.done_on is None and item.first_name for item in case.reviews)
    if button.verb == "deliver" and code == "certificate_first":
        return False
    return code != "wrong_status" and code != "no_certificate"


def _on_post(case: DeskCaseView, button: Button) -> bool:
    return _code(case, button) not in {
        "not_your_post", "wrong_status", "no_conversion", "no_pause", "not_assigned", "no_inspection",
        "inspection_ordered", "ground_not_listed", "no_extension",
    }  # fmt: skip

"""What the pages of an application share: reading the draft, what is done, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from tongban.cases import queries as cases
from tongban.cases.queries.views import DraftMaterial, DraftPage, DraftView
from tongban.core.actors import Actor
from tongban.core.materials import find_variant


@dataclass(frozen=True)
class Task:
    """One line of the task list. ``state``: done, doing, todo, locked."""

    label: str
    hint: str
    url: str
    state: str


@dataclass(frozen=True)
class TaskGroup:
    """A headed part of the task list."""

    title: str
    tasks: Sequence[Task]


def read_draft(draft_id: Any, actor: Actor) -> DraftView:
    """The draft as it is now. Raises NotFound for anybody else's."""
    return cases.draft(str(draft_id), actor, timezone.now())


def frame(draft: DraftView) -> dict[str, Any]:
    """What every page of the application shows around its own part."""
    variant = find_variant(draft.version.spec, draft.variant)
    return {
        "nav": "items",
        "draft": draft,
        "spec": draft.version.spec,
        "variant": variant if variant is not None and len(draft.version.spec.variants) > 1 else None,
        "tasks_address": reverse("public:draft", args=[draft.id]),
    }


def groups(draft: DraftView) -> list[TaskGroup]:
    """The task list: confirm, fill in, materials, check and submit."""
    first = confirm_tasks(draft)
    out = [TaskGroup(gettext("First confirm"), first)] if first else []
    if draft.situation_done:
        pages = [
            Task(page.spec.title, page.spec.help, _page_address(draft, page.spec.key), _page_state(draft, page))
            for page in draft.pages
        ]
        if pages:
            out.append(TaskGroup(gettext("Fill in"), pages))
        if draft.materials:
            out.append(TaskGroup(gettext("Materials"), [materials_task(draft)]))
    out.append(TaskGroup(gettext("Check and submit"), [check_task(draft)]))
    return out


def _page_state(draft: DraftView, page: DraftPage) -> str:
    """Done, in progress once something that was typed has been kept, else not started."""
    if page.done:
        return "done"
    typed = any(_has_entry(draft.form.get(field.key)) for field in page.spec.fields if not field.prefill)
    return "doing" if typed else "todo"


def _has_entry(value: object) -> bool:
    """Whether anything was typed or chosen in ``value``, also deep in a table's row or a person's parts."""
    if isinstance(value, Mapping):
        return any(_has_entry(part) for part in value.values())
    if isinstance(value, (list, tuple)):
        return any(_has_entry(part) for part in value)
    return value not in (None, "", False)


def confirm_tasks(draft: DraftView) -> list[Task]:
    """The situation, and the licence it is about where the variant works on one."""
    spec = draft.version.spec
    tasks = []
    if len(spec.variants) > 1 or spec.questions:
        said = [variant.name for variant in spec.variants if variant.key == draft.variant and len(spec.variants) > 1]
        for question in draft.tailored.questions:
            said += [choice.label for choice in question.choices if choice.key == draft.answers.get(question.key)]
        state = "done" if draft.situation_done else "todo"
        address = reverse("public:draft_situation", args=[draft.id])
        tasks.append(Task(gettext("Your situation"), "，".join(said), address, state))
    if draft.situation_done and draft.needs_old_licence:
        number = next((item.number for item in draft.old_licences if item.licence_id == draft.old_licence), "")
        state = "done" if old_licence_done(draft) else "todo"
        address = reverse("public:draft_old_licence", args=[draft.id])
        tasks.append(Task(gettext("The licence it is about"), number, address, state))
    return tasks


def old_licence_done(draft: DraftView) -> bool:
    """Whether the licence the application works on is named, or there is none in the folder to name."""
    return not draft.needs_old_licence or bool(draft.old_licence) or not draft.old_licences


def materials_task(draft: DraftView) -> Task:
    """All materials as one line."""
    missing = sum(1 for item in draft.materials if item.state == "missing")
    given = sum(1 for item in draft.materials if item.files)
    state = "done" if not missing else "doing" if given else "todo"
    hint = gettext("%(missing)s still missing") % {"missing": missing} if missing else ""
    return Task(gettext("Hand in the materials"), hint, reverse("public:draft_materials", args=[draft.id]), state)


def check_task(draft: DraftView) -> Task:
    """The last step, locked until everything is there."""
    open_ = draft.complete and old_licence_done(draft)
    address = reverse("public:draft_check", args=[draft.id]) if open_ else ""
    return Task(gettext("Check, sign and submit"), _check_hint(open_), address, "todo" if open_ else "locked")


def _check_hint(open_: bool) -> str:
    return "" if open_ else gettext("Opens when everything above is done")


def _page_address(draft: DraftView, key: str) -> str:
    return reverse("public:draft_page", args=[draft.id, key])


def next_address(draft: DraftView, after: str = "") -> str:
    """Where "save and continue" leads: the next thing that is not done, beginning after page ``after``."""
    keys = [page.spec.key for page in draft.pages]
    start = keys.index(after) + 1 if after in keys else 0
    for page in (*draft.pages[start:], *draft.pages[:start]):
        if not page.done and page.spec.key != after:
            return _page_address(draft, page.spec.key)
    if any(item.state == "missing" for item in draft.materials):
        return reverse("public:draft_materials", args=[draft.id])
    return reverse("public:draft", args=[draft.id])


def find_material(draft: DraftView, key: str) -> DraftMaterial | None:
    """One material of the draft."""
    return next((item for item in draft.materials if item.spec.key == key), None)


def by_script(request: HttpRequest) -> bool:
    """Whether a script sent the request and takes a piece of a page."""
    return "HX-Request" in request.headers or request.headers.get("X-Requested-With") == "XMLHttpRequest"

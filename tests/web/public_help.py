"""A small hall behind the portal: one invented item with every kind of field, applicants at their browsers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.apps import cases_help
from tests.core import item_sample
from tests.web.page_help import Page
from tongban.accounts import queries as accounts
from tongban.cases import queries
from tongban.cases.queries.views import DraftView
from tongban.core.actors import Actor
from tongban.web.formdata import flatten

ITEM = cases_help.ITEM
RARE = "𠮷野<b>示例</b>&amp;店"


def item_data() -> dict[str, Any]:
    """The sample item with a page of every kind of field that the shared sample lacks."""
    data = cases_help.spec()
    form = item_sample.data()["form"]
    form[0]["fields"] += [
        {"key": "shop", "label": "店名", "max_length": 40},
        {"key": "about", "label": "经营内容", "kind": "textarea"},
        {"key": "goods", "label": "商品", "kind": "choices", "choices": _choices("食品", "日用品", "书报")},
        {"key": "level", "label": "规模", "kind": "choice", "choices": _choices("小", "中", "大")},
        {"key": "chain", "label": "是连锁店", "kind": "boolean"},
        {"key": "place", "label": "店址", "kind": "address"},
        {"key": "owner", "label": "开办企业", "kind": "enterprise", "prefill": "applicant"},
    ]
    form[1]["fields"].append({"key": "photo", "label": "门面照片", "kind": "file"})
    return {"spec": data, "form": form}


def _choices(*labels: str) -> list[dict[str, str]]:
    return [{"key": f"c{number}", "label": label} for number, label in enumerate(labels, 1)]


def hall() -> cases_help.Hall:
    """The hall, open, with the item published."""
    return cases_help.open_hall(cases_help.spec(form=item_data()["form"]))


def yesterday() -> str:
    """Yesterday in the hall: what a test lets happen before the browser opens lies in the past."""
    return (timezone.localdate() - dt.timedelta(days=1)).isoformat()


class Browser:
    """Somebody at the portal."""

    def __init__(self, account: str = "") -> None:
        self.client = Client()
        self.account = account
        if account:
            self.client.force_login(get_user_model().objects.get(pk=account))

    @property
    def actor(self) -> Actor:
        return accounts.actor_for(self.account, timezone.now())

    def open(self, address: str, status: int = 200, **headers: str) -> Page:
        """Open ``address``; whatever comes back obeys the content policy and has no id twice."""
        return seen(self.client.get(address, headers=headers or None), status)

    def send(self, address: str, data: dict[str, Any] | None = None, **options: Any) -> HttpResponse:
        return self.client.post(address, data or {}, **options)

    def refused(self, address: str, data: dict[str, Any] | None = None, status: int = 422) -> Page:
        """Post something wrong: the page comes back with what was wrong."""
        return seen(self.send(address, data), status)

    def goes(self, address: str, data: dict[str, Any] | None = None) -> str:
        """Post something right: the address the reader is sent to."""
        answer = self.send(address, data)
        assert answer.status_code == 302, Page(answer.content.decode()).words()[:800]
        return str(answer.headers["Location"])


def seen(answer: HttpResponse, status: int = 200) -> Page:
    page = Page(answer.content.decode())
    assert answer.status_code == status, page.words()[:800]
    assert page.refused_by_policy() == []
    assert len(page.ids) == len(set(page.ids)), sorted(one for one in page.ids if page.ids.count(one) > 1)
    return page


def upload(name: str = "图.png", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content if content is not None else factories.png())


class Application:
    """One application being filled in at the browser."""

    def __init__(self, browser: Browser, **answers: str) -> None:
        self.browser = browser
        self.base = browser.goes(f"/items/{ITEM}/apply/")
        self.id = self.base.strip("/").rpartition("/")[2]
        self.answers = {"variant": "new", "q.premises": "own", **answers}

    @property
    def draft(self) -> DraftView:
        return queries.draft(self.id, self.browser.actor, timezone.now())

    def values(self, page_key: str, **changes: Any) -> dict[str, Any]:
        """Right entries of a page, as its form would post them."""
        page = next(item.spec for item in self.draft.pages if item.spec.key == page_key)
        data: dict[str, Any] = flatten([page], factories.example_form([page], timezone.localdate()))
        return {**data, **changes}

    def fill(self) -> Application:
        """Situation, every page, every material."""
        self.browser.goes(f"{self.base}situation/", self.answers)
        for item in self.draft.pages:
            for field in item.spec.fields:
                if field.kind == "file":
                    self.browser.goes(f"{self.base}materials/{field.key}/", {"file": upload()})
            self.browser.goes(f"{self.base}pages/{item.spec.key}/", self.values(item.spec.key))
        for material in self.draft.materials:
            if material.state == "missing":
                self.browser.goes(f"{self.base}materials/{material.spec.key}/", {"file": upload()})
        return self

    def signature(self, **changes: str) -> dict[str, str]:
        draft = self.draft
        return {
            "declared": "on",
            "signature": draft.applicant_name,
            "submission_key": draft.submission_key,
            **changes,
        }

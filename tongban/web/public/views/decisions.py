"""The public register of decisions: look for one, read it, take the list along. Nobody has to sign in."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.accounts import services as accounts
from tongban.cases import queries as cases
from tongban.cases.queries import Decision, Wanted
from tongban.core.items import Track
from tongban.core.numbers import page_number
from tongban.core.register import Column, cell
from tongban.web.dates import full_day
from tongban.web.language import is_chinese
from tongban.web.public.forms import FindDecisions
from tongban.web.public.people import visitor
from tongban.web.public.wording import joined, today
from tongban.web.wording import say

#: Pages of the register for one address in so many minutes, and lists taken out.
MOST, MOST_EXPORTS, MINUTES = 240, 10, 10
#: State → (words, colour, icon). 双公示 knows 有效 and 无效; the words say in which way.
STATES: dict[str, tuple[str, str, str]] = {
    "effective": (gettext_noop("Still in force"), "ok", "circle-check"),
    "expired": (gettext_noop("Expired"), "warn", "hourglass"),
    "suspended": (gettext_noop("Suspended"), "warn", "player-pause"),
    "annulled": (gettext_noop("Was annulled"), "late", "circle-x"),
    "withdrawn": (gettext_noop("Was withdrawn by the authority"), "late", "circle-x"),
    "forfeited": (gettext_noop("Was forfeited"), "late", "circle-x"),
    "revoked": (gettext_noop("Was taken away"), "late", "circle-x"),
    "cancelled": (gettext_noop("Deregistered"), "late", "circle-x"),
    "replaced": (gettext_noop("Replaced by a later decision"), "warn", "alert-triangle"),
    "void": (gettext_noop("Declared void"), "late", "circle-x"),
}
#: What the end of a decision rests on.
ENDED: dict[str, str] = {
    "annulled": gettext_noop(
        "Annulled (Administrative Licensing Law, art. 69): it was granted unlawfully or obtained by fraud."
    ),
    "withdrawn": gettext_noop(
        "Withdrawn (Administrative Licensing Law, art. 8): the law or the facts it rested on have changed."
    ),
    "forfeited": gettext_noop("Forfeited as a penalty (Administrative Penalty Law, art. 9)."),
    "cancelled": gettext_noop("Deregistered (Administrative Licensing Law, art. 70)."),
    "void": gettext_noop("The document was issued in error. Its number is not used again."),
}


@never_cache
@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """Look for decisions by name, number, item and date; newest first."""
    form = FindDecisions(request.GET)
    status, page = 200, None
    if not form.is_valid():
        status = 422
    elif request.GET and not _counted(request, form):
        status = 429
    else:
        page = cases.decisions(form.wanted(), today(), page_number(request.GET.get("page")))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "rows": [_row(found) for found in page.rows] if page else [],
        "looked_for": any(form.data.get(name) for name in form.fields),
        "keep": [(name, form.data[name]) for name in ("item", "since", "until", "track") if form.data.get(name)],
        "query": query.urlencode(),
        "kinds": [kind.title if is_chinese() else kind.title_en for kind in cases.register_kinds().values()],
        "nav": "decisions",
    }
    return render(request, "public/decisions.html", context, status=status)


def _counted(request: HttpRequest, form: FindDecisions) -> bool:
    try:
        accounts.limit_attempts(bucket=f"register:{visitor(request)}", most=MOST, minutes=MINUTES, now=timezone.now())
    except accounts.TooMany as error:
        form.add_error("words", joined(say(error.message, error.params), say(error.remedy, error.params)))
        return False
    return True


def _row(found: Decision) -> dict[str, Any]:
    words, colour, icon = STATES[found.state]
    return {"decision": found, "values": found.values, "state": say(words), "colour": colour, "icon": icon}


@never_cache
@require_safe
def decision(request: HttpRequest, document_id: str) -> HttpResponse:
    """One decision with exactly the published fields."""
    accounts.limit_attempts(bucket=f"register:{visitor(request)}", most=MOST, minutes=MINUTES, now=timezone.now())
    found = cases.decision(str(document_id), today())
    context = {
        **_row(found),
        "facts": [
            (_label(column), _shown(found.values[column.key]))
            for column in found.kind.columns
            if column.key in found.values and column.key != "state"
        ],
        "title": found.values.get("document_title") or found.kind.title,
        "ended": say(ENDED.get(found.state, "")),
        "basis": found.kind.basis,
        "on": today(),
        "nav": "decisions",
    }
    return render(request, "public/decision.html", context)


def _label(column: Column) -> str:
    return column.label if is_chinese() else column.label_en


def _shown(value: str | date) -> str:
    return full_day(value) if isinstance(value, date) else value


@never_cache
@require_safe
def decisions_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """What is looked for, as a table that any spreadsheet opens and takes for no formula."""
    wanted = _to_export(request)
    if wanted is None:
        return decisions(request)
    return _sent(_csv_lines(wanted, today()), "text/csv; charset=utf-8", "csv")


@never_cache
@require_safe
def decisions_json(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """What is looked for, as JSON: a heading that names every field and its source, then the decisions."""
    wanted = _to_export(request)
    if wanted is None:
        return decisions(request)
    base = request.build_absolute_uri("/").rstrip("/")
    return _sent(_json_parts(wanted, today(), timezone.now(), base), "application/json", "json")


def _to_export(request: HttpRequest) -> Wanted | None:
    """What is asked for; None where a date is none, which the register's page says."""
    bucket = f"register-export:{visitor(request)}"
    accounts.limit_attempts(bucket=bucket, most=MOST_EXPORTS, minutes=MINUTES, now=timezone.now())
    form = FindDecisions(request.GET)
    return form.wanted() if form.is_valid() else None


def _sent(parts: Iterator[str], kind: str, ending: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse((part.encode() for part in parts), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="decisions-{today().isoformat()}.{ending}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


class _Line:
    """What ``csv.writer`` writes into: it hands each line back."""

    def write(self, text: str) -> str:
        return text


def _columns(wanted: Wanted) -> list[Column]:
    """The columns of a table: of one kind its own, else of all kinds, each key once under its first label."""
    plan = cases.register_kinds()
    kinds = [plan[Track(wanted.track)]] if wanted.track in plan else list(plan.values())
    found: dict[str, Column] = {}
    for kind in kinds:
        for column in kind.columns:
            found.setdefault(column.key, column)
    return list(found.values())


def _csv_lines(wanted: Wanted, on: date) -> Iterator[str]:
    writer, columns = csv.writer(_Line(), lineterminator="\r\n"), _columns(wanted)
    head = [_label(column) for column in columns]
    states = {key: say(words) for key, (words, _colour, _icon) in STATES.items()}
    yield "\ufeff" + writer.writerow([cell(text) for text in head])
    for found in cases.every_decision(wanted, on):
        values = {**found.values, "state": states[found.state]}
        yield writer.writerow([cell(_plain(values.get(column.key, ""))) for column in columns])


def _plain(value: str | date) -> str:
    return value.isoformat() if isinstance(value, date) else value


def _json_parts(wanted: Wanted, on: date, at: datetime, base: str) -> Iterator[str]:
    fields = [
        {"kind": str(kind.track), "key": column.key, "label": column.label, "source": column.source}
        for kind in cases.register_kinds().values()
        for column in kind.columns
    ]
    head = {"publisher": settings.AUTHORITY_NAME, "as_of": at.isoformat(timespec="seconds"), "fields": fields}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "decisions": [\n'
    comma = ""
    for found in cases.every_decision(wanted, on):
        entry: dict[str, Any] = {"kind": str(found.kind.track)}
        entry |= {key: _plain(value) for key, value in found.values.items()}
        entry["effective"] = found.in_force
        if found.state_since:
            entry["state_since"] = found.state_since.isoformat()
        entry["page"] = base + reverse("public:decision", args=[found.id])
        yield comma + json.dumps(entry, ensure_ascii=False)
        comma = ",\n"
    yield "\n]}\n"

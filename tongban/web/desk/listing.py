"""What an address of the work list asks for, and the links that a list page offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from tongban.accounts.queries import FilterView, LayoutView
from tongban.cases import queries
from tongban.cases.queries import Listing
from tongban.core import worklists
from tongban.core.actors import Actor, Duty
from tongban.core.errors import FieldError
from tongban.core.numbers import page_number, whole
from tongban.web.desk import wording

OWN_LANES = ("mine", "overdue", "today", "waiting", "paused", "consulted")
DEPARTMENT_LANES = ("unassigned", "department", "closed")
#: Posts that act on nothing of their own start with everything they may see.
_WATCHING = {Duty.SUPERVISOR, Duty.AGENCY_HEAD, Duty.GOVERNMENT_HEAD, Duty.OPERATOR, Duty.CATALOGUE_MANAGER}


@dataclass(frozen=True)
class Asked:
    """What an address asks for. ``saved`` is the id of the view it came from, as text; ``errors``: wrong entries."""

    listing: Listing
    sort: str = ""
    page: int = 1
    saved: str = ""
    errors: tuple[FieldError, ...] = ()

    def address(self, **changes: str) -> str:
        """The address of this list with ``changes``: every list is a link that can be kept."""
        values = {**as_params(self.listing, self.sort), "saved": self.saved, **changes}
        return "?" + urlencode({key: value for key, value in values.items() if value})


def first_lane(actor: Actor) -> str:
    """The lane somebody sees who asks for none."""
    return "department" if actor.duties and actor.duties <= _WATCHING else "mine"


def asked(params: Mapping[str, str], lane: str, layout: LayoutView | None = None) -> Asked:
    """Read an address; ``lane`` is the one to show where it names none."""
    filters, errors = worklists.filters(params)
    wanted = params.get("lane", "")
    sort = params.get("sort", "")[:20]
    order = worklists.order(sort or (layout.sort if layout else ""))
    saved = params.get("saved", "")
    return Asked(
        Listing(wanted if wanted in queries.LANES else lane, filters, order),
        str(worklists.order(sort)) if sort else "",
        page_number(params.get("page")),
        "" if whole(saved) is None else saved,
        tuple(errors),
    )


def as_params(listing: Listing, sort: str = "") -> dict[str, str]:
    """A list as the parameters of its address; also what a saved view keeps."""
    return {"lane": listing.known_lane, **worklists.params(listing.filters), "sort": sort}


def saved_listings(saved: tuple[FilterView, ...]) -> dict[int, Listing]:
    """What each saved view shows."""
    return {item.id: asked({key: str(value) for key, value in item.query.items()}, "mine").listing for item in saved}


def rail(
    found: Asked, counts: Mapping[str, int], numbers: Mapping[int, int], saved: tuple[FilterView, ...]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """The lanes and saved views beside the list, with their live numbers."""

    def lane(key: str) -> dict[str, Any]:
        return {
            "id": f"lane-{key}",
            "label": wording.LANE[key],
            "count": counts.get(key),
            "late": key == "overdue" and bool(counts.get(key)),
            "url": "?" + urlencode({"lane": key}),
            "current": not found.saved and key == found.listing.known_lane,
        }

    def view(item: FilterView) -> dict[str, Any]:
        return {
            "id": f"saved-{item.id}",
            "label": item.name,
            "count": numbers.get(item.id),
            "late": False,
            "url": "?" + urlencode({**item.query, "saved": str(item.id)}),
            "current": found.saved == str(item.id),
            "shared": item.shared,
        }

    called = {**lane("mentions"), "url": reverse("desk:mentions"), "late": bool(counts.get("mentions"))}
    groups = [
        (gettext("Mine"), [*(lane(key) for key in OWN_LANES), called]),
        (gettext("My department"), [lane(key) for key in DEPARTMENT_LANES]),
    ]
    return [*groups, (gettext("Saved filters"), [view(item) for item in saved])] if saved else groups


def chips(found: Asked) -> dict[str, Any]:
    """The quick filters above the list, each a link that switches itself on and off."""
    filters = found.listing.filters

    def link(**changes: str) -> str:
        return found.address(**{"saved": "", **changes})

    return {
        "stages": [("", gettext("All"), link(stage=""))]
        + [(key, wording.STAGE[key], link(stage=key)) for key in worklists.STAGES],
        "colours": [
            (key, label, icon, link(colour="" if filters.colour == key else key)) for key, label, icon in colours()
        ],
        "clear": "?" + urlencode({"lane": found.listing.known_lane}),
    }


def colours() -> list[tuple[str, str, str]]:
    """The colours of clocks: key, label, icon."""
    return [
        ("late", pgettext("clock", "Late"), "square-x"),
        ("soon", gettext("Due soon"), "alert-triangle"),
        ("normal", gettext("In time"), "circle-check"),
        ("paused", gettext("Paused"), "player-pause"),
    ]


def headings(found: Asked, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """The heads of the columns: what can be ordered by is a link that turns the order round."""
    order = found.listing.order
    out = []
    for key in columns:
        here = key == order.by
        turned = replace(order, by=key, descending=here and not order.descending) if key in worklists.SORTS else None
        out.append(
            {
                "key": key,
                "label": wording.LIST_COLUMN[key],
                "url": found.address(sort=str(turned)) if turned else "",
                "sorted": ("descending" if order.descending else "ascending") if here else "",
            }
        )
    return out


def conditions(found: Asked, items: Mapping[str, str], officers: Mapping[str, str]) -> list[tuple[str, str]]:
    """The conditions that have no button, in words, each with the address without it."""
    filters = found.listing.filters
    people = {worklists.ME: gettext("me"), worklists.NOBODY: gettext("nobody yet"), **officers}
    said = {
        "item": items.get(filters.item, filters.item) if filters.item else "",
        "assignee": gettext("with %(name)s") % {"name": people.get(filters.assignee, gettext("an officer"))}
        if filters.assignee
        else "",
        "mark": str(wording.TAG[filters.mark]) if filters.mark else "",
        "since": gettext("received from %(day)s") % {"day": filters.since} if filters.since else "",
        "until": gettext("received until %(day)s") % {"day": filters.until} if filters.until else "",
        "q": f"“{filters.search}”" if filters.search else "",
    }
    return [(text, found.address(saved="", **{key: ""})) for key, text in said.items() if text]


def back_to(text: str) -> str:
    """The list to go back to: only an address of ours, with parameters and nothing else."""
    return reverse("desk:work") + ("?" + text.lstrip("?") if text.strip("?") else "")

"""What officers arrange for themselves at the desk: saved views of the list, its columns, texts that come again.

An officer's own, or shared with the department; a shared one is changed by who made it or by the department's head.
None of it has legal effect, so none of it is an event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, Q, Value

from tongban.accounts.models import ListLayout, SavedFilter, TextBlock
from tongban.accounts.posting import heads, invalid_entry, organisation_of
from tongban.core import worklists
from tongban.core.actors import Actor
from tongban.core.errors import Forbidden, NotFound, Refused, gettext_noop

#: Most that one person keeps of a kind, and most that a department shares: more cannot be found again.
MOST_FILTERS, MOST_SHARED_FILTERS, MOST_TEXTS = 12, 12, 200
MOST_NAME, MOST_TITLE, MOST_TEXT = 40, 60, 1000


@dataclass(frozen=True)
class FilterView:
    """A saved view. ``mine``: the reader made it; ``changeable``: the reader may rename, share or delete it."""

    id: int
    name: str
    query: Mapping[str, str]
    shared: bool
    mine: bool
    changeable: bool
    owner_name: str = ""


@dataclass(frozen=True)
class LayoutView:
    """The columns of the reader's list, and its order."""

    columns: tuple[str, ...]
    sort: str


@dataclass(frozen=True)
class TextView:
    """A text block; flags as in :class:`FilterView`."""

    id: int
    title: str
    text: str
    shared: bool
    mine: bool
    changeable: bool
    owner_name: str = ""


def _reachable(actor: Actor) -> Q:
    """The reader's own rows and those its department shares."""
    own = Q(owner_id=int(actor.id))
    if not actor.organisation:
        return own
    return own | Q(organisation__key=actor.organisation, organisation__region__code=actor.region_code)


def _changeable(actor: Actor, owner_id: int, shared: bool) -> bool:
    return str(owner_id) == actor.id or (shared and heads(actor))


def saved_filters(actor: Actor) -> list[FilterView]:
    """The reader's saved views, then those the department shares (one query)."""
    return list(arrangement(actor)[1])


def arrangement(actor: Actor) -> tuple[LayoutView, tuple[FilterView, ...]]:
    """How the reader's list looks, and its saved views: the own ones first (one query for both)."""
    kept = SavedFilter.objects.filter(_reachable(actor)).values_list(
        Value("filter"), "pk", "name", "query", "owner_id", "owner__name", "organisation_id"
    )
    own = ListLayout.objects.filter(pk=int(actor.id)).values_list(
        Value("layout"), "pk", "sort", "columns", "pk", Value(""), Value(None, BigIntegerField())
    )
    columns: Sequence[str] = ()
    sort, found = "", []
    for kind, key, name, content, owner, owner_name, organisation in kept.union(own, all=True):
        if kind == "layout":
            columns, sort = content, name
            continue
        shared = organisation is not None
        flags = (shared, str(owner) == actor.id, _changeable(actor, owner, shared))
        found.append(FilterView(key, name, content, *flags, owner_name))
    found.sort(key=lambda item: (not item.mine, item.id))
    return LayoutView(worklists.columns(columns), str(worklists.order(sort))), tuple(found)


def save_layout(*, actor: Actor, columns: Sequence[str], sort: str = "") -> None:
    """Keep the columns in this order; none chosen means the usual ones."""
    values = {"columns": list(worklists.columns(columns)), "sort": str(worklists.order(sort))}
    ListLayout.objects.update_or_create(pk=int(actor.id), defaults=values)


def reset_layout(*, actor: Actor) -> None:
    """Back to the usual columns and order."""
    ListLayout.objects.filter(pk=int(actor.id)).delete()


def save_filter(*, actor: Actor, name: str, query: Mapping[str, str], shared: bool, now: datetime) -> int:
    """Keep a view under a name of the officer's own; an own view of that name is replaced. Returns its id."""
    name = _line(name, "name", MOST_NAME)
    _check_share(actor, shared)
    if any(len(word) >= 15 and sum(map(str.isdigit, word)) >= 8 for word in query.get("q", "").split()):
        raise invalid_entry(
            "name",
            gettext_noop("A filter with an identity number or credit code is not kept: it would lie open."),
            gettext_noop("Save it without the number, and look the number up when you need it."),
        )
    with transaction.atomic():
        own = SavedFilter.objects.select_for_update().filter(owner_id=int(actor.id))
        row = own.filter(name=name).first()
        if row is None:
            _check_room(own.count(), MOST_FILTERS)
            row = SavedFilter(owner_id=int(actor.id), name=name, created_at=now)
        if shared and row.organisation_id is None:
            rows = SavedFilter.objects.filter(organisation=organisation_of(actor))
            _check_room(rows.count(), MOST_SHARED_FILTERS)
        row.query = {key: str(value) for key, value in query.items() if value}
        row.organisation = organisation_of(actor) if shared else None
        row.save()
    return row.pk


def share_filter(*, actor: Actor, filter_id: int, shared: bool) -> None:
    """Show a view to the department, or to its maker alone again."""
    with transaction.atomic():
        row = _filter(actor, filter_id)
        _check_share(actor, shared)
        if shared and row.organisation_id is None:
            _check_room(SavedFilter.objects.filter(organisation=organisation_of(actor)).count(), MOST_SHARED_FILTERS)
        row.organisation = organisation_of(actor) if shared else None
        row.save(update_fields=["organisation"])


def delete_filter(*, actor: Actor, filter_id: int) -> None:
    """Take a saved view away; the cases it showed are untouched."""
    with transaction.atomic():
        _filter(actor, filter_id).delete()


def _filter(actor: Actor, filter_id: int) -> SavedFilter:
    row = SavedFilter.objects.select_for_update(of=("self",)).filter(_reachable(actor), pk=filter_id).first()
    if row is None:
        raise NotFound(
            gettext_noop("There is no such saved filter."), remedy=gettext_noop("Go back to the list of saved filters.")
        )
    if not _changeable(actor, row.owner_id, row.organisation_id is not None):
        raise _not_yours()
    return row


def texts(actor: Actor, search: str = "") -> list[TextView]:
    """The reader's texts, then those the department shares, by title (one query)."""
    rows = TextBlock.objects.filter(_reachable(actor)).select_related("owner").order_by("title", "pk")
    if search:
        rows = rows.filter(Q(title__icontains=search) | Q(text__icontains=search))
    found = [
        TextView(
            row.pk,
            row.title,
            row.text,
            row.organisation_id is not None,
            str(row.owner_id) == actor.id,
            _changeable(actor, row.owner_id, row.organisation_id is not None),
            row.owner.name,
        )
        for row in rows
    ]
    return sorted(found, key=lambda item: not item.mine)


def save_text(*, actor: Actor, title: str, text: str, shared: bool, now: datetime, text_id: int | None = None) -> int:
    """Add a text block, or change the one called ``text_id``; returns its id."""
    title, text = _line(title, "title", MOST_TITLE), _paragraphs(text)
    _check_share(actor, shared)
    try:
        with transaction.atomic():
            if text_id is None:
                _check_room(TextBlock.objects.filter(owner_id=int(actor.id)).count(), MOST_TEXTS)
                row = TextBlock(owner_id=int(actor.id), created_at=now)
            else:
                row = _text(actor, text_id)
            row.title, row.text = title, text
            row.organisation = organisation_of(actor) if shared else None
            row.save()
    except IntegrityError as error:
        raise invalid_entry(
            "title", gettext_noop("You have a text of this title already."), gettext_noop("Choose another title.")
        ) from error
    return row.pk


def text(actor: Actor, text_id: int) -> TextView:
    """One text block of the reader's own or its department's. Raises NotFound."""
    found = next((item for item in texts(actor) if item.id == text_id), None)
    if found is None:
        raise _no_text()
    return found


def delete_text(*, actor: Actor, text_id: int) -> None:
    """Take a text block away; what was written with it stays."""
    with transaction.atomic():
        _text(actor, text_id).delete()


def _text(actor: Actor, text_id: int) -> TextBlock:
    row = TextBlock.objects.select_for_update(of=("self",)).filter(_reachable(actor), pk=text_id).first()
    if row is None:
        raise _no_text()
    if not _changeable(actor, row.owner_id, row.organisation_id is not None):
        raise _not_yours()
    return row


def _no_text() -> NotFound:
    return NotFound(gettext_noop("There is no such text."), remedy=gettext_noop("Go back to the list of texts."))


def _not_yours() -> Forbidden:
    return Forbidden(
        gettext_noop("A shared entry is changed by who made it, or by the head of the department."),
        remedy=gettext_noop("Ask one of them, or save one of your own."),
    )


def _check_share(actor: Actor, shared: bool) -> None:
    if shared and not actor.organisation:
        raise Refused(
            gettext_noop("You hold no post, so there is no department to share with."),
            remedy=gettext_noop("Keep it for yourself."),
        )


def _check_room(number: int, most: int) -> None:
    if number >= most:
        raise Refused(
            gettext_noop("There are %(most)s already, which is as many as are kept."),
            remedy=gettext_noop("Delete one that is no longer used."),
            params={"most": most},
        )


def _line(value: str, entry: str, most: int) -> str:
    """One line of text. Raises Invalid naming ``entry``."""
    value = " ".join(value.split())
    if not value or not value.isprintable():
        raise invalid_entry(entry, gettext_noop("The name is missing."), gettext_noop("Write a short name."))
    if len(value) > most:
        raise invalid_entry(
            entry,
            gettext_noop("This has %(length)s characters; at most %(most)s fit."),
            gettext_noop("Shorten it."),
            length=len(value),
            most=most,
        )
    return value


def _paragraphs(value: str) -> str:
    value = value.replace("\r\n", "\n").strip()
    if not value:
        raise invalid_entry("text", gettext_noop("The text is missing."), gettext_noop("Write what is to be inserted."))
    if len(value) > MOST_TEXT:
        raise invalid_entry(
            "text",
            gettext_noop("This has %(length)s characters; at most %(most)s fit."),
            gettext_noop("Shorten it."),
            length=len(value),
            most=MOST_TEXT,
        )
    return value

"""Editing a draft at the desk: entries, lists, undo. Several people may edit one draft; nobody's entry is lost.

Everything a form sends names its place as it was at the revision the form was made from; ``core.changes`` finds the
place again and tells two entries in one place apart. What cannot be read as a value of its field (letters where a
number belongs) is kept as it was typed and forbids publishing until it is corrected.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.db import transaction

from tongban.catalogue.models import Item, ItemVersion
from tongban.catalogue.queries.editing import DraftView, draft_view, history
from tongban.catalogue.queries.versions import chain_of, view
from tongban.catalogue.services.versions import check_may_publish, draft_values, log_revision, replacing
from tongban.core.actors import Actor
from tongban.core.changes import (
    Change,
    Conflict,
    Entry,
    Path,
    Revision,
    applied,
    changes_of,
    merge,
    path_of,
    place_now,
    taken_back,
    text_of,
    value_at,
)
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError, FieldError, Invalid, NotFound, Refused, Stale, gettext_noop
from tongban.core.items import ItemSpec, ItemVersionSpec
from tongban.core.shapes import blank, copied, new_element, read_texts, shape_at
from tongban.core.specs import build, plain
from tongban.records.services import JSON, append_to_chain

#: Days between opening a draft and the date of effect it proposes: time to read, publish and announce.
NOTICE_DAYS = 30
#: Most entries of one list.
MOST_ENTRIES = 500
#: Names no form may write: keys are made, the number is given.
FIXED = frozenset({"key", "number"})

Step = Literal["add", "copy", "remove", "up", "down", "put", "clear"]


@dataclass(frozen=True)
class Saved:
    """What became of the entries of a form. ``revision`` is the draft's now; ``others`` did something meanwhile.

    ``path`` is the place a step on a list ended at.
    """

    revision: int
    changed: bool
    errors: tuple[FieldError, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    others: tuple[Revision, ...] = ()
    path: Path | None = None


def open_draft(*, item_key: str, actor: Actor, now: dt.datetime) -> int:
    """The number of the draft to edit: the open one, else a new one made from the newest version.

    An item that is only listed starts from an empty version under its published name. Raises :class:`NotFound`.
    """
    check_may_publish(actor)
    with transaction.atomic():
        item = Item.objects.select_for_update().filter(key=item_key).first()
        if item is None:
            raise NotFound(gettext_noop("This item does not exist."))
        newest = ItemVersion.objects.select_related("item").filter(item=item).order_by("-number").first()
        if newest is not None and newest.status == ItemVersion.DRAFT:
            return newest.number
        spec = _next_version(item, newest, actor, now)
        row = ItemVersion(item=item, number=spec.number, revision=1, **draft_values(spec))
        row.created_by = row.edited_by = actor.id
        row.created_at = row.edited_at = now
        row.save()
        log_revision(row, (), actor, now)
        _record(row, "open_draft", actor, now, {"from": newest.number if newest else 0})
        return spec.number


def _next_version(item: Item, newest: ItemVersion | None, actor: Actor, now: dt.datetime) -> ItemVersionSpec:
    start = legal_date(now) + dt.timedelta(days=NOTICE_DAYS)
    if newest is None:
        return ItemVersionSpec(1, start, _first_content(item, actor))
    start = max(start, newest.effective_from + dt.timedelta(days=1))
    return ItemVersionSpec(newest.number + 1, start, view(newest).spec)


def _first_content(item: Item, actor: Actor) -> ItemSpec:
    """An empty version that says what the published row says: name, kind, authority."""
    values = blank(ItemSpec)
    values |= {"name": item.name, "plain_name": item.plain_name or item.name, "summary": item.summary}
    values |= {"task_type": item.task_type, "base_code": item.base_code}
    values["authority"] |= {"organisation": item.organisation_key or actor.organisation, "name": item.authority_name}
    for name in ("statutory_limit", "promised_limit"):
        values[name] |= {"start": "acceptance"}
    return build(ItemSpec, values)


def save_entries(
    *,
    version_id: int,
    base: int,
    form: str,
    entries: Mapping[str, Sequence[str]],
    actor: Actor,
    now: dt.datetime,
    quiet: bool = False,
) -> Saved:
    """Lay what a form holds over the draft: place (as at revision ``base``) → texts of its input.

    Places that do not exist are passed over. ``quiet``: saved while typing, which is no event of its own. Raises
    :class:`Forbidden`, :class:`NotFound`.
    """
    with transaction.atomic():
        row, shown = _locked(version_id, actor)
        since = history(row.pk, base)
        unread = dict(row.unread)
        read, errors = _read(entries, since, unread, base, form, row.revision + 1)
        merged = merge(shown.document, since, read, form)
        changes, refused = _possible(shown.document, merged.changes)
        changed = bool(changes) or unread != row.unread
        if changed:
            row.unread = unread
            _commit(row, shown, changes, actor, now, form=form, quiet=quiet)
        return Saved(row.revision, changed, (*errors, *refused), merged.conflicts, _others(since, form, entries))


def _locked(version_id: int, actor: Actor) -> tuple[ItemVersion, DraftView]:
    check_may_publish(actor)
    row = ItemVersion.objects.select_for_update(of=("self",)).select_related("item").filter(pk=version_id).first()
    if row is None:
        raise NotFound(gettext_noop("This version of the item does not exist."))
    if row.status != ItemVersion.DRAFT:
        raise Refused(
            gettext_noop("This version is published already."),
            remedy=gettext_noop("Write a new version if something is to change."),
        )
    return row, draft_view(row)


def _read(
    entries: Mapping[str, Sequence[str]],
    since: Sequence[Revision],
    unread: dict[str, Any],
    base: int,
    form: str,
    number: int,
) -> tuple[list[Entry], list[FieldError]]:
    """The entries as values; what cannot be read goes to ``unread`` under the place it has now."""
    found: list[Entry] = []
    errors: list[FieldError] = []
    earlier = changes_of(since)
    for where, texts in entries.items():
        path = path_of(where)
        shape = shape_at(path)
        if shape is None or path[-1] in FIXED or shape.sort in ("group", "list"):
            continue
        value, error = read_texts(shape, texts, where)
        now_at = place_now(path, earlier)
        kept = unread.get(text_of(now_at)) if now_at else None
        if error is not None:
            errors.append(replace(error, field=text_of(now_at)) if now_at else error)
            if now_at and (kept is None or kept["text"] != texts[-1]):
                unread[text_of(now_at)] = {"text": texts[-1], "since": number, "form": form}
            continue
        if now_at and kept and (kept["form"] == form or kept["since"] <= base):
            del unread[text_of(now_at)]
        found.append(Entry(path, value, shape.default, shape.sort == "answers"))
    return found, errors


def _possible(document: dict[str, Any], changes: Sequence[Change]) -> tuple[list[Change], list[FieldError]]:
    """``changes`` without a last day before the first, which no table can hold; that is told instead."""
    made = applied(document, changes)
    last, first = made.get("effective_to"), made["effective_from"]
    if last is None or last >= first:
        return list(changes), []
    dates = {("effective_to",), ("effective_from",)}
    error = FieldError(
        "effective_to" if any(each.path == ("effective_to",) for each in changes) else "effective_from",
        gettext_noop("The version ends before it begins."),
        gettext_noop("Correct one of the two dates."),
    )
    return [each for each in changes if each.path not in dates], [error]


def _others(since: Sequence[Revision], form: str, entries: Mapping[str, Sequence[str]]) -> tuple[Revision, ...]:
    return tuple(each for each in since if each.form != form and each.changes) if entries else ()


def _commit(
    row: ItemVersion,
    shown: DraftView,
    changes: Sequence[Change],
    actor: Actor,
    now: dt.datetime,
    *,
    form: str = "",
    undoes: int = 0,
    quiet: bool = False,
) -> None:
    spec = build(ItemVersionSpec, applied(shown.document, changes))
    for name, value in draft_values(spec).items():
        setattr(row, name, value)
    row.revision += 1
    row.edited_by, row.edited_at = actor.id, now
    row.save()
    log_revision(row, changes, actor, now, form=form, undoes=undoes)
    if not quiet:
        places = sorted({text_of(each.path) for each in changes})
        _record(row, "edit_draft", actor, now, {"revision": row.revision, "places": places[:50], "undoes": undoes})


def _record(row: ItemVersion, verb: str, actor: Actor, now: dt.datetime, facts: Mapping[str, Any]) -> None:
    told: dict[str, JSON] = {"item": row.item.key, "number": row.number, "content_hash": row.content_hash, **facts}
    append_to_chain(chain=chain_of(row.item), verb=verb, actor=actor, at=now, legal_date=legal_date(now), facts=told)


def change_list(
    *,
    version_id: int,
    base: int,
    form: str,
    step: Step,
    place: str,
    actor: Actor,
    now: dt.datetime,
) -> Saved:
    """One step on a list or an optional part, its ``place`` named as at revision ``base``.

    ``add`` to a list; ``copy``, ``remove``, move ``up`` or ``down`` an entry; ``put`` an optional part that is not
    there, ``clear`` it. A step that changes nothing (the first entry up) is none. Raises :class:`Stale` when somebody
    removed the entry, :class:`Invalid` for a place that does not exist, :class:`Refused` past :data:`MOST_ENTRIES`.
    """
    with transaction.atomic():
        row, shown = _locked(version_id, actor)
        since = history(row.pk, base)
        path = place_now(path_of(place), changes_of(since))
        if path is None:
            raise _gone(since)
        change, ends = _step(step, path, shown.document)
        if change is None:
            return Saved(row.revision, False, path=path)
        row.unread = _carried_unread(row.unread, change)
        _commit(row, shown, [change], actor, now, form=form)
        return Saved(row.revision, True, others=_others(since, form, {place: ()}), path=ends)


def _gone(since: Sequence[Revision]) -> Stale:
    return Stale(
        gettext_noop("Somebody else has removed this entry meanwhile."),
        since=since,
        remedy=gettext_noop("Load the page again; the change log can bring it back."),
    )


def _step(step: Step, path: Path, document: dict[str, Any]) -> tuple[Change | None, Path]:
    shape = shape_at(path)
    if shape is None or (step == "add" and shape.sort != "list"):
        raise _no_such_place(path)
    if step in ("put", "clear"):
        return _optional(step, path, document), path
    rows_at = path if step == "add" else path[:-1]
    rows = value_at(document, rows_at) or []
    at = path[-1]
    if step == "add":
        _check_room(rows)
        ends = (*path, len(rows) + 1)
        return Change("insert", ends, after=new_element(shape.cls, document)), ends
    if shape.sort != "group" or not isinstance(at, int) or not 1 <= at <= len(rows):
        raise _no_such_place(path)
    if step == "copy":
        _check_room(rows)
        ends = (*rows_at, at + 1)
        return Change("insert", ends, after=copied(shape.cls, rows[at - 1], document)), ends
    if step == "remove":
        return Change("remove", path, before=rows[at - 1]), rows_at
    to = at - 1 if step == "up" else at + 1
    if not 1 <= to <= len(rows):
        return None, path
    return Change("move", path, to=to), (*rows_at, to)


def _optional(step: Step, path: Path, document: dict[str, Any]) -> Change | None:
    shape = shape_at(path)
    if shape is None or not shape.optional or shape.sort != "group":
        raise _no_such_place(path)
    before = value_at(document, path)
    if (before is None) == (step == "clear"):
        return None
    return Change("set", path, before, new_element(shape.cls, document) if step == "put" else None)


def _check_room(rows: Sequence[Any]) -> None:
    if len(rows) >= MOST_ENTRIES:
        raise Refused(
            gettext_noop("A list of an item holds %(most)s entries at most."),
            remedy=gettext_noop("Remove what is no longer needed."),
            params={"most": MOST_ENTRIES},
        )


def _no_such_place(path: Path) -> DomainError:
    message = gettext_noop("There is no place “%(path)s” in this draft.")
    remedy = gettext_noop("Load the page again: somebody else may have removed it.")
    params = {"path": text_of(path)}
    return Invalid(message, remedy=remedy, params=params)


def _carried_unread(unread: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """Unreadable entries under the places they have after ``change``; those of a removed part go with it."""
    places = {text_of(place_now(path_of(where), [change]) or ()): kept for where, kept in unread.items()}
    places.pop("", None)
    return places


def undo(*, version_id: int, revision: int, actor: Actor, now: dt.datetime) -> Saved:
    """Take back what ``revision`` did, wherever it stands now; an undo can itself be undone.

    Raises :class:`NotFound` for no such revision, :class:`Refused` when somebody changed the same place since.
    """
    with transaction.atomic():
        row, shown = _locked(version_id, actor)
        told = history(row.pk, revision - 1)
        if not told or told[0].number != revision or not told[0].changes:
            raise NotFound(gettext_noop("There is nothing to take back."))
        changes = taken_back(told[0], told[1:], shown.document)
        if isinstance(changes, Revision):
            raise Refused(
                gettext_noop("%(name)s has changed the same place since."),
                remedy=gettext_noop("Take that change back first, or write the entry again."),
                params={"name": changes.by_name or changes.by},
            )
        for change in changes:
            row.unread = _carried_unread(row.unread, change)
        _commit(row, shown, changes, actor, now, undoes=revision)
        return Saved(row.revision, True)


def replace_content(*, version_id: int, version: ItemVersionSpec, actor: Actor, now: dt.datetime) -> Saved:
    """Put a version read from a file in the place of the whole draft; its number stays. It can be taken back."""
    with transaction.atomic():
        row, shown = _locked(version_id, actor)
        changes = replacing(shown.document, plain(version))
        if not changes and not row.unread:
            return Saved(row.revision, False)
        row.unread = {}
        _commit(row, shown, changes, actor, now)
        return Saved(row.revision, True)


def discard_draft(*, version_id: int, actor: Actor, now: dt.datetime, revision: int | None = None) -> None:
    """Throw a draft away with its change log; that it existed stays on record.

    Raises :class:`Stale` when it was changed since ``revision``.
    """
    with transaction.atomic():
        row, _ = _locked(version_id, actor)
        if revision is not None and revision != row.revision:
            raise Stale(
                gettext_noop("The draft has been changed since you read it."),
                since=history(row.pk, revision),
                remedy=gettext_noop("Read what changed, then decide."),
            )
        _record(row, "discard_draft", actor, now, {"revision": row.revision})
        row.delete()

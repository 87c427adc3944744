"""Small changes of a document that several people edit: made, carried past one another, merged and taken back.

A document is plain data (``core.specs.plain``). A *path* names a place in it: keys of groups and positions in lists,
positions counted from 1 as errors count them. Whoever edits says what the place held when they began (the *base*
revision); what others did since is known from the journal of revisions. So an entry that nobody else touched is
always kept, wherever its place has moved to, and two different entries in one place are told, never overwritten.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.core.numbers import whole

Path = tuple[str | int, ...]
Kind = Literal["set", "insert", "remove", "move"]


def path_of(text: str) -> Path:
    """``item.materials.3.name`` as a path; digits are positions."""
    return tuple(number if (number := whole(part)) is not None else part for part in text.split(".") if part)


def text_of(path: Path) -> str:
    """The reverse of :func:`path_of`."""
    return ".".join(str(part) for part in path)


def value_at(document: Any, path: Path) -> Any:
    """What stands at ``path``; ``None`` where nothing does."""
    found = document
    for part in path:
        if isinstance(part, int):
            if not isinstance(found, list) or not 1 <= part <= len(found):
                return None
            found = found[part - 1]
        elif isinstance(found, Mapping):
            found = found.get(part)
        else:
            return None
    return found


@dataclass(frozen=True)
class Change:
    """One step. ``set``: ``before`` → ``after`` (None: nothing there); ``insert`` and ``remove`` at the position that
    ends ``path``, of ``after`` and ``before``; ``move`` from that position ``to`` another.
    """

    kind: Kind
    path: Path
    before: Any = None
    after: Any = None
    to: int = 0

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "kind": self.kind,
            "path": text_of(self.path),
            "before": self.before,
            "after": self.after,
            "to": self.to,
        }

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Change:
        """The reverse of :meth:`stored`."""
        return cls(data["kind"], path_of(data["path"]), data["before"], data["after"], data["to"])


@dataclass(frozen=True)
class Revision:
    """What one person did at one moment. ``form`` tells apart the pages it was done on (two tabs are two forms)."""

    number: int
    by: str
    by_name: str
    at: dt.datetime
    form: str
    changes: tuple[Change, ...]
    undoes: int = 0
    verb = ""  # a line of "who did what meanwhile" needs no verb here: it was an edit

    @property
    def actor_name(self) -> str:
        """Who did it, as such lines call it."""
        return self.by_name or self.by


def applied(document: Any, changes: Iterable[Change]) -> Any:
    """A copy of ``document`` with ``changes`` made. Raises :class:`Invalid` where a place does not exist."""
    made = copy.deepcopy(document)
    for change in changes:
        _apply(made, change)
    return made


def _apply(document: Any, change: Change) -> None:
    last = change.path[-1]
    if change.kind == "set" and isinstance(last, str):
        group = _group(document, change.path[:-1])
        if change.after is None:
            group.pop(last, None)
        else:
            group[last] = copy.deepcopy(change.after)
        return
    if not isinstance(last, int):
        raise _no_place(change.path)
    rows = _rows(document, change.path[:-1], last + (change.kind == "insert"))
    if not 1 <= last <= len(rows) + (change.kind == "insert"):
        raise _no_place(change.path)
    if change.kind == "insert":
        rows.insert(last - 1, copy.deepcopy(change.after))
    elif change.kind == "remove":
        del rows[last - 1]
    elif change.kind == "set":
        rows[last - 1] = copy.deepcopy(change.after)
    else:
        rows.insert(change.to - 1, rows.pop(last - 1))


def _group(document: Any, path: Path) -> dict[str, Any]:
    """The group at ``path``; groups that are left out because they hold defaults only are made."""
    found = document
    for part in path:
        following = value_at(found, (part,))
        if following is None and isinstance(part, str) and isinstance(found, dict):
            following = found[part] = {}
        found = following
    if not isinstance(found, dict):
        raise _no_place(path)
    return found


def _rows(document: Any, path: Path, least: int) -> list[Any]:
    group = _group(document, path[:-1])
    rows = group.setdefault(str(path[-1]), [])
    if not isinstance(rows, list) or least < 1:
        raise _no_place(path)
    return rows


def _no_place(path: Path) -> Invalid:
    message = gettext_noop("There is no place “%(path)s” in this draft.")
    remedy = gettext_noop("Load the page again: somebody else may have removed it.")
    params = {"path": text_of(path)}
    return Invalid(message, remedy=remedy, params=params, errors=[FieldError(text_of(path), message, remedy, params)])


def carried(path: Path, change: Change) -> Path | None:
    """Where ``path`` is after ``change``; ``None`` when what it named was removed or replaced from above."""
    if change.kind == "set":
        above = len(change.path) < len(path) and path[: len(change.path)] == change.path
        return None if above else path
    depth = len(change.path) - 1
    if len(path) <= depth or path[:depth] != change.path[:-1]:
        return path
    place, at = path[depth], change.path[-1]
    if not isinstance(place, int) or not isinstance(at, int):
        return path
    moved = _moved(place, at, change)
    return None if moved is None else (*path[:depth], moved, *path[depth + 1 :])


def _moved(place: int, at: int, change: Change) -> int | None:
    if change.kind == "insert":
        return place + (place >= at)
    if change.kind == "remove":
        return None if place == at else place - (place > at)
    if place == at:
        return change.to
    return place - (at < place <= change.to) + (change.to <= place < at)


def inverse(change: Change) -> Change:
    """The change that takes ``change`` back."""
    if change.kind == "set":
        return Change("set", change.path, change.after, change.before)
    if change.kind == "insert":
        return Change("remove", change.path, before=change.after)
    if change.kind == "remove":
        return Change("insert", change.path, after=change.before)
    return Change("move", (*change.path[:-1], change.to), to=int(change.path[-1]))


def taken_back(revision: Revision, later: Sequence[Revision], document: Any) -> list[Change] | Revision:
    """The changes that undo ``revision`` in ``document`` after ``later`` ones, or the later revision in the way."""
    out: list[Change] = []
    for change in reversed(revision.changes):
        undone = inverse(change)
        for other in later:
            for step in other.changes:
                path = carried(undone.path, step)
                if step.kind == "set" and step.path == undone.path and undone.kind == "set":
                    if step.after != undone.after:
                        return other
                    continue
                if path is None and (undone.kind != "insert" or len(step.path) < len(undone.path)):
                    return other
                undone = Change(undone.kind, path or undone.path, undone.before, undone.after, undone.to)
        out.append(undone)
    return out


@dataclass(frozen=True)
class Entry:
    """What somebody wrote at ``path`` as it was called at the base; ``default`` stands for nothing there.

    ``drops``: an empty value is not written but takes the place away (a question that no longer matters).
    """

    path: Path
    value: Any
    default: Any = None
    drops: bool = False

    @property
    def written(self) -> Any:
        """What is stored for it."""
        return None if self.drops and not self.value else self.value


@dataclass(frozen=True)
class Conflict:
    """Two entries in one place. ``path`` is where it is now, ``None`` if it was removed; ``by`` says who was first."""

    entry: Entry
    path: Path | None
    now: Any
    by: Revision


@dataclass(frozen=True)
class Merged:
    """Changes to make, and what could not be decided."""

    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]


def merge(document: Any, since: Sequence[Revision], entries: Iterable[Entry], form: str) -> Merged:
    """Lay ``entries``, written on page ``form`` at the base, over ``document``, ``since`` being all that came after."""
    changes: list[Change] = []
    conflicts: list[Conflict] = []
    for entry in entries:
        found = _laid(document, since, entry, form)
        if isinstance(found, Conflict):
            conflicts.append(found)
        elif found is not None:
            changes.append(found)
    return Merged(tuple(changes), tuple(conflicts))


_UNSEEN: Any = object()


def _laid(document: Any, since: Sequence[Revision], entry: Entry, form: str) -> Change | Conflict | None:
    path, base, other = entry.path, _UNSEEN, None
    for revision in since:
        for change in revision.changes:
            after = carried(path, change)
            if after is None:
                base = _removed_value(path, change) if base is _UNSEEN else base
                return None if _or(base, entry) == entry.value else Conflict(entry, None, None, revision)
            if change.kind == "set" and change.path == path:
                base = change.before if base is _UNSEEN else base
                other = revision if revision.form != form else other
            path = after
    now = value_at(document, path)
    base = now if base is _UNSEEN else base
    if entry.value in (_or(base, entry), _or(now, entry)):
        return None if entry.value == _or(now, entry) or other is not None else Change("set", path, now, entry.written)
    if other is not None:
        return Conflict(entry, path, now, other)
    return Change("set", path, now, entry.written)


def _removed_value(path: Path, change: Change) -> Any:
    """What stood at ``path`` before ``change`` took away or replaced the part it belongs to."""
    return value_at(change.before, path[len(change.path) :])


def _or(value: Any, entry: Entry) -> Any:
    """``value``, or the default where there is none, without the outer blanks that no form sends back."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [each.strip() if isinstance(each, str) else each for each in value]
    return entry.default if value is None else value


def place_now(path: Path, changes: Iterable[Change]) -> Path | None:
    """Where ``path`` is after ``changes``; ``None`` if it is gone."""
    for change in changes:
        carried_to = carried(path, change)
        if carried_to is None:
            return None
        path = carried_to
    return path


def changes_of(revisions: Iterable[Revision]) -> list[Change]:
    """The changes of ``revisions``, in order."""
    return [change for revision in revisions for change in revision.changes]

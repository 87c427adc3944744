"""Names that an internal note calls with ``@``: found among the officers who may read it, never guessed.

Pure: the note's text and the people come in, account ids go out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: A call stands at the start or after anything but a letter or digit of an address (``name@example.com`` is none).
_CALL = re.compile(r"(?<![A-Za-z0-9._%+-])[@＠](?=\S)")
#: What ends a name that is not known: a blank or a mark of punctuation.
_WORD = re.compile(r"[\w·]{1,20}")


@dataclass(frozen=True)
class Person:
    """Somebody who can be called: account id, name, and what tells two of one name apart (the post)."""

    id: str
    name: str
    post: str = ""


@dataclass(frozen=True)
class Found:
    """Whom a text calls. ``unknown``: called names that nobody has; ``shared``: names that several people have."""

    ids: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


def labels(people: Sequence[Person]) -> dict[str, str]:
    """Account id → how the person is called: the name, with the post behind it where several have the name."""
    names = [item.name for item in people]
    return {
        item.id: item.name if names.count(item.name) == 1 or not item.post else f"{item.name}（{item.post}）"
        for item in people
    }


def called(text: str, people: Sequence[Person], chosen: Iterable[str] = ()) -> Found:
    """Whom ``text`` calls, with the ``chosen`` ids. The longest name counts: ``@王芳芳`` does not call 王芳.

    A name that several people have calls the chosen one of them; none chosen, it is reported as shared.
    """
    ids = set(chosen)
    known = _known(people)
    unknown: list[str] = []
    shared: list[str] = []
    for call in _CALL.finditer(text):
        rest = text[call.end() :]
        name = next((each for each in known if rest.startswith(each)), "")
        if not name:
            word = _WORD.match(rest)
            unknown += [word.group()] if word else []
        elif len(known[name]) == 1:
            ids |= known[name]
        elif not known[name] & ids:
            shared.append(name)
    return Found(frozenset(ids), tuple(dict.fromkeys(unknown)), tuple(dict.fromkeys(shared)))


def _known(people: Sequence[Person]) -> dict[str, set[str]]:
    """Name or label → account ids, longest first."""
    found: dict[str, set[str]] = {}
    told = labels(people)
    for item in people:
        found.setdefault(item.name, set()).add(item.id)
        found.setdefault(told[item.id], set()).add(item.id)
    return dict(sorted(found.items(), key=lambda entry: -len(entry[0])))

"""What happened on a case, narrowed by kind and by person: every choice is a link that can be kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from tongban.cases.queries.views import DeskCaseView, StoryEntry

_TALK = {
    "note", "consult", "answer_consultation", "take_back_answer", "withdraw_consultation",
    "request_clarification", "answer_clarification",
}  # fmt: skip
_REMINDERS = {"remind", "remind_question"}
_HANDED_OVER = {"make_certificate", "deliver", "serve", "correct_service"}


def _legal(entry: StoryEntry) -> bool:
    """What the applicant is told of has effect on the applicant; a reminder repeats and adds nothing."""
    return entry.public and entry.verb not in _REMINDERS


def _papers(entry: StoryEntry) -> bool:
    return bool(entry.document_id) or entry.verb in _REMINDERS | _HANDED_OVER


#: Kind → its name and what belongs to it. One event may be of several kinds: an acceptance is an act and a document.
KINDS: Mapping[str, tuple[Any, Callable[[StoryEntry], bool]]] = {
    "legal": (_("Acts with legal effect"), _legal),
    "talk": (_("Notes, questions and answers"), lambda entry: entry.verb in _TALK),
    "papers": (_("Documents and delivery"), _papers),
    "looks": (_("Who saw what"), lambda entry: entry.verb == "reveal"),
}


@dataclass(frozen=True)
class Story:
    """The entries to show, newest first, and the links that narrow them: (label, address, whether it is chosen)."""

    entries: tuple[StoryEntry, ...]
    kinds: tuple[tuple[Any, str, bool], ...]
    people: tuple[tuple[Any, str, bool], ...]
    clear: str


def build(case: DeskCaseView, params: Mapping[str, str], link: Callable[..., str]) -> Story:
    """The story of ``case`` under ``kind`` and ``by`` of ``params``; what is not one of them narrows nothing."""
    entries = sorted([*case.story, *case.looks], key=lambda entry: entry.at, reverse=True)
    names = {entry.actor_id: entry.actor_name for entry in reversed(entries) if entry.actor_name}
    kind = params.get("kind", "") if params.get("kind") in KINDS else ""
    by = params.get("by", "") if params.get("by") in names else ""
    shown = [entry for entry in entries if (not kind or KINDS[kind][1](entry)) and (not by or entry.actor_id == by)]

    def address(**chosen: str) -> str:
        return link(**{"kind": kind, "by": by, **chosen}) + "#desk-story"

    kinds: list[tuple[Any, str, bool]] = [(_("Everything"), address(kind=""), not kind)]
    kinds += [(label, address(kind=key), key == kind) for key, (label, _belongs) in KINDS.items()]
    people: list[tuple[Any, str, bool]] = [(_("Everybody"), address(by=""), not by)]
    people += [(name, address(by=key), key == by) for key, name in names.items()]
    return Story(tuple(shown), tuple(kinds), tuple(people), address(kind="", by=""))

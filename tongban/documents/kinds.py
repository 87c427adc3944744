"""The kinds of official documents, as data (``data/kinds.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from tongban.core.errors import NotFound, gettext_noop

CHINESE, ENGLISH = "zh", "en"


@dataclass(frozen=True)
class IssuingAuthority:
    """Who issues a document. ``word`` is the 机关代字 in document numbers, such as 津滨审批.

    ``reconsideration_body`` and ``court`` are where its decisions can be contested: 行政复议法 (2023) art. 24 gives
    reconsideration of a department's act to the government of its level, 行政诉讼法 art. 18 the case to the court of
    the place. Left empty, the document names them in those general words.
    """

    key: str
    name: str
    word: str
    uscc: str = ""
    region_code: str = ""
    reconsideration_body: str = ""
    court: str = ""


@dataclass(frozen=True)
class Part:
    """One part of a document's text: ``form`` is facts, list, salutation or text."""

    form: str
    text: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    items: str = ""
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of document: what it is called, how it is numbered, what it needs and what it says."""

    key: str
    title: str
    word: str
    needs: tuple[str, ...]
    parts: tuple[Part, ...]
    title_other: str = ""
    remedies: bool = False

    def scope(self, authority: IssuingAuthority, year: int) -> str:
        """The counter of its numbers: one for each authority, kind and year."""
        return f"document:{authority.region_code}:{authority.key}:{self.key}:{year}"

    def number(self, authority: IssuingAuthority, year: int, serial: int) -> str:
        """文号, such as 津滨审批受〔2026〕12号."""
        return f"{authority.word}{self.word}〔{year}〕{serial}号"


def kind(key: str) -> Kind:
    """The kind called ``key``. Raises :class:`NotFound` for an unknown one."""
    found = kinds().get(key)
    if found is None:
        raise NotFound(
            gettext_noop("There is no kind of document called %(key)s."),
            remedy=gettext_noop("Choose one of the kinds that are listed."),
            params={"key": key},
        )
    return found


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kind]:
    """All kinds by key."""
    return {key: _kind(key, row) for key, row in _data(CHINESE)["kinds"].items()}


@lru_cache(maxsize=1)
def english_kinds() -> Mapping[str, Kind]:
    """The kinds that have an English text beside the Chinese, by key; numbered and needing what the Chinese does."""
    return {key: _english(kinds()[key], row) for key, row in _data(ENGLISH)["kinds"].items()}


@lru_cache(maxsize=2)
def remedies_text(language: str = CHINESE) -> str:
    """How a decision can be contested, as a text with places to fill."""
    return _said("remedies", language)


@lru_cache(maxsize=2)
def replaces_text(language: str = CHINESE) -> str:
    """What a document says that stands in for a void one, with a place for its number."""
    return _said("replaces", language)


@lru_cache(maxsize=2)
def provisional_text(language: str = CHINESE) -> str:
    """Why a deadline is given in days instead of a date."""
    return _said("provisional", language)


def prevails_text() -> str:
    """Which of the two texts of a document counts."""
    return _said("prevails", ENGLISH)


@lru_cache(maxsize=1)
def samples() -> Mapping[str, Any]:
    """Plainly invented values for previews of any kind."""
    return _read("samples.yaml")


def _said(key: str, language: str) -> str:
    return _joined(str(_data(language)[key]["text"]), language)


@lru_cache(maxsize=2)
def _data(language: str) -> Mapping[str, Any]:
    return _read("kinds.yaml" if language == CHINESE else "kinds_en.yaml")


def _read(name: str) -> Mapping[str, Any]:
    text = resources.files("tongban.documents").joinpath(f"data/{name}").read_text("utf-8")
    data: Mapping[str, Any] = yaml.safe_load(text)
    return data


def _kind(key: str, row: Mapping[str, Any]) -> Kind:
    return Kind(
        key=key,
        title=row["title"],
        word=row["word"],
        needs=tuple(row["needs"]),
        parts=tuple(_part(part, CHINESE) for part in row["blocks"]),
        title_other=row.get("title_other", ""),
        remedies=row.get("remedies", False),
    )


def _english(chinese: Kind, row: Mapping[str, Any]) -> Kind:
    return replace(
        chinese,
        title=row["title"],
        title_other=row.get("title_other", ""),
        parts=tuple(_part(part, ENGLISH) for part in row["blocks"]),
    )


def _part(row: Mapping[str, Any], language: str) -> Part:
    when, unless = _keys(row.get("when")), _keys(row.get("unless"))
    if "facts" in row:
        return Part(form="facts", rows=tuple((label, text) for label, text in row["facts"]), when=when, unless=unless)
    if "list" in row:
        return Part(form="list", text=row["list"], items=row["items"], when=when, unless=unless)
    form = "salutation" if "salutation" in row else "text"
    return Part(form=form, text=_joined(row[form], language), when=when, unless=unless)


def _joined(text: str, language: str) -> str:
    """YAML folds lines with blanks; Chinese has none between words."""
    return text.replace(" ", "") if language == CHINESE else text


def _keys(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]

"""Words for index and query: what is written in an item, and what people type.

Text is indexed as overlapping pairs of characters (施工许可 → 施工 工许 许可), so that any word of two characters or
more is found wherever it stands; letters and digits are indexed as whole words. A query is cut into words by jieba,
stop words are dropped, and every word also stands for its synonyms.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from tongban.core.entries import clean_text

MAX_QUERY = 100
MAX_WORDS = 12

#: Tags that came along when text was copied from a page.
_MARKUP = re.compile(r"</?[a-z][^<>]*>")
_RUNS = re.compile(r"([a-z0-9]+)|([^\W\da-z_]+)")


@dataclass(frozen=True)
class Word:
    """One word of a query. ``phrases`` are alternatives; each is a run of index terms that must stand together.

    ``parts`` is a last alternative: all of these runs somewhere. ``prefix`` marks a single character.
    """

    text: str
    phrases: tuple[tuple[str, ...], ...]
    parts: tuple[tuple[str, ...], ...] = ()
    prefix: bool = False


def normal(text: str) -> str:
    """``text`` in lower case with half-width letters and digits, without what nobody can see."""
    return unicodedata.normalize("NFKC", sendable(text)).lower()


def sendable(text: str) -> str:
    """``text`` without characters no database takes: control characters and halves of characters."""
    return clean_text("".join(char for char in text if not "\ud800" <= char <= "\udfff"))


def index_terms(*texts: str) -> str:
    """The index terms of ``texts``, separated by blanks; texts are kept apart by a mark no query contains."""
    return " 0x0 ".join(" ".join(_terms(text)) for text in texts if text)


def _terms(text: str) -> list[str]:
    terms: list[str] = []
    for latin, han in _RUNS.findall(normal(text)):
        if latin:
            terms.append(latin)
        elif len(han) == 1:
            terms.append(han)
        else:
            terms.extend(han[place : place + 2] for place in range(len(han) - 1))
    return terms


def query_words(text: str) -> tuple[Word, ...]:
    """The words of what somebody typed, without those that say nothing about the item."""
    plain = _MARKUP.sub(" ", normal(text)[:MAX_QUERY])
    found: list[Word] = []
    rest = plain
    for phrase, alternatives in _synonyms():
        if phrase in rest:
            rest = rest.replace(phrase, " ")
            found.append(Word(phrase, tuple(tuple(_terms(each)) for each in alternatives)))
    found.extend(_word(word) for word in _cut(rest) if len(word) > 1 or not found)
    if not found:
        found = [_word(run) for run in re.findall(r"[^\W_]+", plain)]
    return tuple(found[:MAX_WORDS])


def _word(word: str) -> Word:
    terms = tuple(_terms(word))
    smaller = [piece for piece in _jieba().cut_for_search(word) if 1 < len(piece) < len(word)]
    covers = "".join(smaller) == word
    return Word(
        word,
        (terms,),
        tuple(tuple(_terms(piece)) for piece in smaller) if covers else (),
        prefix=len(word) == 1 and not word.isascii(),
    )


def _cut(text: str) -> list[str]:
    """Words that carry meaning; single characters only when nothing longer is left."""
    stop = _stop_words()
    words = [word for word in (each.strip() for each in _jieba().cut(text)) if _RUNS.fullmatch(word)]
    telling = [word for word in dict.fromkeys(words) if word not in stop]
    longer = [word for word in telling if len(word) > 1 or word.isdecimal()]
    return longer or telling


@lru_cache(maxsize=1)
def _jieba():  # type: ignore[no-untyped-def]
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    for phrase, _ in _synonyms():
        tokenizer.add_word(phrase)
    return tokenizer


@lru_cache(maxsize=1)
def _data() -> dict[str, list[list[str]] | list[str]]:
    text = resources.files("tongban.catalogue").joinpath("data/synonyms.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


@lru_cache(maxsize=1)
def _stop_words() -> frozenset[str]:
    return frozenset(str(word) for word in _data()["stop_words"])


def telling(words: Iterable[Word]) -> tuple[Word, ...]:
    """Those of ``words`` that name a subject; 许可 or 经营 alone would find half of the catalogue."""
    weak = frozenset(str(word) for word in _data()["weak_words"])
    return tuple(word for word in words if word.text not in weak)


@lru_cache(maxsize=1)
def _synonyms() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every phrase of the table with all that it stands for, the longest phrases first."""
    table: dict[str, list[str]] = {}
    for group in _data()["synonyms"]:
        words = [normal(str(word)) for word in group]
        for word in words:
            known = table.setdefault(word, [word])
            known.extend(other for other in words if other not in known)
    return tuple((word, tuple(table[word])) for word in sorted(table, key=lambda each: (-len(each), each)))


def fts5_query(words: Iterable[Word], *, every: bool) -> str:
    """The words as a query of SQLite FTS5."""
    return (" AND " if every else " OR ").join(_joined(word, _fts5_run, "AND", "OR") for word in words)


def tsquery(words: Iterable[Word], *, every: bool) -> str:
    """The words as a ``tsquery`` of PostgreSQL."""
    return (" & " if every else " | ").join(_joined(word, _pg_run, "&", "|") for word in words)


def _joined(word: Word, run, both: str, either: str) -> str:  # type: ignore[no-untyped-def]
    options = [run(phrase, word.prefix) for phrase in word.phrases]
    if word.parts:
        options.append("(" + f" {both} ".join(run(part, False) for part in word.parts) + ")")
    return "(" + f" {either} ".join(options) + ")"


def _fts5_run(terms: tuple[str, ...], prefix: bool) -> str:
    return '"' + " ".join(terms) + '"' + ("*" if prefix else "")


def _pg_run(terms: tuple[str, ...], prefix: bool) -> str:
    return "(" + " <-> ".join(f"'{term}'{':*' if prefix else ''}" for term in terms) + ")"

"""Finding items by what people type."""

from __future__ import annotations

from typing import Any

from django.db import connection

from tongban.catalogue import wording
from tongban.catalogue.queries.browse import MOST_PER_PAGE, PER_PAGE, items_list, rows_by_id
from tongban.catalogue.views import Filters, Page

#: Weights of a hit in the name, in keywords, in the rest.
_NAME, _WORDS, _BODY = 10.0, 4.0, 1.0

_SQLITE = (
    "from catalogue_fts join catalogue_item i on i.id = catalogue_fts.rowid where catalogue_fts match %s",
    f"bm25(catalogue_fts, {_NAME}, {_WORDS}, {_BODY})",
    "instr(lower(i.name || ' ' || i.plain_name), %s) > 0",
)
_POSTGRES = (
    """from catalogue_itemsearch s join catalogue_item i on i.id = s.item_id, to_tsquery('simple', %s) query
    where s.vector @@ query""",
    f"-ts_rank('{{0.01, {_BODY / _NAME}, {_WORDS / _NAME}, 1.0}}', s.vector, query, 1)",
    "strpos(lower(i.name || ' ' || i.plain_name), %s) > 0",
)


def search(text: str, filters: Filters | None = None, *, page: int = 1, per_page: int = PER_PAGE) -> Page:
    """Items that ``text`` speaks of, best first; an empty text lists all.

    Items that can be applied for come before those that are only listed; then a name that holds the text as typed;
    then the weight of the words found. If no item has every word, items with some of those that name a subject are
    shown (``Page.loosened``). At most four queries.
    """
    filters = (filters or Filters()).sendable()
    if not text.strip():
        return items_list(filters, page=page, per_page=per_page)
    words = wording.query_words(text)
    if not words:
        return Page([], 0, 1, per_page)
    per_page = min(max(per_page, 1), MOST_PER_PAGE)
    typed = "".join(wording.normal(text)[: wording.MAX_QUERY].split())
    loosened = False
    ids, total, number = _found(words, typed, filters, page, per_page, every=True)
    subjects = wording.telling(words)
    if total == 0 and len(words) > 1 and subjects:
        loosened = True
        ids, total, number = _found(subjects, typed, filters, page, per_page, every=False)
    rows = rows_by_id(ids) if ids else {}
    shown = [rows[pk] for pk in ids if pk in rows]
    return Page(shown, total, number, per_page, tuple(word.text for word in words), loosened and total > 0)


def _found(
    words: tuple[wording.Word, ...], typed: str, filters: Filters, page: int, per_page: int, *, every: bool
) -> tuple[list[int], int, int]:
    """Ids of one page, the number of hits, and the page they are on; a page past the end becomes the last one."""
    postgres = connection.vendor == "postgresql"
    source, rank, exact = _POSTGRES if postgres else _SQLITE
    query = (wording.tsquery if postgres else wording.fts5_query)(words, every=every)
    narrowed, values = _narrowed(filters)
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) {source}{narrowed}", [query, *values])
        total = int(cursor.fetchone()[0])
        number = min(max(page, 1), max(1, -(-total // per_page)))
        if total == 0:
            return [], 0, number
        order = f"i.appliable desc, ({exact}) desc, {rank}, i.id"
        cursor.execute(
            f"select i.id {source}{narrowed} order by {order} limit %s offset %s",
            [query, *values, typed, per_page, (number - 1) * per_page],
        )
        return [row[0] for row in cursor.fetchall()], total, number


def _narrowed(filters: Filters) -> tuple[str, list[Any]]:
    clauses, values = [], []
    for kind, value in filters.facets().items():
        clauses.append("i.id in (select item_id from catalogue_itemfacet where kind = %s and value = %s)")
        values += [kind, value]
    for column, wanted in (("region_code", filters.region_code), ("source", filters.source)):
        if wanted:
            clauses.append(f"i.{column} = %s")
            values.append(wanted)
    if filters.appliable is not None:
        clauses.append("i.appliable" if filters.appliable else "not i.appliable")
    return "".join(f" and {clause}" for clause in clauses), values

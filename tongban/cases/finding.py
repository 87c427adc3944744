"""Finding words among all closed cases: an index of the parts of number, applicant's name and item (PostgreSQL).

What is looked for may stand anywhere in a name and has often two characters only, for which neither an ordinary index
nor one of three-letter parts helps. So a text is taken apart into pairs of characters; letters, digits and signs of
ASCII, of which there are few, into fours. A text that holds a word holds all parts of it, so the index leaves few rows
to be looked at. Open cases stand in no such index: they are few, and writing them stays cheap.

On SQLite, where a hall is small, every row is looked at.
"""

from __future__ import annotations

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, TextField, Value

#: The function of the database that takes texts apart; the index is made with it and every word is.
FUNCTION = """
create or replace function tongban_parts(variadic given text[]) returns text[]
language sql immutable parallel safe strict as $$
    select coalesce(array_agg(distinct substr(said, place, size)), '{}')
    from (select upper(text) as said from unnest(given) as text) as texts,
        generate_series(1, char_length(said)) as place,
        lateral (select case when ascii(substr(said, place, 1)) < 128 then 4 else 2 end as size) as sizes
    where place + size - 1 <= char_length(said)
$$
"""
DROP_FUNCTION = "drop function if exists tongban_parts(variadic text[])"
INDEX = "case_found_idx"
#: Shorter words have no parts.
_LEAST = 2


def holds(word: str) -> Q:
    """What is true of every closed case that has ``word`` in its number, applicant's name or item.

    It comes on top of looking closely: the index is asked for the few rows that are worth it.
    """
    if connection.vendor != "postgresql" or len(word) < _LEAST:
        return Q()
    texts = _parts(F("number"), F("applicant_name"), F("item_name"))
    return Q(Func(texts, _parts(Value(word)), template="(%(expressions)s)", arg_joiner=" @> ", output_field=_TRUTH))


_TRUTH = BooleanField()


def _parts(*texts: F | Value) -> Func:
    return Func(*texts, function="tongban_parts", output_field=TextField())

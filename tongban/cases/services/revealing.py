"""Showing a masked personal value in full to an officer who handles the case; each look is recorded."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tongban.accounts import queries as accounts
from tongban.accounts import services as accounts_services
from tongban.cases import capacities, facts, snapshot
from tongban.cases.access import find_case
from tongban.cases.privacy import open_form
from tongban.cases.snapshot import access_chain
from tongban.catalogue import queries as catalogue
from tongban.core.actors import Actor
from tongban.core.case_facts import Who
from tongban.core.dates import legal_date
from tongban.core.errors import Forbidden, NotFound, gettext_noop
from tongban.core.forms import DisplayRow, flatten_for_display
from tongban.core.law import Citation
from tongban.records.services import append_to_chain

APPLICANT_FIELDS = ("applicant.id_number", "applicant.phone")
#: Capacities that need no personal number: watching, and answering one question about the case.
_WATCHING = frozenset({Who.SUPERVISOR, Who.CONSULTED, Who.SYSTEM, Who.APPLICANT})


def reveal(*, number: str, actor: Actor, field: str, now: datetime) -> DisplayRow:
    """The entry ``field`` in clear: a path of the form, ``applicant.id_number`` or ``applicant.phone``.

    Only for officers whose post handles the case (个人信息保护法 art. 6: what the purpose needs, and no more). Raises
    Forbidden for others and NotFound for an entry that does not exist.
    """
    with transaction.atomic():
        case = find_case(number, actor)
        loaded = facts.load(case, catalogue.version(case.item_version_id))
        if not capacities.relation(loaded, actor).any_who - _WATCHING:
            raise Forbidden(
                gettext_noop("Personal numbers are shown in full only to those who handle the case."),
                remedy=gettext_noop("Ask the officer who has the case."),
                rule=Citation("pipl", 6),
            )
        row = _row(loaded, field)
        append_to_chain(
            chain=access_chain(number),
            verb="reveal",
            actor=actor,
            at=now,
            legal_date=legal_date(now),
            facts={"case": snapshot.chain(case), "field": field},
        )
        looked = accounts_services.Seen(case.applicant_id, number, field)
        accounts_services.note(actor=actor, what=accounts_services.What.REVEAL, seen=[looked], now=now)
        return row


def _row(loaded: facts.Loaded, field: str) -> DisplayRow:
    if field in APPLICANT_FIELDS:
        applicant = accounts.applicant(loaded.case.applicant_id)
        value = applicant.id_number if field == "applicant.id_number" else applicant.phone
        return DisplayRow("", field, "", value, personal=True)
    pages = loaded.tailored.form_pages
    rows = flatten_for_display(pages, open_form(loaded.spec.form, loaded.case.form))
    found = next((row for row in rows if row.path == field), None)
    if found is None:
        raise NotFound(gettext_noop("There is no such form field."), remedy=gettext_noop("Reload the page."))
    return found

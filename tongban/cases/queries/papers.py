"""The papers of a case as officers see them: every document, void ones too, publication and archive."""

from __future__ import annotations

from dataclasses import dataclass

from tongban.cases import papers as rules
from tongban.cases import snapshot
from tongban.cases.access import find_case
from tongban.cases.models import Case
from tongban.cases.queries.register import decision_document, standing_of
from tongban.core.actors import Actor
from tongban.core.errors import DomainError
from tongban.documents import queries as documents
from tongban.documents.queries import DocumentView


@dataclass(frozen=True)
class PapersView:
    """What stands on the page of a case's papers. ``*_off`` says why a verb is not possible for the reader,
    as does what stands beside each document.

    ``published``: the decision stands in the register under the id ``decision``; ``ground``: why it is withheld.
    """

    number: str
    item_name: str
    documents: tuple[tuple[DocumentView, DomainError | None], ...]
    published: bool
    ground: str
    decision: str
    publication_off: DomainError | None
    archive_off: DomainError | None


def papers(number: str, actor: Actor) -> PapersView:
    """The papers of a case. Raises NotFound for a case that is not the actor's to see."""
    case = find_case(number, actor)
    rows = documents.for_owner(snapshot.chain(case))
    published, ground = standing_of(number)
    return PapersView(
        number=case.number,
        item_name=case.item_name,
        documents=tuple((row, rules.voiding_refusal(row.authority_key, actor)) for row in reversed(rows)),
        published=published,
        ground=ground,
        decision=_decision(case) if published else "",
        publication_off=rules.withholding_refusal(case, actor),
        archive_off=rules.archive_refusal(case, actor),
    )


def _decision(case: Case) -> str:
    """The id of the document that the register shows the decision under."""
    found = decision_document(case)
    return found.id if found else ""

"""How the demo's documents are served: an enterprise that confirmed its e-mail, and a refusal signed for on paper."""

from __future__ import annotations

import datetime as dt

from tongban.accounts import queries as accounts
from tongban.accounts import services as people
from tongban.cases import queries, services
from tongban.cases.services import Receipt, Scan
from tongban.commands.demo_data import invented
from tongban.commands.demo_data.hall import Story
from tongban.core.actors import Duty
from tongban.core.dates import legal_date
from tongban.documents import languages, service_receipts
from tongban.documents import services as documents


def confirmed(account: str, means: str, at: dt.datetime) -> None:
    """An applicant agrees to be served electronically."""
    actor = accounts.actor_for(account, at)
    (applicant,) = actor.applicant_ids
    people.confirm_service_address(applicant_id=applicant, means=means, agreed=True, actor=actor, now=at)


def on_paper(story: Story, kind: str) -> None:
    """A document of this kind is handed over in person, and the signed receipt recorded with its scan."""
    clerk = story.clerk()
    view = queries.serving(story.number, clerk)
    row = next(row for row in view.rows if row.document.kind == kind)
    documents.make_file(document_id=row.document.id, now=story.at)
    blank = service_receipts.blank(
        document_id=row.document.id,
        applicant=view.applicant_name,
        item=view.item_name,
        case_number=story.number,
        means=[means.key for means in view.means],
    )
    receipt = Receipt(
        "hand",
        legal_date(story.at),
        receiver=invented.agent_of(view.applicant_name),
        server=clerk.name,
        note="在申请人住所当面送达。",
    )
    services.record_service(
        number=story.number,
        document_id=row.document.id,
        receipt=receipt,
        scan=Scan("送达回证.pdf", blank),
        actor=clerk,
        now=story.at,
    )


def two_languages(at: dt.datetime) -> None:
    """The catalogue manager has acceptance notices and decisions to grant issued in Chinese and English."""
    manager = accounts.officers("approval_bureau", Duty.CATALOGUE_MANAGER, legal_date(at))[0]
    for kind in ("acceptance", "decision_grant"):
        languages.set_bilingual(kind_key=kind, english=True, actor=accounts.actor_for(manager.id, at), now=at)

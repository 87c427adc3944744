"""Reads of the cases room. Views are in :mod:`tongban.cases.queries.views`."""

from tongban.cases.queries.assigning import Answer, in_hand, waiting_case, would_get
from tongban.cases.queries.cases import case_for_applicant, progress
from tongban.cases.queries.chains import chain_check
from tongban.cases.queries.correcting import correction_form, pending_files
from tongban.cases.queries.desk import case_for_desk, may_see
from tongban.cases.queries.drafts import draft, draft_file, drafts, licences_on_file
from tongban.cases.queries.files import (
    case_copy,
    case_document,
    case_file,
    case_power,
    case_power_scan,
    draft_copy,
    draft_file_content,
)
from tongban.cases.queries.ledgers import ledger, public_ledger
from tongban.cases.queries.lists import my_cases
from tongban.cases.queries.messages import case_message, case_messages, message_log
from tongban.cases.queries.own_data import OwnCase, kept, numbers_of, own_cases
from tongban.cases.queries.papers import PapersView, papers
from tongban.cases.queries.register import (
    Decision,
    DecisionPage,
    Wanted,
    decision,
    decisions,
    every_decision,
    standing_of,
)
from tongban.cases.queries.register import kinds as register_kinds
from tongban.cases.queries.serving import DocumentService, RecordView, ServingView, receipt_scan, serving
from tongban.cases.queries.standings import standings, titles
from tongban.cases.queries.talking import departments, mentions, people_to_call
from tongban.cases.queries.transitions import impact_of
from tongban.cases.queries.worklists import (
    LANES,
    Listing,
    items_in_hand,
    list_rows,
    list_size,
    next_in_hand,
    work_counts,
    work_list,
)
from tongban.core.worklists import Filters

__all__ = [
    "LANES",
    "Answer",
    "Decision",
    "DecisionPage",
    "DocumentService",
    "Filters",
    "Listing",
    "OwnCase",
    "PapersView",
    "RecordView",
    "ServingView",
    "Wanted",
    "case_copy",
    "case_document",
    "case_file",
    "case_for_applicant",
    "case_for_desk",
    "case_message",
    "case_messages",
    "case_power",
    "case_power_scan",
    "chain_check",
    "correction_form",
    "decision",
    "decisions",
    "departments",
    "draft",
    "draft_copy",
    "draft_file",
    "draft_file_content",
    "drafts",
    "every_decision",
    "impact_of",
    "in_hand",
    "items_in_hand",
    "kept",
    "ledger",
    "licences_on_file",
    "list_rows",
    "list_size",
    "may_see",
    "mentions",
    "message_log",
    "my_cases",
    "next_in_hand",
    "numbers_of",
    "own_cases",
    "papers",
    "pending_files",
    "people_to_call",
    "progress",
    "public_ledger",
    "receipt_scan",
    "register_kinds",
    "serving",
    "standing_of",
    "standings",
    "titles",
    "waiting_case",
    "work_counts",
    "work_list",
    "would_get",
]

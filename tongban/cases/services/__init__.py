"""Verbs on drafts and cases. Each is one transaction; refusals are ``core.errors`` that explain themselves."""

from tongban.cases.receiving import NotScanned
from tongban.cases.services.archiving import archive_of, archived, archives, ask_archive, record_archive
from tongban.cases.services.checking import meet_material, undo_material
from tongban.cases.services.consulting import (
    answer_consultation,
    consult,
    take_back_answer,
    withdraw_consultation,
)
from tongban.cases.services.copying import Copied, copy_case
from tongban.cases.services.correcting import (
    add_correction_file,
    answer_clarification,
    remove_correction_file,
    save_correction,
    submit_correction,
    withdraw,
)
from tongban.cases.services.deciding import (
    METHODS,
    TERMINATION_GROUNDS,
    convert,
    deem_granted,
    deliver,
    grant,
    make_certificate,
    refuse,
    terminate,
    void_certificate,
)
from tongban.cases.services.drafts import (
    add_draft_file,
    choose_old_licence,
    discard_draft,
    remove_draft_file,
    save_page,
    set_situation,
    start_draft,
    use_licence,
)
from tongban.cases.services.exporting import ExportRef, begin_export, exported, exports, written
from tongban.cases.services.handing_over import hand_over
from tongban.cases.services.handling import (
    Spot,
    add_note,
    annotate,
    assign,
    drop_annotation,
    mark_point,
    mark_seen,
    put_back,
    read_note,
)
from tongban.cases.services.intake import (
    accept,
    close_uncorrected,
    deem_accepted,
    file_record,
    not_required,
    record_finding,
    refuse_acceptance,
    request_correction,
)
from tongban.cases.services.looking import note_look
from tongban.cases.services.power_scans import add_power_scan
from tongban.cases.services.rehearsing import Rehearsal, rehearse
from tongban.cases.services.reminding import remind
from tongban.cases.services.replacing import Piece, Plan, plan_replacement, replace_agent
from tongban.cases.services.resending import resend_message
from tongban.cases.services.revealing import reveal
from tongban.cases.services.reviewing import (
    countersign,
    end_special,
    extend,
    give_opinion,
    order_inspection,
    record_inspection,
    request_clarification,
    start_special,
    supplement_special,
)
from tongban.cases.services.serving import Receipt, Scan, correct_service, record_service
from tongban.cases.services.submitting import CaseRef, move_to_current_version, submit
from tongban.cases.services.sweeping import SweepReport, refresh_open_cases, sweep
from tongban.cases.services.voiding import void_document
from tongban.cases.services.withholding import publish_again, withhold
from tongban.cases.snapshot import access_chain

__all__ = [
    "METHODS",
    "TERMINATION_GROUNDS",
    "CaseRef",
    "Copied",
    "ExportRef",
    "NotScanned",
    "Piece",
    "Plan",
    "Receipt",
    "Rehearsal",
    "Scan",
    "Spot",
    "SweepReport",
    "accept",
    "access_chain",
    "add_correction_file",
    "add_draft_file",
    "add_note",
    "add_power_scan",
    "annotate",
    "answer_clarification",
    "answer_consultation",
    "archive_of",
    "archived",
    "archives",
    "ask_archive",
    "assign",
    "begin_export",
    "choose_old_licence",
    "close_uncorrected",
    "consult",
    "convert",
    "copy_case",
    "correct_service",
    "countersign",
    "deem_accepted",
    "deem_granted",
    "deliver",
    "discard_draft",
    "drop_annotation",
    "end_special",
    "exported",
    "exports",
    "extend",
    "file_record",
    "give_opinion",
    "grant",
    "hand_over",
    "make_certificate",
    "mark_point",
    "mark_seen",
    "meet_material",
    "move_to_current_version",
    "not_required",
    "note_look",
    "order_inspection",
    "plan_replacement",
    "publish_again",
    "put_back",
    "read_note",
    "record_archive",
    "record_finding",
    "record_inspection",
    "record_service",
    "refresh_open_cases",
    "refuse",
    "refuse_acceptance",
    "rehearse",
    "remind",
    "remove_correction_file",
    "remove_draft_file",
    "replace_agent",
    "request_clarification",
    "request_correction",
    "resend_message",
    "reveal",
    "save_correction",
    "save_page",
    "set_situation",
    "start_draft",
    "start_special",
    "submit",
    "submit_correction",
    "supplement_special",
    "sweep",
    "take_back_answer",
    "terminate",
    "undo_material",
    "use_licence",
    "void_certificate",
    "void_document",
    "withdraw",
    "withdraw_consultation",
    "withhold",
    "written",
]

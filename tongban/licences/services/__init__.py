"""Verbs on licences. Each is one transaction and appends one event to the licence's chain."""

from tongban.licences.services.acting import act, act_refusal, record_export
from tongban.licences.services.blanks import count_blanks, receive_blanks, set_aside, use_blank
from tongban.licences.services.files import make_file
from tongban.licences.services.issuing import change, correct, renew, replace, reserve
from tongban.licences.services.requests import (
    answer_refusal,
    ask,
    ask_refusal,
    confirm,
    propose,
    take_back,
    turn_down,
)
from tongban.licences.services.standing import cancel, resume, revoke, suspend, void

__all__ = [
    "act",
    "act_refusal",
    "answer_refusal",
    "ask",
    "ask_refusal",
    "cancel",
    "change",
    "confirm",
    "correct",
    "count_blanks",
    "make_file",
    "propose",
    "receive_blanks",
    "record_export",
    "renew",
    "replace",
    "reserve",
    "resume",
    "revoke",
    "set_aside",
    "suspend",
    "take_back",
    "turn_down",
    "use_blank",
    "void",
]

"""Verbs on licences. Each is one transaction and appends one event to the licence's chain."""

from tongban.licences.services.files import make_file
from tongban.licences.services.issuing import change, renew, replace, reserve
from tongban.licences.services.standing import cancel, resume, revoke, suspend, void

__all__ = ["cancel", "change", "make_file", "renew", "replace", "reserve", "resume", "revoke", "suspend", "void"]

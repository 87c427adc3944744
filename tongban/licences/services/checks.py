"""Whether an officer may begin something on a licence: asked by the button and again by the verb."""

from __future__ import annotations

from tongban.core.actors import Actor
from tongban.core.errors import Refused, gettext_noop
from tongban.core.law import Citation
from tongban.licences.models import Licence, LicenceRequest
from tongban.licences.services import guards
from tongban.licences.states import ALONE, PREPARING, REPLACING, STEPS

#: 行政许可法 art. 49: what a licence says is changed by the authority that decided on it.
_NEW_VERSION = Citation("licensing", 49)


def check(licence: Licence, verb: str, actor: Actor) -> None:
    """Whether ``actor`` may begin ``verb`` on ``licence`` now: do it alone, or propose it to a second officer.

    Raises :class:`NotFound` for an unknown verb, else :class:`Forbidden` or :class:`Refused` with the way on.
    """
    guards.check_issuer(licence, actor)
    if verb in ("replace", "correct"):
        guards.check_duty(actor, REPLACING if verb == "replace" else PREPARING, _NEW_VERSION)
        guards.check_new_version(licence)
    elif verb in ("revoke", "cancel"):
        guards.check_duty(actor, PREPARING, STEPS[verb].rule)
        guards.check_state(licence, verb)
    elif verb in ALONE:
        guards.check_step(licence, verb, actor)
    else:
        raise guards.not_found()
    if verb not in ALONE:
        check_none_open(licence)


def check_none_open(licence: Licence) -> None:
    """Raises :class:`Refused` while a proposal of an officer waits."""
    if licence.requests.filter(state=LicenceRequest.OPEN, origin=LicenceRequest.DESK).exists():
        raise Refused(
            gettext_noop("A proposal for this licence waits for a second officer."),
            remedy=gettext_noop("Have it confirmed, turned down or taken back first."),
            code="proposal_open",
        )

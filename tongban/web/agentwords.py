"""Words for written authorities: their states and what they let an agent do."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.core.agency import Act, State

#: State → (words, colour of its tag).
STATES: dict[str, tuple[str | Promise, str]] = {
    State.INVITED: (_("Waiting for the agent"), "warn"),
    State.FUTURE: (_("Not begun"), "plain"),
    State.RUNNING: (_("In force"), "ok"),
    State.OVER: (_("Term is over"), "plain"),
    State.REVOKED: (_("Revoked"), "late"),
    State.RESIGNED: (_("Given up by the agent"), "late"),
    State.DECLINED: (_("Declined"), "late"),
}
ACTS: dict[str, str | Promise] = {
    Act.FILL: _("Fill in applications and corrections"),
    Act.SUBMIT: _("Sign and hand in, answer questions, withdraw"),
    Act.RECEIVE: _("Open and receive documents and licences"),
}


def state_words(state: str) -> str:
    """The state in words."""
    return str(STATES[state][0])


def state_kind(state: str) -> str:
    """The colour of the state's tag."""
    return STATES[state][1]


def act_words(act: str) -> str:
    """What an act is."""
    return str(ACTS[act])

"""Agents 经办人: what somebody may do for an enterprise under a written authority 授权委托书.

Pure: powers and days come in, answers and refusals come out. Days are legal dates, both ends included.

The law: an application can be made through an agent (行政许可法 art. 29(2)); the written authority names the
agent, the matters, the scope and the term and is signed by the principal (民法典 art. 165); what the agent
does within it binds the principal (art. 162), what lies outside or comes after its end does not without
ratification (art. 171); several agents act together unless agreed otherwise (art. 166), so the document
agrees that each may act alone; an agent lends the authority on only with consent (art. 169), so here nobody
can; it ends with its term, by revocation or by resignation (art. 173). The law sets no longest term:
``settings.AGENT_LONGEST_DAYS`` does, as a choice of the house.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tongban.core.errors import FieldError, Forbidden, gettext_noop
from tongban.core.law import Citation


class Act(StrEnum):
    """What a power lets its agent do."""

    FILL = "fill"  # begin and fill in applications and corrections
    SUBMIT = "submit"  # sign and hand in, answer the authority, withdraw
    RECEIVE = "receive"  # open and receive documents and licences


class State(StrEnum):
    """Where a power is in its life."""

    INVITED = "invited"  # signed by the enterprise, the agent has not answered
    FUTURE = "future"
    RUNNING = "running"
    OVER = "over"  # its term has passed, whether or not the agent ever answered
    REVOKED = "revoked"
    RESIGNED = "resigned"
    DECLINED = "declined"


#: How a power ends before its term: by whom.
ENDINGS = (State.REVOKED, State.RESIGNED, State.DECLINED)
#: States in which nothing can be done any more with a power.
ENDED = (State.OVER, *ENDINGS)


@dataclass(frozen=True)
class Power:
    """One written authority of ``applicant`` (an enterprise) for ``agent`` (an account's id).

    ``items`` are keys of the items it is for (empty: every item). ``ending`` is empty or one of :data:`ENDINGS`,
    ``ended_on`` its day. ``enterprise`` and ``principal`` are names: of the enterprise, and of whom to ask there.
    """

    number: str
    applicant: int
    agent: str
    acts: frozenset[Act]
    first: date
    last: date
    items: frozenset[str] = frozenset()
    accepted: bool = True
    ending: str = ""
    ended_on: date | None = None
    enterprise: str = ""
    principal: str = ""

    def state(self, day: date) -> State:
        """The state on ``day``. An ending takes effect at once, on its very day."""
        if self.ending:
            return State(self.ending)
        if day > self.last:
            return State.OVER
        if not self.accepted:
            return State.INVITED
        return State.FUTURE if day < self.first else State.RUNNING

    def covers(self, item: str) -> bool:
        """Whether the item is within its scope."""
        return not self.items or item in self.items

    def over_on(self) -> date:
        """The last day on which it stood, as told to the agent afterwards."""
        return self.ended_on or self.last


@dataclass(frozen=True)
class Agency:
    """The powers of one account, sorted by what they are worth today."""

    running: tuple[Power, ...] = ()
    coming: tuple[Power, ...] = ()
    past: tuple[Power, ...] = ()

    @classmethod
    def on(cls, powers: Iterable[Power], day: date) -> Agency:
        """``powers`` as they are on ``day``. What was never accepted gives nothing and is left out."""
        states = [(power.state(day), power) for power in powers if power.accepted]
        return cls(
            tuple(power for state, power in states if state is State.RUNNING),
            tuple(power for state, power in states if state is State.FUTURE),
            tuple(power for state, power in states if state in ENDED),
        )

    @property
    def applicants(self) -> frozenset[int]:
        """The enterprises the account acts for today, each within its scope."""
        return frozenset(power.applicant for power in self.running)

    def knows(self, applicant: int) -> bool:
        """Whether the account ever was, is or will be an agent of the applicant."""
        return any(power.applicant == applicant for power in (*self.running, *self.coming, *self.past))

    def find(self, applicant: int, item: str, act: Act | None = None) -> Power | None:
        """The power under which ``act`` is done for ``applicant`` on ``item`` today; the first that will do.

        Without ``act``: one that covers the item at all, for looking at it.
        """
        found = (power for power in self.running if power.applicant == applicant and power.covers(item))
        return next((power for power in found if act is None or act in power.acts), None)

    def check(self, applicant: int, item: str, act: Act) -> Power:
        """The power under which ``act`` may be done today, or Forbidden that says what is lacking and whom to ask."""
        found = self.find(applicant, item, act)
        if found is None:
            raise self.refusal(applicant, item, act)
        return found

    def refusal(self, applicant: int, item: str, act: Act) -> Forbidden:
        """Why ``act`` may not be done for ``applicant`` on ``item``; to a stranger it tells nothing."""
        own = [power for power in self.running if power.applicant == applicant]
        covering = next((power for power in own if power.covers(item)), None)
        if covering is not None:
            return _act_not_covered(covering, act)
        if own:
            return _item_not_covered(own[0])
        coming = min((power for power in self.coming if power.applicant == applicant), key=_begin, default=None)
        if coming is not None:
            return _not_begun(coming)
        past = max((power for power in self.past if power.applicant == applicant), key=_end, default=None)
        return _ended(past) if past is not None else stranger()


def _begin(power: Power) -> tuple[date, str]:
    return power.first, power.number


def _end(power: Power) -> tuple[date, str]:
    return power.over_on(), power.number


def stranger() -> Forbidden:
    """The answer to somebody who has nothing to do with the applicant."""
    return Forbidden(
        gettext_noop("You cannot apply for this applicant."),
        remedy=gettext_noop("Sign in as the person or enterprise itself."),
    )


def _said(power: Power) -> dict[str, object]:
    names = {"number": power.number, "enterprise": power.enterprise, "principal": power.principal}
    return {**names, "on": power.over_on(), "first": power.first}


def _not_begun(power: Power) -> Forbidden:
    return Forbidden(
        gettext_noop("Your authority %(number)s for %(enterprise)s begins on %(first)s."),
        remedy=gettext_noop("Wait until then, or ask %(principal)s for an earlier day."),
        rule=Citation("civil_code", 165),
        params=_said(power),
        code="power_coming",
    )


def _ended(power: Power) -> Forbidden:
    return Forbidden(
        gettext_noop("Your authority %(number)s to act for %(enterprise)s ended on %(on)s."),
        remedy=gettext_noop("Ask %(principal)s to appoint you again. What you began stays with the enterprise."),
        rule=Citation("civil_code", 173, item=2 if power.ending else 1),
        params=_said(power),
        code="power_ended",
    )


def _item_not_covered(power: Power) -> Forbidden:
    return Forbidden(
        gettext_noop("Your authority %(number)s for %(enterprise)s does not cover this item."),
        remedy=gettext_noop("Ask %(principal)s to do it, or to appoint you for this item as well."),
        rule=Citation("civil_code", 171, 1),
        params=_said(power),
        code="power_item",
    )


#: What a power that lacks an act says.
_LACKS = {
    Act.FILL: gettext_noop("Your authority %(number)s for %(enterprise)s does not let you fill in applications."),
    Act.SUBMIT: gettext_noop("Your authority %(number)s for %(enterprise)s does not let you sign and hand in."),
    Act.RECEIVE: gettext_noop("Your authority %(number)s for %(enterprise)s does not let you receive documents."),
}


def _act_not_covered(power: Power, act: Act) -> Forbidden:
    return Forbidden(
        _LACKS[act],
        remedy=gettext_noop("Ask %(principal)s to do it. What you have entered is kept for the enterprise."),
        rule=Citation("civil_code", 171, 1),
        params=_said(power),
        code="power_act",
    )


# Making a power out.


@dataclass(frozen=True)
class Terms:
    """What the enterprise wants to write into a power."""

    agent_name: str
    acts: frozenset[Act]
    first: date
    last: date
    items: frozenset[str] = frozenset()
    chosen_items: bool = False  # whether only the chosen items are meant


def problems(terms: Terms, today: date, longest: int) -> list[FieldError]:
    """What keeps ``terms`` from being signed: each entry with its remedy. ``longest`` is in days, both ends included.

    民法典 art. 165: the agent, the matters, the scope and the term must stand in the document.
    """
    errors: list[FieldError] = []

    def wrong(entry: str, message: str, remedy: str, **params: object) -> None:
        errors.append(FieldError(entry, message, remedy, params))

    if not terms.agent_name.strip():
        wrong("agent_name", gettext_noop("The agent's name is missing."), gettext_noop("Write the full name."))
    if not terms.acts:
        wrong("acts", gettext_noop("Nothing is chosen that the agent may do."), gettext_noop("Tick at least one."))
    elif Act.SUBMIT in terms.acts and Act.FILL not in terms.acts:
        wrong(
            "acts",
            gettext_noop("Who signs and hands in must be able to fill in."),
            gettext_noop("Tick filling in as well."),
        )
    if terms.chosen_items and not terms.items:
        wrong("items", gettext_noop("No item is chosen."), gettext_noop("Choose the items, or all items."))
    if terms.first < today:
        wrong("first", gettext_noop("The first day lies in the past."), gettext_noop("Begin today or later."))
    if terms.last < terms.first:
        wrong("last", gettext_noop("The last day comes before the first."), gettext_noop("Write a later day."))
    elif (terms.last - terms.first).days >= longest:
        wrong(
            "last",
            gettext_noop("An authority lasts at most %(most)s days here."),
            gettext_noop("Shorten it; it can be given anew. The limit is set by this hall, not by law."),
            most=longest,
        )
    return errors

"""Messages about written authorities: agents and enterprises hear of every step that the other one takes.

An agent who was never registered here cannot be told and hears it from the enterprise, which gives the code anyway; the
enterprise learns nothing of whether an account exists.
"""

from __future__ import annotations

from datetime import date, datetime

from tongban.accounts.models import Applicant, PowerOfAttorney
from tongban.accounts.recipients import account_name, to_agent, to_agent_of, to_applicant
from tongban.messaging.services import About, tell

#: What the agent did, in the two languages of the messages.
ANSWERS = {
    "accepted": ("接受了委托", "accepted the authority"),
    "declined": ("没有接受委托", "declined the authority"),
    "resigned": ("辞去了委托", "gave up the authority"),
}


def _values(row: PowerOfAttorney) -> dict[str, str]:
    return {"enterprise": row.applicant.name, "agent": row.agent_name, "number": row.number}


def _about(row: PowerOfAttorney, kind: str, step: str, values: dict[str, str]) -> About:
    return About(key=f"power-{row.pk}-{step}", kind=kind, chain=f"agents:{row.applicant_id}", values=values)


def appointed(row: PowerOfAttorney, now: datetime) -> None:
    """Tell the agent that an authority waits for its answer."""
    if (to := to_agent(row)) is not None:
        values = {**_values(row), "until": _day(row.valid_to)}
        tell(_about(row, "agent_appointed", "appointed", values), to, now)


def answered(row: PowerOfAttorney, answer: str, now: datetime) -> None:
    """Tell the enterprise what its agent did: accepted, declined or resigned."""
    chinese, english = ANSWERS[answer]
    values = {**_values(row), "answer": chinese, "answer_en": english}
    tell(_about(row, "agent_answered", answer, values), to_applicant(row.applicant_id), now)


def ended(row: PowerOfAttorney, now: datetime) -> None:
    """Tell the agent that the enterprise ended the authority."""
    if (to := to_agent(row)) is not None:
        tell(_about(row, "agent_ended", "ended", _values(row)), to, now)


def handed_over(applicant_id: int, giver: str, taker: str, count: int, now: datetime) -> None:
    """Tell both agents that ``count`` cases and drafts of an enterprise passed from one to the other.

    ``taker`` is empty where the enterprise looks after them itself.
    """
    name = Applicant.objects.values_list("name", flat=True).get(pk=applicant_id)
    for kind, account in (("agent_relieved", giver), ("agent_handed_over", taker)):
        to = to_agent_of(account, applicant_id)
        if to is None or not count:
            continue
        values = {"enterprise": name, "agent": account_name(account), "count": str(count)}
        key = f"{kind}-{applicant_id}-{account}-{now:%Y%m%d%H%M%S}"
        tell(About(key=key, kind=kind, chain=f"agents:{applicant_id}", values=values), to, now)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"

"""Where people are reached: the addresses behind an applicant, an agent, or an authority."""

from __future__ import annotations

from dataclasses import replace

from tongban.accounts.models import Applicant, ApplicantAccess, PowerOfAttorney, ServiceAddress, SignInHandle, User
from tongban.messaging.services import Recipient

LANGUAGE = "message_language"


def service_copy(applicant_id: int) -> Recipient | None:
    """The confirmed address for service, which gets every document whoever looks after the case; None without one."""
    row = ServiceAddress.objects.filter(applicant_id=applicant_id, withdrawn_at=None).first()
    if row is None:
        return None
    own = to_applicant(applicant_id)
    return replace(
        own,
        email=row.address if row.means == "mail" else "",
        phone=row.address if row.means == "phone" else "",
        accounts=own.accounts if row.means == "inapp" else (),
    )


def to_applicant(applicant_id: int) -> Recipient:
    """The applicant itself: the registered contact, and the inbox of its own accounts."""
    row = Applicant.objects.get(pk=applicant_id)
    held = ApplicantAccess.objects.filter(applicant_id=applicant_id, user__is_active=True).select_related("user")
    users = [access.user for access in held.order_by("pk")]
    return Recipient(
        applicant_id=applicant_id,
        email=row.email,
        phone=row.phone,
        accounts=tuple(user.pk for user in users),
        language=_language(users[0]) if users else "zh",
    )


def to_account(account: User, applicant_id: int) -> Recipient:
    """One account, about an applicant that it acts for or is asked to act for."""
    own = ApplicantAccess.objects.filter(user=account, role="self").select_related("applicant").first()
    return Recipient(
        applicant_id=applicant_id,
        email=account.email,
        phone=own.applicant.phone if own is not None else "",
        accounts=(account.pk,),
        language=_language(account),
    )


def to_agent(row: PowerOfAttorney) -> Recipient | None:
    """The agent of an authority; while it is an invitation, whoever signs in with the number it was made out to."""
    account = row.agent
    if account is None:
        handle = SignInHandle.objects.filter(kind=row.handle_kind, index=row.handle_index).select_related("user")
        found = handle.first()
        account = found.user if found is not None else None
    if account is None or not account.is_active or account.kind != User.APPLICANT:
        return None
    return to_account(account, row.applicant_id)


def to_agent_of(account_id: str, applicant_id: int) -> Recipient | None:
    """An account that takes over for an enterprise."""
    account = User.objects.filter(pk=int(account_id), is_active=True).first() if account_id else None
    return to_account(account, applicant_id) if account is not None else None


def account_name(account_id: str) -> str:
    """What an account is called."""
    return User.objects.values_list("name", flat=True).get(pk=int(account_id))


def _language(account: User) -> str:
    return "en" if account.settings.get(LANGUAGE) == "en" else "zh"


def message_language(account_id: int) -> str:
    """The language of an account's messages: zh or en."""
    return _language(User.objects.get(pk=account_id))


def choose_message_language(account_id: int, language: str) -> None:
    """Keep the language of an account's messages; anything but English is Chinese."""
    row = User.objects.get(pk=account_id)
    row.settings = {**row.settings, LANGUAGE: "en" if language == "en" else "zh"}
    row.save(update_fields=["settings"])

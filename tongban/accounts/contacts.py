"""Contact data that applicants correct themselves (个人信息保护法 art. 46); the window corrects the rest."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tongban.accounts.models import Applicant, SignInHandle, User
from tongban.core import codes
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Invalid, NotFound, gettext_noop
from tongban.core.law import Citation
from tongban.records.secrets import blind_index
from tongban.records.services import append_to_chain

MOST_EMAIL, MOST_ADDRESS = 200, 300


def correct_contact(
    *, applicant_id: int, phone: str, email: str, address: str, actor: Actor, now: datetime
) -> tuple[str, ...]:
    """Put other contact data in place; returns the names of what changed.

    The event names the entries and none of their values. A changed phone or e-mail signs in from now on in place of
    the one before. Raises NotFound for an applicant the account does not act for, Invalid naming each wrong entry.
    """
    phone, email, address = "".join(phone.split()), email.strip().lower(), address.strip()
    if applicant_id not in actor.applicant_ids:
        raise NotFound(gettext_noop("There is no such page."), remedy=gettext_noop("Go back to your account."))
    if errors := _faults(phone, email, address):
        raise Invalid(gettext_noop("Some entries need another look."), errors=errors, rule=Citation("pipl", 46))
    with transaction.atomic():
        row = Applicant.objects.select_for_update().get(pk=applicant_id)
        wanted = {"phone": phone, "email": email, "address": address}
        changed = tuple(name for name, value in wanted.items() if getattr(row, name) != value)
        if not changed:
            return ()
        account = User.objects.select_for_update().get(pk=int(actor.id))
        for kind in ("phone", "email"):
            if kind in changed:
                _sign_in_with(account, kind, old=getattr(row, kind), new=wanted[kind])
        if account.email == row.email:
            account.email = email
            account.save(update_fields=["email"])
        row.phone, row.email, row.address = phone, email, address
        row.phone_index = blind_index(phone, "phone")
        row.save(update_fields=["phone", "phone_index", "email", "address"])
        append_to_chain(
            chain=f"applicant:{applicant_id}",
            verb="correct_contact",
            actor=actor,
            at=now,
            legal_date=legal_date(now),
            facts={"entries": [*changed]},
        )
    return changed


def _sign_in_with(account: User, kind: str, *, old: str, new: str) -> None:
    """The handle follows, unless another account signs in with the new one: the first keeps it."""
    if old:
        SignInHandle.objects.filter(user=account, kind=kind, index=blind_index(old, kind)).delete()
    if new:
        SignInHandle.objects.get_or_create(kind=kind, index=blind_index(new, kind), defaults={"user": account})


def _faults(phone: str, email: str, address: str) -> list[FieldError]:
    found = []
    if not codes.is_mobile(phone):
        message = gettext_noop("This is not a mobile phone number.")
        found.append(FieldError("phone", message, gettext_noop("Write 11 digits, for example 13800000000.")))
    if email and ("@" not in email or len(email) > MOST_EMAIL):
        message = gettext_noop("This is not an e-mail address.")
        found.append(FieldError("email", message, gettext_noop("Write it as name@example.com, or leave it empty.")))
    if len(address) > MOST_ADDRESS:
        message = gettext_noop("This has %(length)s characters; at most %(most)s fit.")
        params = {"length": len(address), "most": MOST_ADDRESS}
        found.append(FieldError("address", message, gettext_noop("Shorten it."), params))
    return found

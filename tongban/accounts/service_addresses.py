"""送达地址确认: an applicant agrees to be served electronically, changes where, or takes it back.

Nobody is served electronically without it, and taking it back needs no reason (个人信息保护法 art. 15). What was
served until then stays served.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tongban.accounts.models import Applicant, ServiceAddress
from tongban.core import codes
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Invalid, NotFound, Refused, gettext_noop
from tongban.core.law import Citation
from tongban.core.serving import ELECTRONIC
from tongban.records.secrets import blind_index
from tongban.records.services import JSON, append_to_chain

#: What the applicant agrees to, as it stands in the record; always in Chinese.
CONSENT = (
    "本人（本单位）确认以{where}作为送达地址，同意行政机关以电子方式向该地址送达政务服务事项的文书。"
    "本人（本单位）保证该地址准确、能够接收；变更时及时重新确认。本确认可以随时撤回，撤回以前已经完成的送达不受影响。"
)
WHERE = {"inapp": "本平台的站内消息", "mail": "电子邮箱{address}", "phone": "手机号码{address}"}


@dataclass(frozen=True)
class AddressView:
    """A confirmed address as pages show it, masked. ``current``: the registered contact is still the one confirmed."""

    applicant_id: int
    means: str
    masked: str
    consent: str
    confirmed_at: datetime
    withdrawn_at: datetime | None
    current: bool


def chain(applicant_id: int) -> str:
    """The chain of an applicant's confirmations."""
    return f"service-address:{applicant_id}"


def choices(applicant_id: int, actor: Actor) -> dict[str, str]:
    """The means that the applicant can confirm, each with its address in clear: it has to see what it confirms.

    NotFound for anybody else's applicant.
    """
    row = _own(applicant_id, actor)
    return {means: _registered(means, row) for means in ELECTRONIC if means == "inapp" or _registered(means, row)}


def consent() -> str:
    """The text to agree to, before an address is chosen."""
    return CONSENT.format(where="上面选定的地址")


def confirm_service_address(*, applicant_id: int, means: str, agreed: bool, actor: Actor, now: datetime) -> None:
    """Agree to be served electronically. An earlier confirmation ends with it.

    Raises Invalid naming the entry, Refused where the very same address is confirmed already.
    """
    with transaction.atomic():
        row = _own(applicant_id, actor, lock=True)
        errors = []
        if means not in choices(applicant_id, actor):
            message = gettext_noop("Choose where your documents are to be served.")
            remedy = gettext_noop("Choose one; an e-mail address or phone has to be registered first.")
            errors.append(FieldError("means", message, remedy))
        if not agreed:
            message = gettext_noop("Without your consent nothing is served electronically.")
            remedy = gettext_noop("Tick the box, or leave the page: then documents are served on paper.")
            errors.append(FieldError("agreed", message, remedy))
        if errors:
            raise Invalid(gettext_noop("Some entries need another look."), errors=errors, rule=Citation("pipl", 14))
        old = ServiceAddress.objects.filter(applicant=row, withdrawn_at=None).first()
        address = _registered(means, row)
        if old is not None and (old.means, old.address) == (means, address):
            raise Refused(
                gettext_noop("This address is confirmed already."), remedy=gettext_noop("Nothing needs doing.")
            )
        if old is not None:
            old.withdrawn_at = now
            old.save(update_fields=["withdrawn_at"])
            _tell(old, "replace_service_address", actor, now)
        new = ServiceAddress.objects.create(
            applicant=row,
            means=means,
            address=address,
            consent=CONSENT.format(where=WHERE[means].format(address=_masked(means, address))),
            confirmed_by=actor.id,
            confirmed_at=now,
        )
        _tell(new, "confirm_service_address", actor, now)


def withdraw_service_address(*, applicant_id: int, actor: Actor, now: datetime) -> None:
    """Take the confirmation back: from now on documents are served on paper. Refused where there is none."""
    with transaction.atomic():
        row = _own(applicant_id, actor, lock=True)
        old = ServiceAddress.objects.select_for_update().filter(applicant=row, withdrawn_at=None).first()
        if old is None:
            raise Refused(
                gettext_noop("No electronic address is confirmed."), remedy=gettext_noop("Nothing needs doing.")
            )
        old.withdrawn_at = now
        old.save(update_fields=["withdrawn_at"])
        _tell(old, "withdraw_service_address", actor, now)


def _own(applicant_id: int, actor: Actor, *, lock: bool = False) -> Applicant:
    if actor.kind != "applicant" or applicant_id not in actor.applicant_ids:
        raise NotFound(gettext_noop("There is no such page."), remedy=gettext_noop("Go back to your account."))
    rows = Applicant.objects.select_for_update() if lock else Applicant.objects
    return rows.get(pk=applicant_id)


def _registered(means: str, applicant: Applicant) -> str:
    return {"mail": applicant.email, "phone": applicant.phone}.get(means, "")


def _masked(means: str, address: str) -> str:
    return {"mail": codes.mask_email, "phone": codes.mask_phone}.get(means, str)(address)


def facts(row: ServiceAddress) -> dict[str, JSON]:
    """What the events say of a confirmation; the audit compares. The address by its blind index alone."""
    return {
        "service_address": row.pk,
        "means": row.means,
        "address": blind_index(row.address, f"service-{row.means}"),
        "confirmed_on": legal_date(row.confirmed_at).isoformat(),
        "withdrawn": row.withdrawn_at is not None,
    }


def _tell(row: ServiceAddress, verb: str, actor: Actor, now: datetime) -> None:
    append_to_chain(
        chain=chain(row.applicant_id), verb=verb, actor=actor, at=now, legal_date=legal_date(now), facts=facts(row)
    )


def view(row: ServiceAddress) -> AddressView:
    """A confirmation, masked."""
    return AddressView(
        applicant_id=row.applicant_id,
        means=row.means,
        masked=_masked(row.means, row.address),
        consent=row.consent,
        confirmed_at=row.confirmed_at,
        withdrawn_at=row.withdrawn_at,
        current=row.address == _registered(row.means, row.applicant),
    )


def service_address(applicant_id: int) -> AddressView | None:
    """The confirmation in force; callers check that the reader may see it."""
    rows = ServiceAddress.objects.filter(applicant_id=applicant_id, withdrawn_at=None).select_related("applicant")
    row = rows.first()
    return view(row) if row is not None else None


def service_addresses(applicant_id: int, actor: Actor) -> list[AddressView]:
    """Every confirmation of one's own applicant, newest first."""
    _own(applicant_id, actor)
    rows = ServiceAddress.objects.filter(applicant_id=applicant_id).select_related("applicant")
    return [view(row) for row in rows.order_by("-confirmed_at", "-pk")]


def confirmed(applicant_id: int, means: str, address: str) -> bool:
    """Whether ``address`` is the one the applicant confirmed for ``means``; 站内消息 has no address to compare."""
    row = ServiceAddress.objects.filter(applicant_id=applicant_id, withdrawn_at=None, means=means).first()
    return row is not None and (means == "inapp" or row.address == address)

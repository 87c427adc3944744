"""Verbs on an enterprise's agents 经办人: appointing by written authority, accepting, revoking, resigning.

Everything about the agents of one enterprise stands in its chain ``agents:<applicant id>``. The rules are in
:mod:`tongban.core.agency`; the acts of agents on cases are recorded there, under the number of the authority.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hmac import compare_digest
from typing import Any

from django.conf import settings
from django.db import transaction

from tongban.accounts import telling
from tongban.accounts.models import Applicant, ApplicantAccess, PowerOfAttorney, Region, SignInHandle
from tongban.core import codes
from tongban.core.actors import Actor
from tongban.core.agency import Act, State, Terms, problems
from tongban.core.dates import SHANGHAI, legal_date
from tongban.core.errors import FieldError, Invalid, NotFound, Refused, gettext_noop
from tongban.core.law import Citation
from tongban.records.secrets import blind_index
from tongban.records.services import JSON, append_to_chain, next_number

#: Of the code that the enterprise tells its agent: without characters that are mistaken for one another.
CODE_ALPHABET, CODE_LENGTH = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 8
#: What an agent may do, as the document says it.
ACT_WORDS = {
    Act.FILL: "填写申请和补正",
    Act.SUBMIT: "签名提交申请和补正、答复询问、撤回申请",
    Act.RECEIVE: "查看和领取文书、证照",
}
ALL_ITEMS = "在本平台办理的全部政务服务事项"
#: What every document says besides: the effect, several agents, no lending on, the end.
CLAUSES = (
    (
        "委托人委托上述代理人，在上述事项、权限和期限内，以委托人的名义办理政务服务事项"
        "（《中华人民共和国行政许可法》第二十九条第二款、《中华人民共和国民法典》第一百六十五条）。"
        "代理人在代理权限内实施的行为，对委托人发生效力（《中华人民共和国民法典》第一百六十二条）。"
    ),
    (
        "委托人就同一事项委托数名代理人的，各代理人可以单独办理（《中华人民共和国民法典》第一百六十六条）。"
        "代理人不得转委托第三人（同法第一百六十九条）。"
    ),
    (
        "代理期限届满、委托人取消委托或者代理人辞去委托的，代理终止（《中华人民共和国民法典》第一百七十三条）。"
        "委托人可以随时在本平台取消委托。"
    ),
)
MOST_REASON = 200


@dataclass(frozen=True)
class Drawn:
    """An authority drawn up and not signed: its text, and what the agent is to be known by."""

    enterprise: str
    kind: str
    handle: str
    document: Mapping[str, Any]


def chain(applicant_id: int) -> str:
    """The chain of what concerns an enterprise's agents."""
    return f"agents:{applicant_id}"


def enterprise_of(actor: Actor, applicant_id: int) -> Applicant:
    """The enterprise, for its principal. For everybody else, and for a person, there is nothing there."""
    own = applicant_id in actor.applicant_ids
    row = Applicant.objects.filter(pk=applicant_id, kind=Applicant.ENTERPRISE).first() if own else None
    if row is None:
        raise NotFound(
            gettext_noop("There is no such enterprise, or it is not yours to manage."),
            remedy=gettext_noop("Sign in with the enterprise's own account."),
        )
    return row


def draw_up(
    *, applicant_id: int, terms: Terms, handle: str, items: Mapping[str, str], actor: Actor, now: datetime
) -> Drawn:
    """The authority as it would be signed. ``items`` names the chosen items by key, for the document.

    Raises NotFound for anybody but the principal, Invalid naming each wrong entry.
    """
    enterprise = enterprise_of(actor, applicant_id)
    errors = problems(terms, legal_date(now), settings.AGENT_LONGEST_DAYS)
    kind, number = _handle(handle, legal_date(now))
    if not kind:
        errors.append(
            FieldError(
                "handle",
                gettext_noop("This is neither a mobile phone nor an identity number."),
                gettext_noop("Copy the number with which the agent signs in here."),
            )
        )
    if len(terms.agent_name.strip()) > 100:
        errors.append(FieldError("agent_name", gettext_noop("The name is too long."), gettext_noop("Shorten it.")))
    if errors:
        raise Invalid(gettext_noop("Some entries need another look."), errors=errors)
    return Drawn(enterprise.name, kind, number, _document(enterprise, terms, kind, number, items))


def _handle(text: str, today: date) -> tuple[str, str]:
    """(kind, number) of what a person signs in with; an empty kind for anything else."""
    number = "".join(text.split()).upper()
    if codes.is_mobile(number):
        return "phone", number
    return ("id_number", number) if not codes.resident_id_problems(number, today) else ("", "")


def _document(enterprise: Applicant, terms: Terms, kind: str, handle: str, items: Mapping[str, str]) -> dict[str, Any]:
    """The text of the 授权委托书: everything art. 165 of the Civil Code asks for. Always in Chinese."""
    masked = codes.mask_phone(handle) if kind == "phone" else codes.mask_id(handle)
    what = "、".join(items[key] for key in sorted(terms.items)) if terms.items else ALL_ITEMS
    acts = "；".join(ACT_WORDS[act] for act in Act if act in terms.acts)
    facts = [
        ["委托人", enterprise.name],
        ["统一社会信用代码", enterprise.id_number],
        ["法定代表人", enterprise.legal_representative],
        ["代理人（经办人）", terms.agent_name.strip()],
        ["手机号码" if kind == "phone" else "居民身份证号码", masked],
        ["代理事项", what],
        ["代理权限", acts],
        ["代理期限", f"{_day(terms.first)}至{_day(terms.last)}"],
    ]
    return {
        "facts": [row for row in facts if row[1]],
        "text": list(CLAUSES),
    }


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def day_text(moment: datetime) -> str:
    """The legal date of an instant, as Chinese documents write it."""
    return _day(legal_date(moment))


def appoint(
    *,
    applicant_id: int,
    terms: Terms,
    handle: str,
    items: Mapping[str, str],
    signature: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Sign an authority with the enterprise's name; it is in force once the agent accepts it. Returns its id.

    Whether anybody signs in with ``handle`` is not looked at, so nothing is told about it.
    """
    drawn = draw_up(applicant_id=applicant_id, terms=terms, handle=handle, items=items, actor=actor, now=now)
    if "".join(signature.split()) != "".join(drawn.enterprise.split()):
        message, remedy = gettext_noop("The signature is not the enterprise's name."), gettext_noop("Write %(name)s.")
        params: dict[str, object] = {"name": drawn.enterprise}
        raise Invalid(message, errors=[FieldError("signature", message, remedy, params)], params=params)
    with transaction.atomic():
        moment = now.astimezone(SHANGHAI)
        document = {**drawn.document, "signed": f"{_day(moment.date())}{moment:%H:%M}，委托人在网上签名：{signature}"}
        region = Region.objects.order_by("pk").values_list("code", flat=True).first() or ""
        row = PowerOfAttorney.objects.create(
            applicant_id=applicant_id,
            agent_name=terms.agent_name.strip(),
            handle_kind=drawn.kind,
            handle=drawn.handle,
            handle_index=blind_index(drawn.handle, drawn.kind),
            code="".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)),
            items=sorted(terms.items),
            acts=[act.value for act in Act if act in terms.acts],
            valid_from=terms.first,
            valid_to=terms.last,
            document=document,
            signature=signature.strip(),
            signed_by_id=int(actor.id),
            signed_at=now,
            number=f"WT{region}-{moment.year}-{next_number(f'power:{region}:{moment.year}'):05d}",
        )
        _tell(row, "appoint", actor, now)
        telling.appointed(row, now)
    return row.pk


def power_facts(row: PowerOfAttorney) -> dict[str, JSON]:
    """What the events say of a power; the audit compares it with the row. The agent by account, not by name."""
    scan: dict[str, JSON] = {"scan": row.scan_sha256} if row.scan_sha256 else {}
    return {
        **scan,
        "power": row.pk,
        "number": row.number,
        "agent": str(row.agent_id or ""),
        "items": list(row.items),
        "acts": list(row.acts),
        "first": row.valid_from.isoformat(),
        "last": row.valid_to.isoformat(),
        "document": document_digest(row.document),
        "accepted": row.accepted_at is not None,
        "ending": row.ending,
        "ended_on": row.ended_on.isoformat() if row.ended_on else "",
        "file": row.file_sha256,
    }


def document_digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of the signed text in one canonical spelling."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _tell(row: PowerOfAttorney, verb: str, actor: Actor, now: datetime) -> None:
    append_to_chain(
        chain=chain(row.applicant_id),
        verb=verb,
        actor=actor,
        at=now,
        legal_date=legal_date(now),
        facts=power_facts(row),
    )


# What the agent does.


def accept_power(*, power: int, code: str, actor: Actor, now: datetime) -> None:
    """Take the appointment on. The person, the name and the code must be those of the document.

    Raises NotFound where nothing was made out to the account, Refused where it is over or names somebody else,
    Invalid for a wrong code. Callers limit how often a code may be tried.
    """
    from tongban.accounts.effects import render_power

    with transaction.atomic():
        row = _invitation(actor, power)
        _check_person(row, actor)
        if legal_date(now) > row.valid_to:
            raise _over(row)
        if not compare_digest("".join(code.split()).upper().encode(), row.code.encode()):
            message = gettext_noop("The code is wrong.")
            remedy = gettext_noop("Ask the enterprise for the code that stands beside this authority.")
            raise Invalid(message, remedy=remedy, errors=[FieldError("code", message, remedy)])
        row.agent_id, row.accepted_at, row.code = int(actor.id), now, ""
        row.save(update_fields=["agent", "accepted_at", "code"])
        _tell(row, "accept_power", actor, now)
        telling.answered(row, "accepted", now)
        render_power.enqueue(row.pk)


def _invitation(actor: Actor, power: int) -> PowerOfAttorney:
    """The open invitation, locked, if it was made out to a number with which the account signs in."""
    row = PowerOfAttorney.objects.select_for_update().filter(pk=power, agent=None, ending="").first()
    if row is None:
        raise no_such_power()
    own = SignInHandle.objects.filter(user_id=int(actor.id), kind=row.handle_kind, index=row.handle_index)
    if not own.exists():
        raise no_such_power()
    return row


def _check_person(row: PowerOfAttorney, actor: Actor) -> None:
    """An authority names a natural person; the account must be that person's own."""
    own = ApplicantAccess.objects.filter(user_id=int(actor.id), role="self").select_related("applicant").first()
    if own is None:
        raise Refused(
            gettext_noop("Only a person's own account can act as an agent."),
            remedy=gettext_noop("Register as a person, then accept there."),
        )
    if "".join(own.applicant.name.split()) != "".join(row.agent_name.split()):
        raise Refused(
            gettext_noop("This authority does not bear your name."),
            remedy=gettext_noop("Ask the enterprise to make one out with the name on your identity card."),
            rule=Citation("civil_code", 165),
        )


def _over(row: PowerOfAttorney) -> Refused:
    return Refused(
        gettext_noop("This authority ended on %(on)s."),
        remedy=gettext_noop("Ask the enterprise for a new one."),
        rule=Citation("civil_code", 173, item=1),
        params={"on": row.ended_on or row.valid_to},
    )


def no_such_power() -> NotFound:
    """The same answer for an authority that does not exist and one that is not the person's."""
    return NotFound(
        gettext_noop("There is no such authority, or it is not yours."),
        remedy=gettext_noop("Go back to the list."),
    )


def decline_power(*, power: int, actor: Actor, now: datetime) -> None:
    """Turn the appointment down; nothing was ever done under it."""
    with transaction.atomic():
        row = _invitation(actor, power)
        _end(row, State.DECLINED, "", actor, now)
        telling.answered(row, "declined", now)


def resign_power(*, power: int, actor: Actor, now: datetime, reason: str = "") -> None:
    """Give the authority up (民法典 art. 173(2)); what is open stays with the enterprise until it hands it on."""
    with transaction.atomic():
        row = PowerOfAttorney.objects.select_for_update().filter(pk=power, agent_id=int(actor.id)).first()
        if row is None:
            raise no_such_power()
        _check_standing(row, now)
        _end(row, State.RESIGNED, reason, actor, now)
        telling.answered(row, "resigned", now)


# What the enterprise does.


def own_power(actor: Actor, applicant_id: int, power: int, *, lock: bool = False) -> PowerOfAttorney:
    """An authority of the principal's enterprise."""
    enterprise_of(actor, applicant_id)
    rows = PowerOfAttorney.objects.filter(pk=power, applicant_id=applicant_id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise no_such_power()
    return row


def revoke_power(*, applicant_id: int, power: int, actor: Actor, now: datetime, reason: str = "") -> None:
    """Revoke an authority, or take back an invitation, at once (民法典 art. 173(2))."""
    with transaction.atomic():
        row = own_power(actor, applicant_id, power, lock=True)
        _check_standing(row, now)
        _end(row, State.REVOKED, reason, actor, now)
        telling.ended(row, now)


def _check_standing(row: PowerOfAttorney, now: datetime) -> None:
    if row.ending or legal_date(now) > row.valid_to:
        raise _over(row)


def _end(row: PowerOfAttorney, ending: State, reason: str, actor: Actor, now: datetime) -> None:
    reason = reason.strip()
    if len(reason) > MOST_REASON:
        message, remedy = gettext_noop("The reason is too long."), gettext_noop("Shorten it.")
        raise Invalid(message, remedy=remedy, errors=[FieldError("reason", message, remedy)])
    row.ending, row.ended_on, row.reason, row.code = ending.value, legal_date(now), reason, ""
    row.save(update_fields=["ending", "ended_on", "reason", "code"])
    _tell(row, ending.value, actor, now)


def keep_file(*, power: int, file_id: str, sha256: str, actor: Actor, now: datetime) -> None:
    """Remember the file of an authority unless it has one (called by the task that made it)."""
    with transaction.atomic():
        row = PowerOfAttorney.objects.select_for_update().get(pk=power)
        if row.file_id is not None:
            return
        row.file_id, row.file_sha256 = file_id, sha256
        row.save(update_fields=["file_id", "file_sha256"])
        _tell(row, "power_file", actor, now)


def check_scan(*, applicant_id: int, power: int, actor: Actor) -> None:
    """Whether the actor may add a scan; asked before a file is looked at. NotFound for anybody but the principal."""
    own_power(actor, applicant_id, power)


def keep_scan(*, applicant_id: int, power: int, file_id: str, sha256: str, actor: Actor, now: datetime) -> None:
    """Add the scan of the authority as signed on paper; another one takes its place, and the events name both.

    Called in the transaction that stores the file. Raises NotFound for anybody but the principal.
    """
    row = own_power(actor, applicant_id, power, lock=True)
    row.scan_id, row.scan_sha256 = file_id, sha256
    row.save(update_fields=["scan_id", "scan_sha256"])
    _tell(row, "power_scan", actor, now)

"""What the tests of licences share: one type, one issuer, the posts, and short ways to issue."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tongban.accounts.models import Applicant
from tongban.core.actors import Actor, Duty
from tongban.core.items import LicenceField, LicenceTypeSpec
from tongban.licences import services
from tongban.licences.values import Holder, Issuer, LicenceView, Term
from tongban.records import queries as records

NOW = dt.datetime(2026, 10, 16, 1, 12, tzinfo=dt.UTC)
TODAY = dt.date(2026, 10, 16)
DECIDER = Actor(kind="staff", id="9", name="赵示例", duties=frozenset({Duty.DECISION_MAKER}), region_code="120116")
CLERK = Actor(kind="staff", id="8", name="钱示例", duties=frozenset({Duty.CERTIFICATE_CLERK}), region_code="120116")
ISSUER = Issuer("approval_bureau", "滨海新区（示例）行政审批局", "11120116MBX000027N", "120116")
TERM = Term(TODAY, TODAY, dt.date(2030, 10, 15))
SPEC = LicenceTypeSpec(
    key="disinfect_producer",
    name="消毒产品生产企业卫生许可证",
    code="11120116MBX000027N001",
    number_pattern="津卫消证字（{year}）第{serial:04d}号",
    fields=(
        LicenceField("unit", "单位名称", "form.enterprise.name"),
        LicenceField("legal", "法定代表人", "form.enterprise.legal_representative"),
        LicenceField("address", "生产地址", "form.address"),
        LicenceField("phone", "联系电话", "form.phone", public=False),
    ),
    legal_sentence="依照《消毒管理办法》，准予生产下列消毒产品。",
)
FIELDS = {"unit": "津滨示例环保科技有限公司", "legal": "陈示例", "address": "中心大道88号", "phone": "13800000000"}


def applicant(id_number: str = "91120116MA06X0TT1X", name: str = "津滨示例环保科技有限公司") -> Applicant:
    """An enterprise on file."""
    return Applicant.objects.create(kind="enterprise", name=name, id_number=id_number, id_index=id_number)


def reserve(holder: Holder | None = None, **changes: Any) -> LicenceView:
    """Reserve a licence; parts can be changed by name."""
    values: dict[str, Any] = {
        "spec": SPEC,
        "issuer": ISSUER,
        "holder": holder or Holder("enterprise", FIELDS["unit"], "91120116MA06X0TT1X"),
        "fields": FIELDS,
        "term": TERM,
        "case_chain": "case:1",
        "actor": CLERK,
        "now": NOW,
    }
    return services.reserve(**{**values, **changes})


def opened(holder: Holder | None = None, **changes: Any) -> LicenceView:
    """A licence with its signed file."""
    return services.make_file(licence_id=reserve(holder, **changes).id, now=NOW)


def file_of(licence: LicenceView) -> bytes:
    """The stored file of a licence."""
    with records.open_file(licence.file_id) as handle:
        return handle.read()

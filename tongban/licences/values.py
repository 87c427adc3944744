"""Plain values that go into and come out of the licences room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from tongban.core.items import LicenceTypeSpec
from tongban.licences.states import State, standing


@dataclass(frozen=True)
class Holder:
    """Who holds a licence. ``id_number`` is a credit code or identity number; ``kind`` person or enterprise."""

    kind: str
    name: str
    id_number: str
    applicant_id: int | None = None


@dataclass(frozen=True)
class Issuer:
    """Who issues a licence. ``key`` is the organisation's, ``region_code`` stands for {region} in numbers."""

    key: str
    name: str
    uscc: str
    region_code: str


@dataclass(frozen=True)
class Term:
    """Day of issue and validity, both ends included; without an end the licence states none."""

    issued_on: dt.date
    valid_from: dt.date
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class LicenceView:
    """A licence with one of its versions, in clear: for its holder and for officers in charge.

    ``fields`` are the printed values by key. ``is_open`` says whether this version's signed file is on record.
    """

    id: str
    type_key: str
    name: str
    type_code: str
    number: str
    serial: str
    token: str
    identifier: str
    version: int
    newest_version: int
    kind: str
    state: str
    state_since: dt.date
    state_kind: str
    state_reason: str
    region_code: str
    applicant_id: int | None
    holder_kind: str
    holder_name: str
    holder_id: str
    issuer_key: str
    issuer_name: str
    issuer_uscc: str
    issued_on: dt.date
    valid_from: dt.date
    valid_to: dt.date | None
    fields: Mapping[str, str]
    spec: LicenceTypeSpec
    source_case: str
    file_id: str
    file_sha256: str
    signed_at: dt.datetime | None
    superseded_at: dt.datetime | None
    seq: int = 0
    state_ground: str = ""
    rows: tuple[tuple[str, str], ...] = field(default=())

    @property
    def is_open(self) -> bool:
        """Whether the licence may be delivered, downloaded and publicly verified."""
        return bool(self.file_sha256) and self.state not in {State.RESERVED, State.VOID}

    def standing(self, on: dt.date) -> str:
        """The state on a day, expiry included."""
        return standing(self.state, self.valid_to, on)

    @property
    def file_name(self) -> str:
        """What a download is called."""
        return f"{self.name} {self.number}.pdf"

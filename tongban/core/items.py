"""The service item as data: what one authority publishes for one thing a person can apply for.

Fields follow the national implementation list (实施清单); names follow the project's glossary. A version is frozen
into every case at submission, so these values never change under a running case. There is no behaviour here:
``core.materials`` tailors, ``core.forms`` validates, ``core.clock`` counts, ``core.lifecycle`` decides.

A *condition* (``when``) maps a question's key to the answers under which the thing applies; every named
question must match. The key ``variant`` stands for the handling variant that the applicant chose, ``applicant`` for
what the applicant is: ``person`` or ``enterprise`` (any body that is no natural person).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import field as dataclass_field
from enum import StrEnum

from tongban.core.actors import Duty
from tongban.core.clock import Ground, StartEvent, Unit

Condition = Mapping[str, tuple[str, ...]]

#: The code of a natural person among 服务对象; all others are bodies 单位.
NATURAL_PERSON = "1"


class Track(StrEnum):
    """Which procedure law an item follows."""

    LICENCE = "licence"  # 行政许可: 行政许可法 arts. 32, 42–45 apply
    FILING = "filing"  # 备案: complete information received = filed
    OTHER = "other"  # follows only what the item cites


class VariantKind(StrEnum):
    """What a handling variant does to a licence on file."""

    NEW = "new"
    CHANGE = "change"
    RENEWAL = "renewal"
    REPLACEMENT = "replacement"
    CANCELLATION = "cancellation"
    OTHER = "other"


class ResultKind(StrEnum):
    """What the applicant gets in the end."""

    CERTIFICATE = "certificate"
    APPROVAL_DOCUMENT = "approval_document"
    FILING_PROOF = "filing_proof"
    NONE = "none"


class FieldKind(StrEnum):
    """Kinds of form field; the personal ones are encrypted at rest."""

    TEXT = "text"
    TEXTAREA = "textarea"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    BOOLEAN = "boolean"
    PHONE = "phone"
    EMAIL = "email"
    ID_NUMBER = "id_number"
    USCC = "uscc"
    PERSON = "person"  # {name, id_number, phone}
    ENTERPRISE = "enterprise"  # {name, uscc, legal_representative}
    ADDRESS = "address"  # {region, detail}
    TABLE = "table"  # list of rows of ``columns``
    FILE = "file"  # keys of uploaded files


#: Kinds whose values (or parts) are personal data and are encrypted inside the stored form.
PERSONAL_KINDS = frozenset({FieldKind.PHONE, FieldKind.ID_NUMBER, FieldKind.PERSON, FieldKind.EMAIL})


@dataclass(frozen=True)
class LimitSpec:
    """A limit of time with its own source. ``verified`` is False for what ships 待核实."""

    value: int
    unit: Unit
    start: StartEvent
    source: str
    note: str = ""
    verified: bool = True


@dataclass(frozen=True)
class LimitClass:
    """Limits of some of an item's cases, where its law gives classes of cases different ones.

    The first class whose condition holds applies, else the item's own limits. ``after_inspection``: only once a
    site inspection belongs to the case. Without ``promised`` the item's own promise stands.
    """

    name: str
    statutory: LimitSpec
    promised: LimitSpec | None = None
    when: Condition = field(default_factory=dict)
    after_inspection: bool = False


@dataclass(frozen=True)
class ExtensionSpec:
    """How far the statutory limit may be extended, once, before the due date.

    行政许可法 art. 42(1): ten working days, approved by the agency's head; art. 42(2): fifteen, by the head of the
    government at the same level, only for unified, joint or centralised handling (art. 26).
    """

    value: int
    approver: Duty
    basis: str


@dataclass(frozen=True)
class LegalBasis:
    """One provision the item rests on; ``effective_to`` is the last day in force."""

    title: str
    articles: str = ""
    document: str = ""
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    verified: bool = True


@dataclass(frozen=True)
class Fee:
    """A fee with its standard and basis (行政许可法 art. 58: none without a law or regulation)."""

    name: str
    standard: str
    basis: str


#: Kinds of office files that a material may be sent as; they are converted for reading.
OFFICE_FILES = ("docx", "xlsx", "odt", "ods")


@dataclass(frozen=True)
class CheckPoint:
    """One thing an officer must look at. ``source`` names the article or the material it rests on."""

    key: str
    text: str
    source: str


@dataclass(frozen=True)
class Material:
    """One application material 申请材料."""

    key: str
    name: str
    principal: bool = True
    form: str = "electronic"  # original, copy, electronic, or original_or_copy
    copies: int = 1
    provider: str = "applicant"  # applicant, government, third_party, or generated (from the online form)
    provider_note: str = ""
    basis: str = ""
    required: bool = True
    when: Condition = field(default_factory=dict)
    licence_type: str = ""  # a licence type that replaces it when on file (A15)
    sample: str = ""
    blank: str = ""
    deferrable: bool = False
    commitment: bool = False
    help: str = ""
    check_points: tuple[CheckPoint, ...] = ()
    office_files: tuple[str, ...] = ()  # kinds taken beside PDF, JPG and PNG


@dataclass(frozen=True)
class Choice:
    """One answer of a question or one value of a choice field."""

    key: str
    label: str
    note: str = ""
    when: Condition = field(default_factory=dict)  # answers of questions only; looks at nothing but ``applicant``


@dataclass(frozen=True)
class Question:
    """A guided question 情形; its answers appear in the conditions of materials, fields and reviews."""

    key: str
    text: str
    choices: tuple[Choice, ...]
    help: str = ""
    when: Condition = field(default_factory=dict)


@dataclass(frozen=True)
class FormField:
    """One field of the application form. Limits are inclusive; ``unit`` is printed beside a number."""

    key: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    help: str = ""
    unit: str = ""
    minimum: str = ""
    maximum: str = ""
    decimals: int = 0
    max_length: int = 200
    pattern: str = ""
    pattern_help: str = ""
    earliest: str = ""  # a date, or "today"
    latest: str = ""
    not_before: str = ""  # key of an earlier date field of the same form
    not_above: str = ""  # key of an earlier number field of the same form, in the same unit
    must_agree: bool = False  # a statement that has to be made: "no" is refused, ``pattern_help`` says what to do
    same_as_applicant: bool = False  # names the applicant: the number must be the account's own
    choices: tuple[Choice, ...] = ()
    columns: tuple[FormField, ...] = ()
    min_rows: int = 0
    max_rows: int = 50
    prefill: str = ""  # applicant.name, applicant.uscc, applicant.phone, licence.<type>.<field> …
    when: Condition = field(default_factory=dict)


@dataclass(frozen=True)
class FormPage:
    """One page of the form: one topic."""

    key: str
    title: str
    fields: tuple[FormField, ...]
    help: str = ""


@dataclass(frozen=True)
class FormRule:
    """What entries of the form must agree on beyond each field's own bounds; ``message`` says it to the applicant.

    One of three: the range of ``field`` (``at_least``, ``at_most``, ``below``) under ``when``, such as the range that
    an answer implies; ``field`` equal to the product or the sum of others, within ``tolerance`` per cent; or the date
    ``field`` within ``value`` ``unit`` from the date ``not_after`` on, its first day counted (0: not later than it).
    ``table.column`` stands for the sum of a column of numbers.
    """

    key: str
    field: str
    message: str
    when: Condition = dataclass_field(default_factory=dict)
    at_least: str = ""
    at_most: str = ""
    below: str = ""
    product_of: tuple[str, ...] = ()
    sum_of: tuple[str, ...] = ()
    tolerance: int = 0
    not_after: str = ""
    value: int = 0
    unit: Unit = Unit.YEAR


@dataclass(frozen=True)
class StepSpec:
    """Completeness check, decision, certificate or delivery: which organisation and duty does it."""

    organisation: str  # organisation key, or "authority"
    duty: Duty
    level: int = 0  # 行使层级 code; 0 = the authority's own
    limit: LimitSpec | None = None
    check_points: tuple[CheckPoint, ...] = ()
    sop: str = ""


@dataclass(frozen=True)
class ReviewSpec:
    """One department's review; all open together after acceptance."""

    key: str
    name: str
    organisation: str
    limit: LimitSpec
    duty: Duty = Duty.REVIEWER
    level: int = 0
    officers: int = 1  # two for a substance check, 行政许可法 art. 34(3)
    check_points: tuple[CheckPoint, ...] = ()
    sop: str = ""
    when: Condition = field(default_factory=dict)


@dataclass(frozen=True)
class InspectionSpec:
    """A site inspection, done inside the clock: it is not among the grounds of art. 45."""

    organisation: str
    required: bool = False  # False: the reviewer may order it
    officers: int = 2
    check_points: tuple[CheckPoint, ...] = ()
    sop: str = ""
    when: Condition = field(default_factory=dict)


@dataclass(frozen=True)
class Procedure:
    """The way through the authority."""

    completeness: StepSpec
    decision: StepSpec
    reviews: tuple[ReviewSpec, ...] = ()
    inspection: InspectionSpec | None = None
    certificate: StepSpec | None = None
    delivery: StepSpec | None = None


@dataclass(frozen=True)
class SpecialProcedure:
    """One of the eight grounds of art. 45 that may occur, with its own basis."""

    ground: Ground
    basis: str
    expected_days: int
    note: str = ""


@dataclass(frozen=True)
class LicenceField:
    """One printed line of a licence; ``source`` is a path such as ``form.address`` or ``applicant.name``."""

    key: str
    label: str
    source: str
    public: bool = True


@dataclass(frozen=True)
class LicenceTypeSpec:
    """A licence type 证照类型. ``code`` is the 21-character type code (definer's USCC and three digits)."""

    key: str
    name: str
    code: str
    number_pattern: str  # {region}, {year}, {serial:04d}
    fields: tuple[LicenceField, ...]
    template: str = "licence"  # licence, approval or filing
    holder: str = "enterprise"  # enterprise, person or either
    legal_sentence: str = ""
    verified: bool = True


@dataclass(frozen=True)
class Validity:
    """How long the result is valid; such periods never move to a working day."""

    value: int = 0  # 0: no end stated
    unit: Unit = Unit.YEAR
    basis: str = ""
    renew_before: int = 0  # days before the end by which a renewal is to be applied for
    renew_basis: str = ""
    verified: bool = True


@dataclass(frozen=True)
class ResultSpec:
    """审批结果."""

    kind: ResultKind
    name: str = ""
    licence_type: LicenceTypeSpec | None = None
    validity: Validity = field(default_factory=Validity)
    sample: str = ""


@dataclass(frozen=True)
class Variant:
    """A handling variant 办理项. ``code_suffix`` completes the 33-digit code.

    ``validity`` replaces the result's own where the law gives this variant another one (公安部令第87号 arts. 9, 21).
    """

    key: str
    name: str
    kind: VariantKind
    code_suffix: str = ""
    basis: str = ""
    validity: Validity | None = None


@dataclass(frozen=True)
class SilenceRule:
    """What silence past the limit means where the law says so (行政许可法 art. 50 for renewals)."""

    when: Condition
    effect: str  # "granted"
    basis: str


@dataclass(frozen=True)
class CorrectionRule:
    """How a correction is to be answered; ``closes`` only where the item's own source says so."""

    days: int = 10
    unit: Unit = Unit.WORKING_DAY
    closes: bool = False
    basis: str = ""


@dataclass(frozen=True)
class Transition:
    """What happens to cases pending under the version before this one, and where that is written."""

    rule: str  # continue, convert or terminate
    source: str
    note: str = ""


@dataclass(frozen=True)
class Faq:
    """常见问题."""

    question: str
    answer: str


@dataclass(frozen=True)
class Visits:
    """到办事现场次数 with its reason (0 = none)."""

    count: int
    reason: str = ""


@dataclass(frozen=True)
class Contact:
    """Phones and place; the two phones must differ and carry the area code."""

    consult_phone: str
    complaint_phone: str
    address: str = ""
    hours: str = ""


@dataclass(frozen=True)
class Authority:
    """实施主体. ``organisation`` is the key of an organisation of the installation."""

    organisation: str
    name: str
    uscc: str
    kind: str = "1"  # 实施主体性质
    level: int = 4  # 行使层级


@dataclass(frozen=True)
class ItemSpec:
    """One version of one service item, complete."""

    name: str
    plain_name: str
    summary: str
    task_type: str  # 事项类型 code, A.1
    track: Track
    base_code: str  # 12
    authority: Authority
    legal_basis: tuple[LegalBasis, ...]
    conditions: tuple[str, ...]
    service_objects: tuple[str, ...]  # codes of 服务对象 (平台)
    statutory_limit: LimitSpec
    promised_limit: LimitSpec
    instant: bool  # 即办件
    handling_forms: tuple[str, ...]  # codes of A.5
    four_kinds: tuple[str, ...]  # 马上办 网上办 就近办 一次办
    visits: Visits
    coverage: str  # 通办范围 code
    variants: tuple[Variant, ...]
    materials: tuple[Material, ...]
    form: tuple[FormPage, ...]
    procedure: Procedure
    result: ResultSpec
    contact: Contact
    limit_classes: tuple[LimitClass, ...] = ()
    questions: tuple[Question, ...] = ()
    form_rules: tuple[FormRule, ...] = ()
    extension: ExtensionSpec | None = None
    joint_handling: bool = False  # 统一/联合/集中办理, art. 26
    safety_or_health: bool = False  # a ban under arts. 78, 79 is possible
    quota: str = ""
    fees: tuple[Fee, ...] = ()
    special_procedures: tuple[SpecialProcedure, ...] = ()
    correction: CorrectionRule = field(default_factory=CorrectionRule)
    silence: tuple[SilenceRule, ...] = ()
    follow_up: str = ""  # 审管衔接: who supervises afterwards
    faq: tuple[Faq, ...] = ()
    themes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()  # what ships 待核实, in words
    sources: tuple[str, ...] = ()
    minutes_to_fill: int = 20
    local_codes: Mapping[str, str] = field(default_factory=dict)
    appliable: bool = True
    delegated_officer: str = ""  # instant item: the post that may accept and decide alone
    old_expiry_field: str = ""  # form field with the expiry of a licence to be renewed that is not on file


@dataclass(frozen=True)
class ItemVersionSpec:
    """A version with its dates; ``transition`` concerns cases pending under the version before."""

    number: int
    effective_from: dt.date
    item: ItemSpec
    effective_to: dt.date | None = None
    transition: Transition | None = None
    change_note: str = ""

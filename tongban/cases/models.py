"""Cases and everything that hangs on one. Only services write; the row is the state, events are the evidence.

``*_on`` columns are legal dates (Asia/Shanghai), ``*_at`` instants. ``*_due_on`` are indexes only: recomputed on
every fact, empty during an open pause, never the source of a date on a screen.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from tongban.records.secrets import EncryptedTextField


class Draft(models.Model):
    """An application being filled in. Kept at every step; personal values inside are encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    applicant = models.ForeignKey("accounts.Applicant", on_delete=models.CASCADE, related_name="+")
    item_version = models.ForeignKey("catalogue.ItemVersion", on_delete=models.PROTECT, related_name="+")
    variant = models.CharField(max_length=50, blank=True, default="")
    answers = models.JSONField(default=dict)
    form = models.JSONField(default=dict)
    pages_done = models.JSONField(default=list)
    reused = models.JSONField(default=dict)  # material key → licence id taken from what is on file
    old_licence = models.CharField(max_length=36, blank=True, default="")
    submission_key = models.UUIDField(default=uuid.uuid4, unique=True)
    case = models.OneToOneField("Case", null=True, blank=True, on_delete=models.CASCADE, related_name="draft")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)


class DraftFile(models.Model):
    """A file uploaded to a draft, for one material (or for one file field of the form)."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files")
    material_key = models.CharField(max_length=80)
    file_id = models.UUIDField()
    name = models.CharField(max_length=255)
    mime = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    pages = models.PositiveIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    #: What was taken out of the file when it was received, for telling its sender at once; not stored.
    removed: tuple[str, ...] = ()
    created_at = models.DateTimeField(default=timezone.now)


class Case(models.Model):
    """办件: one application under one frozen item version."""

    number = models.CharField(max_length=50, unique=True)
    lookup_code = models.CharField(max_length=12)
    submission_key = models.UUIDField(unique=True)
    region_code = models.CharField(max_length=12)
    authority = models.CharField(max_length=50)  # organisation key of the item's authority
    intake = models.CharField(max_length=50)  # organisation key of who checks completeness
    item_key = models.CharField(max_length=100)
    item_name = models.CharField(max_length=300)
    item_version = models.ForeignKey("catalogue.ItemVersion", on_delete=models.PROTECT, related_name="+")
    track = models.CharField(max_length=10)
    variant = models.CharField(max_length=50, blank=True, default="")
    status = models.CharField(max_length=16)
    applicant = models.ForeignKey("accounts.Applicant", on_delete=models.PROTECT, related_name="+")
    applicant_name = models.CharField(max_length=200)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=12, default="web")
    signature = models.CharField(max_length=100)
    answers = models.JSONField(default=dict)
    form = models.JSONField(default=dict)
    old_licence = models.CharField(max_length=36, blank=True, default="")
    # the chain
    seq = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=64, blank=True, default="")
    # dated facts
    submitted_at = models.DateTimeField()
    received_on = models.DateField()  # latest receipt: a correction is a new one
    first_received_on = models.DateField()
    round = models.PositiveSmallIntegerField(default=1)  # of receipt
    completeness_stopped_on = models.DateField(null=True, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    deemed = models.BooleanField(default=False)
    decided_on = models.DateField(null=True, blank=True)
    granted = models.BooleanField(null=True, blank=True)
    certificate_on = models.DateField(null=True, blank=True)
    delivered_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    not_after = models.DateField(null=True, blank=True)  # expiry of the licence being renewed
    extended_by = models.PositiveSmallIntegerField(default=0)
    ban_until = models.DateField(null=True, blank=True)
    outcome_text = models.TextField(blank=True, default="")
    accepted_by = models.CharField(max_length=20, blank=True, default="")
    decided_by = models.CharField(max_length=20, blank=True, default="")
    licence_id = models.CharField(max_length=36, blank=True, default="")
    inspection_ordered = models.BooleanField(default=False)
    # who looks after it for an enterprise, and the number of the written authority; empty: the applicant itself
    agent = models.CharField(max_length=20, blank=True, default="", db_default="")
    power = models.CharField(max_length=40, blank=True, default="", db_default="")
    # index columns
    holder_organisation = models.CharField(max_length=50, blank=True, default="")
    holder_duty = models.CharField(max_length=30, blank=True, default="")
    assignee = models.CharField(max_length=20, blank=True, default="")
    assigned_for = models.CharField(max_length=20, blank=True, default="")  # the absent officer in whose place
    waiting_for_applicant = models.BooleanField(default=False)
    paused = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)
    next_due_on = models.DateField(null=True, blank=True)
    statutory_due_on = models.DateField(null=True, blank=True)
    due_provisional = models.BooleanField(default=False)
    erased_on = models.DateField(null=True, blank=True)  # what it held is deleted, its time being over

    class Meta:
        indexes = [
            models.Index(fields=["holder_organisation", "holder_duty", "next_due_on"], name="case_holder_idx"),
            models.Index(fields=["applicant", "-submitted_at"], name="case_applicant_idx"),
            models.Index(fields=["is_open", "next_due_on"], name="case_open_due_idx"),
            models.Index(fields=["applicant_name"], name="case_applicant_name_idx"),
            # What the lanes of the work list look at, so that counting them reads no whole rows.
            models.Index(
                fields=[
                    "holder_organisation",
                    "holder_duty",
                    "authority",
                    "intake",
                    "region_code",
                    "status",
                    "assignee",
                    "waiting_for_applicant",
                    "paused",
                    "next_due_on",
                    "item_key",
                    "id",
                ],
                condition=models.Q(is_open=True),
                name="case_lanes_idx",
            ),
            models.Index(
                fields=["closed_on", "id", "authority", "intake", "holder_organisation", "region_code"],
                condition=models.Q(is_open=False),
                name="case_closed_idx",
            ),
            models.Index(fields=["applicant", "item_key"], condition=models.Q(is_open=True), name="case_twin_idx"),
            # Who is barred for how long; hardly any case bars anybody.
            models.Index(
                fields=["applicant", "item_key", "ban_until"],
                condition=models.Q(ban_until__isnull=False),
                name="case_ban_idx",
            ),
            # The public register: newest decision first, read without the cases that have none.
            models.Index(
                fields=["decided_on", "id", "track"], condition=models.Q(granted=True), name="case_register_idx"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CaseMaterial(models.Model):
    """One material of the tailored list, and where it came from."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="materials")
    key = models.CharField(max_length=80)
    name = models.CharField(max_length=300)
    source = models.CharField(max_length=12)  # upload, licence, form, missing
    licence_id = models.CharField(max_length=36, blank=True, default="")
    received_round = models.PositiveSmallIntegerField(default=1)
    seen_by = models.JSONField(default=list)  # account ids that opened it
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="case_material_once")]


class MaterialFile(models.Model):
    """One uploaded file; a correction supersedes, it never replaces bytes."""

    material = models.ForeignKey(CaseMaterial, on_delete=models.CASCADE, related_name="files")
    file_id = models.UUIDField()
    name = models.CharField(max_length=255)
    mime = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    pages = models.PositiveIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    round = models.PositiveSmallIntegerField(default=1)
    superseded_round = models.PositiveSmallIntegerField(null=True, blank=True)


class CorrectionFile(models.Model):
    """A file uploaded in answer to an open correction or clarification and not yet handed in."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="correction_files")
    material_key = models.CharField(max_length=80)
    file_id = models.UUIDField()
    name = models.CharField(max_length=255)
    mime = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    pages = models.PositiveIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    #: What was taken out of the file when it was received, for telling its sender at once; not stored.
    removed: tuple[str, ...] = ()


class Annotation(models.Model):
    """What is wrong at one spot and how to mend it; sent points make up the correction notice."""

    OPEN, SENT, MET, UNMET, DROPPED = "open", "sent", "met", "unmet", "dropped"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="annotations")
    number = models.PositiveSmallIntegerField()
    material_key = models.CharField(max_length=80, blank=True, default="")  # empty: a form field
    field_path = models.CharField(max_length=120, blank=True, default="")
    file_id = models.UUIDField(null=True, blank=True)
    page = models.PositiveIntegerField(null=True, blank=True)
    x = models.PositiveSmallIntegerField(null=True, blank=True)  # per mille of the page's width
    y = models.PositiveSmallIntegerField(null=True, blank=True)
    wrong = models.TextField()
    remedy = models.TextField()
    answer = models.TextField(blank=True, default="", db_default="")  # why the applicant left it as it is
    check_point = models.CharField(max_length=80, blank=True, default="")
    state = models.CharField(max_length=8, default=OPEN)
    notice_number = models.PositiveSmallIntegerField(null=True, blank=True)  # of the first notice that carried it
    by = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="annotation_number_once")]


class CorrectionNotice(models.Model):
    """一次性补正告知; the second one can only repeat points still unmet."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="corrections")
    number = models.PositiveSmallIntegerField()
    served_on = models.DateField()
    respond_by = models.DateField()
    provisional = models.BooleanField(default=False)
    points = models.JSONField(default=list)  # annotation numbers
    document_id = models.CharField(max_length=36, blank=True, default="")
    answered_on = models.DateField(null=True, blank=True)
    answer_draft = models.JSONField(default=dict)
    left = models.JSONField(default=dict, db_default={})  # field → why it stays as it is, not handed in yet
    former = models.JSONField(default=dict, db_default={})  # field → the entry that the answer replaced, sealed
    reminded = models.JSONField(default=list)  # days on which a reminder went out


class CheckFinding(models.Model):
    """An officer's finding on one check point of one step (``completeness`` or a review's key)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="findings")
    step = models.CharField(max_length=80)
    point = models.CharField(max_length=80)
    met = models.BooleanField()
    remark = models.TextField(blank=True, default="")
    by = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "step", "point"], name="finding_once")]


class Review(models.Model):
    """One department's review with its own clock."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reviews")
    key = models.CharField(max_length=50)
    name = models.CharField(max_length=100)
    organisation = models.CharField(max_length=50)
    duty = models.CharField(max_length=30)
    officers = models.PositiveSmallIntegerField(default=1)
    opened_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    assignee = models.CharField(max_length=20, blank=True, default="")
    assigned_for = models.CharField(max_length=20, blank=True, default="")  # the absent officer in whose place
    outcome = models.CharField(max_length=12, blank=True, default="")  # agree, object
    opinion = models.TextField(blank=True, default="")
    first_by = models.CharField(max_length=20, blank=True, default="")
    second_by = models.CharField(max_length=20, blank=True, default="")
    first_for = models.CharField(max_length=20, blank=True, default="")  # whom the first signatory stood in for
    second_for = models.CharField(max_length=20, blank=True, default="")
    done_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="review_once")]
        indexes = [
            models.Index(fields=["organisation", "duty", "done_on"], name="review_desk_idx"),
            models.Index(fields=["case"], condition=models.Q(done_on__isnull=True), name="review_open_idx"),
        ]


class SpecialProcedure(models.Model):
    """A pause under art. 45, from service of its notice to receipt of its result."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="special_procedures")
    ground = models.CharField(max_length=16)
    basis = models.CharField(max_length=300)
    reason = models.TextField(blank=True, default="")
    started_on = models.DateField()
    expected_days = models.PositiveSmallIntegerField()
    notified_until = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    result = models.TextField(blank=True, default="")
    supplements = models.JSONField(default=list)  # {on, days, reason} of each supplementary notice


class Clarification(models.Model):
    """A question after acceptance; the clock runs on and silence closes nothing."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clarifications")
    number = models.PositiveSmallIntegerField()
    question = models.TextField()
    asked_by = models.CharField(max_length=20)
    asked_on = models.DateField()
    answer = models.TextField(blank=True, default="")
    answered_on = models.DateField(null=True, blank=True)
    files = models.JSONField(default=list)


class Consultation(models.Model):
    """征求意见: a question to another department, answered once; no clock of the applicant knows of it.

    A question is open until it is answered or withdrawn; with the decision it lapses, whatever the row says.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consultations")
    number = models.PositiveSmallIntegerField()
    organisation = models.CharField(max_length=50)  # key of the department asked
    question = models.TextField()
    material_key = models.CharField(max_length=80, blank=True, default="")  # what it is about; empty: the whole case
    wish_on = models.DateField(null=True, blank=True)  # by when an answer would help: a wish, no limit
    asked_by = models.CharField(max_length=20)
    asked_for = models.CharField(max_length=20, blank=True, default="")  # the absent officer in whose place
    asked_from = models.CharField(max_length=50)  # key of the department that asks
    asked_on = models.DateField()
    answer = models.TextField(blank=True, default="")
    answered_by = models.CharField(max_length=20, blank=True, default="")
    answered_for = models.CharField(max_length=20, blank=True, default="")
    answered_on = models.DateField(null=True, blank=True)
    taken_back = models.JSONField(default=list)  # {answer, by, for, on} of each answer that does not stand any more
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="consultation_number_once")]
        indexes = [
            models.Index(
                fields=["organisation", "case"],
                condition=models.Q(answered_on__isnull=True, withdrawn_on__isnull=True),
                name="consultation_open_idx",
            ),
            models.Index(
                fields=["case", "organisation"],
                condition=models.Q(withdrawn_on__isnull=True),
                name="consultation_seen_idx",
            ),
        ]


class Inspection(models.Model):
    """A site inspection by two officers, with a finding per check point."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="inspections")
    done_on = models.DateField()
    officers = models.JSONField(default=list)
    findings = models.JSONField(default=dict)
    conclusion = models.TextField()


class InternalNote(models.Model):
    """A note among officers; the applicant never sees it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    by = models.CharField(max_length=20)
    at = models.DateTimeField()


class Mention(models.Model):
    """An officer whom an internal note calls. Reading is marked beside the case's chain: it decides nothing."""

    note = models.ForeignKey(InternalNote, on_delete=models.CASCADE, related_name="mentions")
    officer = models.CharField(max_length=20)
    read_by = models.CharField(max_length=20, blank=True, default="")  # the officer, or who stood in
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "officer"], name="mention_once")]
        indexes = [
            models.Index(fields=["officer"], condition=models.Q(read_at__isnull=True), name="mention_unread_idx"),
            models.Index(fields=["officer", "-note"], name="mention_officer_idx"),
        ]


class ListExport(models.Model):
    """A work list asked for as a workbook: what was asked, and the file once the worker has written it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked = models.JSONField(default=dict)  # the list, its columns and the words of the officer's language
    rows = models.PositiveIntegerField()
    file_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField()


class WithheldDecision(models.Model):
    """A decision that is kept out of the public register; published again, the row goes and the events stay."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="withheld")
    ground = models.CharField(max_length=20)
    reason = EncryptedTextField()
    by = models.CharField(max_length=20)
    at = models.DateTimeField()


class ArchivePackage(models.Model):
    """An archive package that was asked for: by whom, of which case, and the file once the worker has made it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="packages")
    file_id = models.UUIDField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    problem = models.JSONField(default=dict)  # why it could not be made: message, remedy and their values
    created_at = models.DateTimeField()


class ServiceRecord(models.Model):
    """Proof of service 送达 of one document: how, when, to whom. Corrected, the row stays and another stands for it.

    ``document_id`` is of the documents room. ``address`` is masked. What the signed receipt names (receiver, server,
    witness, remark) is personal and encrypted; ``scan_id`` is the scan of that receipt.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="service_records")
    document_id = models.UUIDField()
    means = models.CharField(max_length=14)
    served_on = models.DateField()
    address = models.CharField(max_length=200, blank=True, default="")
    receiver = EncryptedTextField(blank=True, default="")
    server = EncryptedTextField(blank=True, default="")
    witness = EncryptedTextField(blank=True, default="")
    note = EncryptedTextField(blank=True, default="")
    scan_id = models.UUIDField(null=True, blank=True)
    scan_sha256 = models.CharField(max_length=64, blank=True, default="")
    by = models.CharField(max_length=20)
    at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)
    reason = EncryptedTextField(blank=True, default="")  # why it was corrected, on the row that was wrong

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document_id"], condition=models.Q(replaced_at__isnull=True), name="service_recorded_once"
            )
        ]

"""Rows of the licences room."""

from __future__ import annotations

import uuid

from django.db import models

from tongban.licences.states import State
from tongban.records.secrets import EncryptedTextField


class Licence(models.Model):
    """A licence through all its versions. Number, serial and look-up token stay the same for its whole life.

    ``version`` is the newest one, ``open_version`` the newest whose signed file is on record (0: none yet); only
    that one is delivered and publicly verified, and ``valid_from``/``valid_to`` are its dates. ``seq`` and
    ``head_hash`` are the head of the licence's chain of events.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    region_code = models.CharField(max_length=12, blank=True, default="")
    type_key = models.CharField(max_length=60)
    type_name = models.CharField(max_length=200)
    type_code = models.CharField(max_length=21)
    number = models.CharField(max_length=120)
    number_scope = models.CharField(max_length=120)
    number_value = models.PositiveIntegerField()
    serial = models.CharField(max_length=50)
    token = models.CharField(max_length=43, unique=True)
    state = models.CharField(max_length=12, default=State.RESERVED)
    state_since = models.DateField()
    state_kind = models.CharField(max_length=20, blank=True, default="")
    state_reason = models.CharField(max_length=1000, blank=True, default="")
    state_ground = models.CharField(max_length=20, blank=True, default="", db_default="")  # core.licensing.Taking
    version = models.PositiveSmallIntegerField(default=1)
    open_version = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    applicant = models.ForeignKey("accounts.Applicant", null=True, blank=True, on_delete=models.PROTECT)
    holder_kind = models.CharField(max_length=12)
    holder_name = models.CharField(max_length=200)
    holder_id = EncryptedTextField()
    holder_index = models.CharField(max_length=64)
    issuer_key = models.CharField(max_length=50)
    issuer_name = models.CharField(max_length=200)
    issuer_uscc = models.CharField(max_length=18)
    seq = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer_uscc", "type_code", "number"], name="licence_number_once"),
            models.UniqueConstraint(fields=["issuer_uscc", "type_code", "serial"], name="licence_serial_once"),
            models.UniqueConstraint(fields=["number_scope", "number_value"], name="licence_number_value_once"),
        ]
        indexes = [
            models.Index(fields=["applicant", "type_key"]),
            models.Index(fields=["holder_index"]),
            models.Index(fields=["valid_to"]),
            models.Index(fields=["number"]),
        ]

    def __str__(self) -> str:
        return self.number


class LicenceVersion(models.Model):
    """One version: what it says, its file, and when a newer one took its place.

    ``spec`` is the licence type as it was then (no personal data); ``content`` is JSON with the printed values and
    the holder, encrypted. ``digest`` is the keyed hash of both, which the events repeat.
    """

    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    identifier = models.CharField(max_length=120, unique=True)
    spec = models.JSONField()
    content = EncryptedTextField()
    digest = models.CharField(max_length=64)
    issued_on = models.DateField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source_case = models.CharField(max_length=120, blank=True, default="")
    file_id = models.UUIDField(null=True, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True, default="", db_index=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["licence", "version"], name="licence_version_once")]
        indexes = [models.Index(fields=["source_case"])]


class LicenceRequest(models.Model):
    """Something asked of a licence: by its holder (``origin`` holder), or proposed by an officer for a second one.

    ``content`` is JSON: ``reason`` in the words of who asks, and for a correction ``fields``, the entries that are to
    change. Both may name people, so the text is encrypted and the events repeat its keyed digest only.
    """

    OPEN, DONE, REFUSED, TAKEN_BACK = "open", "done", "refused", "taken_back"
    HOLDER, DESK = "holder", "desk"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="requests")
    origin = models.CharField(max_length=8)
    verb = models.CharField(max_length=12)
    ground = models.CharField(max_length=20, blank=True, default="")
    content = EncryptedTextField()
    state = models.CharField(max_length=12, default=OPEN)
    answer = EncryptedTextField(blank=True, default="")
    asked_by = models.CharField(max_length=20)
    asked_name = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    answered_by = models.CharField(max_length=20, blank=True, default="")
    answered_name = models.CharField(max_length=200, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["licence", "origin"], condition=models.Q(state="open"), name="licence_request_open_once"
            )
        ]
        indexes = [models.Index(fields=["state", "asked_at"], name="licence_request_open_idx")]


class BlankBatch(models.Model):
    """A receipt of blank certificates: numbers ``first`` to ``last`` of one authority and type, and where from."""

    region_code = models.CharField(max_length=12)
    issuer_key = models.CharField(max_length=50)
    type_key = models.CharField(max_length=60)
    type_name = models.CharField(max_length=200)
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    source = models.CharField(max_length=200)
    by = models.CharField(max_length=20)
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["issuer_key", "type_key"], name="blank_batch_type_idx")]


class BlankSheet(models.Model):
    """One sheet. Its number exists once for an authority and type, so that none can be received or used twice.

    ``licence`` and ``version`` say what a used sheet was printed for; ``reason`` why one was spoiled or returned.
    """

    batch = models.ForeignKey(BlankBatch, on_delete=models.PROTECT, related_name="sheets")
    issuer_key = models.CharField(max_length=50)
    type_key = models.CharField(max_length=60)
    number = models.PositiveBigIntegerField()
    state = models.CharField(max_length=8, default="stock")
    licence = models.ForeignKey(Licence, null=True, blank=True, on_delete=models.PROTECT, related_name="sheets")
    version = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True, default="")
    by = models.CharField(max_length=20, blank=True, default="")
    by_name = models.CharField(max_length=100, blank=True, default="")
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer_key", "type_key", "number"], name="blank_sheet_once")]
        indexes = [models.Index(fields=["issuer_key", "type_key", "state"], name="blank_sheet_state_idx")]

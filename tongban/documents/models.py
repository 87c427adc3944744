"""Rows of the documents room."""

from __future__ import annotations

import uuid

from django.db import models

from tongban.records.secrets import EncryptedTextField


class Document(models.Model):
    """An official document: numbered at once in the verb's transaction, its signed file made by a task.

    ``owner`` is the chain of what it belongs to, such as ``case:12``. ``data`` is the JSON it is written from, with
    the issuing authority; it holds what applicants wrote and is encrypted. ``number_scope`` and ``serial`` name the
    counter value that the number was made of.
    """

    PENDING, READY, VOID, ERASED = "pending", "ready", "void", "erased"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    number = models.CharField(max_length=80)
    number_scope = models.CharField(max_length=120)
    serial = models.PositiveIntegerField()
    owner = models.CharField(max_length=120)
    region_code = models.CharField(max_length=12, blank=True, default="")
    authority_key = models.CharField(max_length=50)
    issued_on = models.DateField()
    data = EncryptedTextField()
    status = models.CharField(max_length=10, default=PENDING)
    file_id = models.UUIDField(null=True, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number_scope", "serial"], name="document_number_once"),
        ]
        indexes = [models.Index(fields=["owner", "created_at"]), models.Index(fields=["number"])]

    def __str__(self) -> str:
        return self.number


class EnglishText(models.Model):
    """That an authority issues a kind of document in Chinese and English; without a row in Chinese alone."""

    authority_key = models.CharField(max_length=50)
    kind = models.CharField(max_length=40)
    set_by = models.CharField(max_length=20)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["authority_key", "kind"], name="english_text_once")]


class ReadingCopy(models.Model):
    """转换件: an office file as PDF, for reading. Its source stays the evidence; this can be made anew."""

    WAITING, READY, FAILED = "waiting", "ready", "failed"

    source_id = models.UUIDField(primary_key=True)  # of the stored file
    extension = models.CharField(max_length=4)
    state = models.CharField(max_length=8, default=WAITING)
    reason = models.CharField(max_length=12, blank=True, default="")  # why there is none
    attempts = models.PositiveSmallIntegerField(default=0)
    file_id = models.UUIDField(null=True, blank=True)
    pages = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["asked_at"], condition=models.Q(state="failed"), name="reading_copy_failed_idx")
        ]

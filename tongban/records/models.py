"""Rows of evidence. Nothing outside this room imports them."""

from __future__ import annotations

import uuid

from django.db import models

from tongban.records.secrets import EncryptedTextField


class Event(models.Model):
    """One link of a chain. ``body`` is the text that was hashed; the other columns repeat it for reading.

    Triggers forbid changing or deleting rows (``append_only``); ``verify`` compares every column with the body.
    """

    id = models.BigAutoField(primary_key=True)
    chain = models.CharField(max_length=120)
    seq = models.IntegerField()
    verb = models.CharField(max_length=64)
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    legal_date = models.DateField()
    body = models.TextField()
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    algorithm = models.CharField(max_length=16, default="sha256")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="records_event_chain_seq")]


class Seal(models.Model):
    """A signed list of the heads of all chains that moved since the seal before it.

    ``watermark`` is the highest event id read and ``gaps`` the lower ids that were not visible then (their
    transactions may still commit): bookkeeping for the next seal, not part of the signed payload.
    """

    number = models.IntegerField(primary_key=True)
    at = models.DateTimeField()
    payload = models.TextField()
    hash = models.CharField(max_length=64)
    signature = models.TextField()
    key_id = models.CharField(max_length=64)
    chains = models.IntegerField()
    watermark = models.BigIntegerField()
    gaps = models.TextField(default="[]")


class SealedHead(models.Model):
    """The last sealed head of each chain: an index that can be rebuilt from the seals."""

    chain = models.CharField(max_length=120, primary_key=True)
    seq = models.IntegerField()
    hash = models.CharField(max_length=64)
    seal_number = models.IntegerField()


class Counter(models.Model):
    """The last number handed out in a scope."""

    scope = models.CharField(max_length=120, primary_key=True)
    value = models.BigIntegerField()


class VoidedNumber(models.Model):
    """A number that was taken and will never be used again, with its reason."""

    scope = models.CharField(max_length=120)
    value = models.BigIntegerField()
    reason = models.TextField()
    actor_id = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "value"], name="records_voided_scope_value")]


class Generation(models.Model):
    """A mark that changes whenever watched tables do (:mod:`tongban.records.watching`): what caches are kept under."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.CharField(max_length=40)


class StoredFile(models.Model):
    """A file below MEDIA_ROOT under a random name. ``name`` is what its owner called it: encrypted, since people
    put names and numbers of persons into file names."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    path = models.CharField(max_length=100, unique=True)
    name = EncryptedTextField()
    mime = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    purpose = models.CharField(max_length=64)
    created_at = models.DateTimeField()

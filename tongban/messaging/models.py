"""Rows of the messaging room: the delivery log."""

from __future__ import annotations

import uuid

from django.db import models

from tongban.core.messages import Channel, State
from tongban.records.secrets import EncryptedTextField


class Message(models.Model):
    """One message on one channel to one address, from the moment it is owed until it arrived or was given up.

    ``key`` names what is told, such as ``document-<id>``; with channel and address it occurs once. ``to`` is an e-mail
    address, a phone number or, for 站内消息, the id of an account. Subject and text hold what applicants wrote and are
    encrypted. ``sent_at`` is when the gateway, or for 站内消息 the inbox, had it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=8)
    language = models.CharField(max_length=8, default="zh")
    chain = models.CharField(max_length=120)
    reference = models.CharField(max_length=50, blank=True, default="")  # the case's number; empty: about no case
    applicant_id = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True, blank=True)
    to = EncryptedTextField(blank=True, default="")
    to_index = models.CharField(max_length=64)
    to_masked = models.CharField(max_length=200)
    subject = EncryptedTextField(blank=True, default="")
    text = EncryptedTextField()
    params = EncryptedTextField(blank=True, default="")  # JSON: what the carrier fills into its own text
    document_id = models.CharField(max_length=36, blank=True, default="")
    state = models.CharField(max_length=8, default=State.QUEUED.value)
    tries = models.PositiveSmallIntegerField(default=0)
    resent = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "channel", "to_index"], name="message_once"),
        ]
        indexes = [
            models.Index(fields=["reference", "created_at"], name="message_reference_idx"),
            models.Index(fields=["account_id", "-created_at"], name="message_inbox_idx"),
            models.Index(
                fields=["account_id"],
                condition=models.Q(channel=Channel.INAPP.value, state=State.SENT.value),
                name="message_unread_idx",
            ),
            models.Index(fields=["-created_at"], name="message_log_idx"),
            models.Index(fields=["applicant_id", "-created_at"], name="message_applicant_idx"),
            models.Index(fields=["to_index", "channel", "sent_at"], name="message_rate_idx"),
        ]

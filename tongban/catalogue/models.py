"""Service items, their published versions, and licence types.

An *item* is one thing a person can apply for at one authority. What applies on a date is an *item version*, immutable
once published. Items imported from a published list keep the row as it was published and have no version until
somebody writes one: they can be found and read, not applied for.
"""

from __future__ import annotations

from django.db import models


class LicenceType(models.Model):
    """证照类型. ``code`` is the definer's USCC and three digits; empty for a type that others define unnamed."""

    key = models.CharField(max_length=80, unique=True)
    code = models.CharField(max_length=21, blank=True, default="")
    name = models.CharField(max_length=200)
    spec = models.JSONField(default=dict)
    issued_here = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~models.Q(code=""), name="licence_type_code_once")
        ]


class Item(models.Model):
    """事项. ``key`` is its name in addresses and commands; for imported items the published code."""

    BUNDLED, IMPORTED, LOCAL = "bundled", "imported", "local"
    IN_USE, PAUSED, CANCELLED, DRAFT = "in_use", "paused", "cancelled", "draft"

    key = models.CharField(max_length=100)
    region_code = models.CharField(max_length=12)
    organisation_key = models.CharField(max_length=50, blank=True, default="")
    authority_name = models.CharField(max_length=200)
    name = models.CharField(max_length=500)
    plain_name = models.CharField(max_length=500, blank=True, default="")
    summary = models.TextField(blank=True, default="")
    task_type = models.CharField(max_length=2)
    base_code = models.CharField(max_length=12, blank=True, default="")
    task_code = models.CharField(max_length=36, blank=True, default="")
    local_code = models.CharField(max_length=100, blank=True, default="")
    level = models.CharField(max_length=1, blank=True, default="")
    promised = models.CharField(max_length=60, blank=True, default="")
    statutory = models.CharField(max_length=60, blank=True, default="")
    visits = models.PositiveSmallIntegerField(null=True)
    instant = models.BooleanField(default=False)
    status = models.CharField(max_length=10, default=IN_USE)
    source = models.CharField(max_length=10, default=LOCAL)
    appliable = models.BooleanField(default=False)
    missing = models.JSONField(default=list)
    row = models.JSONField(null=True)
    row_hash = models.CharField(max_length=64, blank=True, default="")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region_code", "key"], name="item_key_once_a_region")]
        indexes = [
            models.Index(fields=["-appliable", "name"], name="item_listing"),
            models.Index(fields=["key"], name="item_key"),
            models.Index(fields=["task_code"], name="item_task_code"),
        ]


class ItemFacet(models.Model):
    """One value under which an item is browsed: theme, service object, four kinds, department, kind, level."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="facets")
    kind = models.CharField(max_length=12)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "kind", "value"], name="item_facet_once")]
        indexes = [models.Index(fields=["kind", "value", "item"], name="item_facet_browse")]


class ItemSearch(models.Model):
    """The index terms of an item (``wording``); ``search_index`` keeps the vendor's full-text index on top of it."""

    item = models.OneToOneField(Item, on_delete=models.CASCADE, primary_key=True, related_name="search")
    name = models.TextField(default="")
    words = models.TextField(default="")
    body = models.TextField(default="")


class ItemVersion(models.Model):
    """One version of an item; ``content`` is ``core.specs.plain`` of its ``ItemSpec``."""

    DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, default=DRAFT)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    track = models.CharField(max_length=10)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    transition = models.JSONField(null=True)
    change_note = models.TextField(blank=True, default="")
    created_by = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    published_by = models.CharField(max_length=40, blank=True, default="")
    published_at = models.DateTimeField(null=True)
    withdrawn_from = models.DateField(null=True)
    withdrawn_reason = models.TextField(blank=True, default="")
    # while it is edited at the desk
    revision = models.PositiveIntegerField(default=0)
    edited_by = models.CharField(max_length=40, blank=True, default="")  # the last to change it: never who publishes
    edited_at = models.DateTimeField(null=True, blank=True)
    unread = models.JSONField(default=dict)  # place → text that is no value yet (letters for a number), kept as typed

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="item_version_number_once"),
            models.CheckConstraint(
                condition=models.Q(effective_to__isnull=True) | models.Q(effective_to__gte=models.F("effective_from")),
                name="item_version_dates",
            ),
        ]
        indexes = [models.Index(fields=["item", "status", "effective_from"], name="item_version_in_force")]


class DraftRevision(models.Model):
    """What one person changed in a draft at one moment: by it entries are merged and taken back.

    ``changes`` are ``core.changes.Change`` as stored; ``form`` names the page they were made on, ``undoes`` the
    revision that was taken back.
    """

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    by = models.CharField(max_length=40)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    form = models.CharField(max_length=40, blank=True, default="")
    changes = models.JSONField()
    undoes = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="draft_revision_once")]


class ItemFile(models.Model):
    """A file that goes with a published version: the empty form, and the form filled in as an example.

    Made once by a task after publication and never again: the version it belongs to cannot change either.
    """

    BLANK, SAMPLE = "blank", "sample"

    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=10)
    file_id = models.UUIDField()
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "kind"], name="item_file_once")]

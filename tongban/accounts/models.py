"""Regions, organisations, posts, users and applicants.

Identity numbers, phones and e-mail addresses are encrypted; the ``*_index`` columns are keyed blind indexes
for equality look-up (house rule 12). Names stay in clear because clerks search by them.
"""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tongban.core.administrators import AdminRole
from tongban.records.secrets import EncryptedTextField


class Region(models.Model):
    """An administrative division (GB/T 2260 and its nine- and twelve-digit extensions)."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=100)
    short = models.CharField(max_length=20, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """An authority, government or other body of the district."""

    key = models.CharField(max_length=50)
    name = models.CharField(max_length=200)
    short = models.CharField(max_length=50, blank=True)
    uscc = models.CharField(max_length=18)
    kind = models.CharField(max_length=20, default="authority")
    level = models.PositiveSmallIntegerField(default=4)
    region = models.ForeignKey(Region, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "key"], name="organisation_key_once_a_region")]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds users by user name, as Django's sign-in expects."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user called ``username``."""
        return self.get(username=username)


class User(AbstractBaseUser):
    """An account that signs in: an officer, an administrator, or somebody who acts for applicants."""

    STAFF, APPLICANT, ADMIN = "staff", "applicant", "admin"

    username = models.CharField(max_length=150, unique=True)
    kind = models.CharField(max_length=10, default=APPLICANT)
    name = models.CharField(max_length=100)
    email = EncryptedTextField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    settings = models.JSONField(default=dict, blank=True)
    #: Raised to end every session of the account at once: it is part of what a session is checked against.
    session_epoch = models.PositiveIntegerField(default=0, db_default=0)

    objects = UserManager()
    USERNAME_FIELD = "username"

    def get_session_auth_hash(self) -> str:
        """What Django compares with the session at every request, from the row that it reads anyway.

        An account whose sessions were never ended keeps the hash it always had: an upgrade signs nobody out.
        """
        own = super().get_session_auth_hash()
        return salted_hmac(f"tongban.session.{self.session_epoch}", own).hexdigest() if self.session_epoch else own

    def __str__(self) -> str:
        return self.name


class SignInHandle(models.Model):
    """What a person may type to sign in: identity number, USCC, phone or e-mail, as a blind index."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="handles")
    kind = models.CharField(max_length=12)
    index = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "index"], name="sign_in_handle_once")]


class Safeguard(models.Model):
    """What guards an account besides its password's hash; an account without a row has only the password.

    ``former`` are hashes of earlier passwords, newest first; ``recovery`` keyed hashes of one-time codes not used yet.
    ``session_key`` names the session of the last sign-in, where an account may have only one.
    """

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="safeguard")
    password_changed_at = models.DateTimeField(null=True, blank=True)
    must_change = models.BooleanField(default=False)
    former = models.JSONField(default=list, blank=True)
    totp_secret = EncryptedTextField(blank=True, default="")
    totp_since = models.DateTimeField(null=True, blank=True)
    totp_last_step = models.BigIntegerField(default=0)
    recovery = models.JSONField(default=list, blank=True)
    session_key = models.CharField(max_length=40, blank=True, default="")


class Administrator(models.Model):
    """三员: which of the three roles of administration an account holds.

    The account is the primary key, so that nobody holds two; the database takes no other role than the three.
    """

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="administrator")
    role = models.CharField(max_length=10)
    since = models.DateTimeField()
    granted_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=[str(role) for role in AdminRole]), name="administrator_role_known"
            )
        ]


class SignIn(models.Model):
    """One attempt to sign in; ``user`` is empty where no account has the name that was typed.

    The network address is personal data: it stands here and in no event, and is deleted with the row.
    """

    OK, WRONG, LOCKED, WRONG_CODE = "ok", "wrong", "locked", "wrong_code"

    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12)
    address = models.CharField(max_length=45, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="sign_in_at_idx"),
            models.Index(fields=["user", "at"], name="sign_in_user_idx"),
        ]


class Look(models.Model):
    """That somebody looked at the data of an applicant or of another account: once a day for each thing.

    The viewer's name and organisation (its key) stand here as they were that day. ``reference`` is a case's number.
    """

    applicant = models.ForeignKey("Applicant", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    viewer = models.CharField(max_length=20)
    viewer_name = models.CharField(max_length=100)
    viewer_organisation = models.CharField(max_length=200, blank=True, default="")
    what = models.CharField(max_length=12)
    reference = models.CharField(max_length=40, blank=True, default="")
    detail = models.CharField(max_length=200, blank=True, default="")
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(applicant=None) ^ models.Q(user=None), name="look_has_one_subject"
            ),
            models.UniqueConstraint(
                fields=["applicant", "day", "viewer", "what", "reference", "detail"], name="look_applicant_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["user", "day", "viewer", "what", "reference", "detail"], name="look_user_once_a_day"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="look_at_idx")]


class Post(models.Model):
    """A post 岗位 in an organisation, with its duties (``core.actors.Duty`` values)."""

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    duties = models.JSONField(default=list)
    level = models.PositiveSmallIntegerField(default=4)  # 行使层级 of the steps it may take
    items = models.JSONField(default=list, blank=True)  # keys of the items it is for; empty: all

    def __str__(self) -> str:
        return self.name


class PostHolding(models.Model):
    """Who holds a post, from when until when (both days included; open end: still)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="holdings")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)


class Leave(models.Model):
    """A leave of an officer, both days included; ``deputy`` is named for it (none: the standing deputy)."""

    KINDS = ("annual", "sick", "duty", "training", "other")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="leaves")
    first = models.DateField()
    last = models.DateField()
    kind = models.CharField(max_length=10, default="annual")
    deputy = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reported_by = models.CharField(max_length=20)
    reported_at = models.DateTimeField()
    cancelled = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["organisation", "last"], name="leave_organisation_idx")]


class DeputyPair(models.Model):
    """AB角: who stands in whenever ``user`` is on leave and no other deputy is named for it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="deputies")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)


class Delegation(models.Model):
    """首席代表授权: ``principal`` lends named acts on named items to ``delegate`` between two dates."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    principal = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    items = models.JSONField(default=list)  # item keys; empty: all
    verbs = models.JSONField(default=list)
    valid_from = models.DateField()
    valid_to = models.DateField()
    basis = models.CharField(max_length=200)  # number or title of the written authority
    made_by = models.CharField(max_length=20)
    made_at = models.DateTimeField()
    revoked = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["delegate", "valid_to"], name="delegation_delegate_idx")]


class AssignmentRule(models.Model):
    """One row of the ordered rules by which a case that reaches a duty of an organisation gets its officer."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    duty = models.CharField(max_length=30)
    position = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=10)
    items = models.JSONField(default=list)
    places = models.JSONField(default=list)
    situation = models.JSONField(default=dict)  # question → choices; also variant, channel, track
    officers = models.JSONField(default=list)  # account ids as text
    most = models.PositiveSmallIntegerField(default=0)
    last = models.CharField(max_length=20, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("organisation", "duty", "position")
        indexes = [models.Index(fields=["organisation", "duty", "position"], name="assignment_rule_idx")]


class Applicant(models.Model):
    """申请人: a natural person or an enterprise."""

    PERSON, ENTERPRISE = "person", "enterprise"

    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=200)
    id_number = EncryptedTextField()
    id_index = models.CharField(max_length=64)
    phone = EncryptedTextField(blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", db_index=True)
    email = EncryptedTextField(blank=True, default="")
    legal_representative = models.CharField(max_length=100, blank=True, default="")
    address = models.CharField(max_length=300, blank=True, default="")
    region_code = models.CharField(max_length=12, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "id_index"], name="applicant_once")]
        indexes = [models.Index(fields=["name"])]

    def __str__(self) -> str:
        return self.name


class ApplicantAccess(models.Model):
    """Whose own account it is: the person (``self``), or the enterprise's administrator (``principal``).

    The principal appoints the agents 经办人; what these may do stands in :class:`PowerOfAttorney`.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access")
    applicant = models.ForeignKey(Applicant, on_delete=models.CASCADE, related_name="access")
    role = models.CharField(max_length=12, default="self")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "applicant"], name="access_once")]


class PowerOfAttorney(models.Model):
    """授权委托书: what an agent 经办人 may do for an enterprise, from when until when (both days included).

    Made out to whoever signs in with the number behind ``handle_index`` and bears ``agent_name``; ``agent`` is empty
    until that person accepts with ``code``, so that making it out tells nobody who has an account. ``document`` is the
    text that was signed, and never changes; a power that should say something else is made out anew.
    """

    number = models.CharField(max_length=40, unique=True)
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="powers")
    agent = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="powers")
    agent_name = models.CharField(max_length=100)
    handle_kind = models.CharField(max_length=12)
    handle_index = models.CharField(max_length=64)
    handle = EncryptedTextField()
    code = EncryptedTextField(blank=True, default="")
    items = models.JSONField(default=list)  # item keys; empty: all
    acts = models.JSONField(default=list)  # core.agency.Act values
    valid_from = models.DateField()
    valid_to = models.DateField()
    document = models.JSONField(default=dict)
    signature = models.CharField(max_length=200)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=10, blank=True, default="")  # revoked, resigned, declined
    ended_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    file_id = models.UUIDField(null=True, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True, default="")
    scan_id = models.UUIDField(null=True, blank=True)  # the authority as it was signed on paper, where there is one
    scan_sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["applicant", "-signed_at"], name="power_applicant_idx"),
            models.Index(fields=["handle_index"], condition=models.Q(agent=None), name="power_invited_idx"),
        ]


class SavedFilter(models.Model):
    """A view of the work list that an officer named; with ``organisation`` set the whole department sees it.

    ``query`` is what its address says (:func:`tongban.core.worklists.params`, with ``lane`` and ``sort``).
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    query = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_filter_once")]


class ListLayout(models.Model):
    """Which columns an officer's work list has, in what order, and by what it is ordered."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="list_layout")
    columns = models.JSONField(default=list)
    sort = models.CharField(max_length=20, blank=True, default="")


class TextBlock(models.Model):
    """A text for a finding, point or opinion that comes again and again; shared where ``organisation`` is set."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=60)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "title"], name="text_block_once")]


class Mark(models.Model):
    """That a piece of one-time data work was finished, so that it is not begun again."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField(default=timezone.now)


class Attempt(models.Model):
    """A counter of attempts in a window of time, for sign-in and public look-ups."""

    bucket = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bucket", "started_at"], name="attempt_bucket_once")]


class ServiceAddress(models.Model):
    """送达地址确认: where an applicant agreed to be served electronically, in the words it agreed to.

    ``address`` is empty for 站内消息. A changed address is confirmed anew; a withdrawal ends it from then on.
    """

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="service_addresses")
    means = models.CharField(max_length=8)  # core.serving.ELECTRONIC
    address = EncryptedTextField(blank=True, default="")
    consent = models.TextField()
    confirmed_by = models.CharField(max_length=20)
    confirmed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["applicant"], condition=models.Q(withdrawn_at__isnull=True), name="service_address_one"
            )
        ]

"""三员分立: three administrators of whom none can do alone what would harm, and none handles a case.

GB/T 22239-2019, 8.1.4.2 asks that the rights of administration are separated; 8.1.5 names the three: the system
administrator looks after accounts and posts, the security administrator grants powers and keeps the ways to sign in,
the audit administrator reads what the others did. Whoever holds one of the roles holds no other and no post.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from tongban.core.errors import Forbidden, Refused, gettext_noop
from tongban.core.law import Citation

#: What the separation rests on.
SOURCE = Citation("mlps_separation")


class AdminRole(StrEnum):
    """One of the three."""

    SYSTEM = "system"  # 系统管理员
    SECURITY = "security"  # 安全管理员
    AUDIT = "audit"  # 审计管理员


class AdminVerb(StrEnum):
    """What administrators do."""

    CREATE_ACCOUNT = "create_account"
    DISABLE_ACCOUNT = "disable_account"
    ENABLE_ACCOUNT = "enable_account"
    CREATE_POST = "create_post"
    FIRST_PASSWORD = "first_password"  # noqa: S105 - the name of a verb
    RESET_FACTOR = "reset_second_factor"
    UNLOCK = "unlock"
    GRANT_POST = "grant_post"
    END_POST = "end_post"
    GRANT_ROLE = "grant_role"
    END_ROLE = "end_role"
    READ_ACCOUNTS = "read_accounts"
    READ_POSTS = "read_posts"
    READ_LOGS = "read_logs"
    READ_RETENTION = "read_retention"


_SYSTEM, _SECURITY, _AUDIT = (frozenset({role}) for role in AdminRole)

#: Who may do what. An account without powers is the system administrator's to make; what it may do and how it signs
#: in is the security administrator's to say: neither makes a working account alone.
ALLOWED: Mapping[AdminVerb, frozenset[AdminRole]] = {
    AdminVerb.CREATE_ACCOUNT: _SYSTEM,
    AdminVerb.DISABLE_ACCOUNT: _SYSTEM,
    AdminVerb.ENABLE_ACCOUNT: _SYSTEM,
    AdminVerb.CREATE_POST: _SYSTEM,
    AdminVerb.FIRST_PASSWORD: _SECURITY,
    AdminVerb.RESET_FACTOR: _SECURITY,
    AdminVerb.UNLOCK: _SECURITY,
    AdminVerb.GRANT_POST: _SECURITY,
    AdminVerb.END_POST: _SECURITY,
    AdminVerb.GRANT_ROLE: _SECURITY,
    AdminVerb.END_ROLE: _SECURITY,
    AdminVerb.READ_ACCOUNTS: _SYSTEM | _SECURITY,
    AdminVerb.READ_POSTS: _SYSTEM,
    AdminVerb.READ_LOGS: _AUDIT,
    AdminVerb.READ_RETENTION: _SECURITY | _AUDIT,
}


def check_may(role: str, verb: AdminVerb) -> None:
    """Raises Forbidden unless the role is the one for ``verb``. ``role`` is empty for everybody else."""
    if role in {str(item) for item in ALLOWED[verb]}:
        return
    raise Forbidden(
        gettext_noop("This is for another administrator: the three roles are kept apart."),
        remedy=gettext_noop("Ask the administrator whose task it is; nobody holds two of the roles."),
        rule=SOURCE,
    )


def check_role_free(*, role: str, posts: int) -> None:
    """Raises Refused when an account that is to become an administrator holds a role or ``posts`` already."""
    if role:
        raise Refused(
            gettext_noop("This account is an administrator already; nobody holds two of the three roles."),
            remedy=gettext_noop("Give the role to another account, or end the first role."),
            rule=SOURCE,
        )
    if posts:
        raise Refused(
            gettext_noop("This account holds a post; an administrator handles no cases."),
            remedy=gettext_noop("End the posts first, or make an account of its own for the administrator."),
            rule=SOURCE,
        )


def check_post_free(*, role: str) -> None:
    """Raises Refused when an administrator is to be given a post."""
    if role:
        raise Refused(
            gettext_noop("This account is an administrator; an administrator handles no cases."),
            remedy=gettext_noop("Give the post to an officer's account."),
            rule=SOURCE,
        )


def check_not_self(*, actor: str, account: str) -> None:
    """Raises Refused when administrators would act on their own account."""
    if actor == account:
        raise Refused(
            gettext_noop("Nobody administers their own account."),
            remedy=gettext_noop("Ask a second administrator of the same role."),
            rule=SOURCE,
        )

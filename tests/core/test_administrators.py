"""Three roles, each with its own verbs, none with a case."""

from __future__ import annotations

from itertools import combinations

import pytest

from tongban.core.administrators import (
    ALLOWED,
    AdminRole,
    AdminVerb,
    check_may,
    check_not_self,
    check_post_free,
    check_role_free,
)
from tongban.core.errors import Forbidden, Refused


def test_every_verb_has_somebody_and_only_reading_is_shared() -> None:
    assert set(ALLOWED) == set(AdminVerb)
    assert all(ALLOWED.values())
    for one, other in combinations(AdminRole, 2):
        shared = {verb for verb, roles in ALLOWED.items() if {one, other} <= roles}
        assert shared <= {AdminVerb.READ_ACCOUNTS, AdminVerb.READ_RETENTION}


def test_the_audit_only_reads() -> None:
    assert {verb for verb, roles in ALLOWED.items() if AdminRole.AUDIT in roles} == {
        AdminVerb.READ_LOGS,
        AdminVerb.READ_RETENTION,
    }


@pytest.mark.parametrize("verb", AdminVerb)
@pytest.mark.parametrize("role", ["", "window", *AdminRole])
def test_every_pair_is_allowed_or_refused_with_its_source(role: str, verb: AdminVerb) -> None:
    if role in ALLOWED[verb]:
        check_may(role, verb)
        return
    with pytest.raises(Forbidden) as caught:
        check_may(role, verb)
    assert caught.value.rule is not None
    assert caught.value.remedy


@pytest.mark.parametrize(("role", "posts"), [("system", 0), ("", 1), ("audit", 2)])
def test_whoever_has_something_gets_no_role(role: str, posts: int) -> None:
    with pytest.raises(Refused):
        check_role_free(role=role, posts=posts)


def test_an_account_without_anything_may_get_either() -> None:
    check_role_free(role="", posts=0)
    check_post_free(role="")
    check_not_self(actor="1", account="2")
    for refused in (lambda: check_post_free(role="system"), lambda: check_not_self(actor="1", account="1")):
        with pytest.raises(Refused):
            refused()

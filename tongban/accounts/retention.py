"""What of the accounts room is deleted in time; named in ``RETENTION_KEEPERS``."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.db.models import Q

from tongban.accounts.models import Attempt, Look, SignIn
from tongban.core.retention import Held
from tongban.records.erasing import RowKeeper


def _own_looks(held: Held) -> Q:
    return Q(applicant_id__in=held.applicants) | Q(reference__in=held.cases)


ATTEMPTS = RowKeeper(Attempt.objects.all, "started_at", named=False)
SIGN_INS = RowKeeper(SignIn.objects.all, "at", named=False)
LOOKS = RowKeeper(Look.objects.all, "at", held=_own_looks, named=False)
#: Sessions that are over: who is signed in keeps theirs.
SESSIONS = RowKeeper(Session.objects.all, "expire_date", named=False)

"""The rules of service in force: the hall's own (``SERVING_FILE``), or those that ship; and who records service."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path

import yaml
from django.conf import settings

from tongban.cases.models import Case
from tongban.core.actors import Actor, Duty
from tongban.core.errors import DomainError, FieldError, Forbidden, Invalid, Refused, gettext_noop
from tongban.core.serving import Rules, read_rules
from tongban.documents.queries import DocumentView

#: Posts that hand documents over, or answer for them.
RECORDING = frozenset({Duty.WINDOW, Duty.CERTIFICATE_CLERK, Duty.DECISION_MAKER, Duty.AGENCY_HEAD})


def rules() -> Rules:
    """How this hall serves. Raises Invalid naming what is wrong with the file."""
    return _rules(str(settings.SERVING_FILE))


@lru_cache(maxsize=4)
def _rules(file: str) -> Rules:
    try:
        return read_rules(yaml.safe_load(_text(file)))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Invalid(
            gettext_noop("The rules of service cannot be read."),
            remedy=gettext_noop("Name a readable YAML file in SERVING_FILE, or leave it empty."),
            errors=[FieldError("SERVING_FILE", gettext_noop("%(file)s cannot be read."), "", {"file": file})],
        ) from error


def _text(file: str) -> str:
    if file:
        return Path(file).read_text("utf-8")
    return resources.files("tongban.cases").joinpath("data/serving.yaml").read_text("utf-8")


def service_chain(number: str) -> str:
    """Service of a case's documents: a chain beside the case's own, so that an arrival makes nobody's form stale."""
    return f"service:case:{number}"


def recording_refusal(case: Case, document: DocumentView, actor: Actor) -> DomainError | None:
    """Why ``actor`` cannot record service of a document; None where nothing stands in the way."""
    if actor.organisation not in (case.authority, case.intake) or not RECORDING & actor.duties:
        return Forbidden(
            gettext_noop("Service is recorded by the window, the certificate clerk or who decides."),
            remedy=gettext_noop("Ask one of them in the authority that handles the case."),
        )
    if document.status == "void":
        return Refused(
            gettext_noop("The document %(number)s is void; nothing is served by it."),
            remedy=gettext_noop("Serve the document that was issued in its place."),
            params={"number": document.number},
        )
    if not document.ready:
        return Refused(
            gettext_noop("The document %(number)s is still being signed."),
            remedy=gettext_noop("Wait until its file is there, then try again."),
            params={"number": document.number},
        )
    if document.kind not in rules().kinds:
        return Refused(
            gettext_noop("For this kind of document no proof of service is kept."),
            remedy=gettext_noop("Nothing needs doing."),
        )
    return None

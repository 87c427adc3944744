"""Errors that explain themselves: what happened, under which rule, and what to do next.

Messages and remedies are English source strings marked with :func:`gettext_noop`; the screens translate
them and then fill in ``params``. Core stays pure: it never translates and never formats for a language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from tongban.core.law import Citation


def gettext_noop(message: str) -> str:
    """Mark ``message`` for the translation catalogue and return it unchanged."""
    return message


@dataclass(frozen=True)
class FieldError:
    """One wrong entry: ``field`` names the input (a form key or a path such as ``rows.2.name``)."""

    field: str
    message: str
    remedy: str = ""
    params: Mapping[str, object] = dataclass_field(default_factory=dict)


class DomainError(Exception):
    """A refusal the person can understand.

    ``message`` says what is refused and why, ``remedy`` what would help, ``rule`` the provision it rests on
    (``None`` where the refusal is the house's own). ``status`` is the HTTP status a screen answers with.
    """

    status = 400

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        rule: Citation | None = None,
        params: Mapping[str, object] | None = None,
        code: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.rule = rule
        self.params: dict[str, object] = dict(params or {})
        self.code = code or type(self).__name__

    def __str__(self) -> str:
        text = self.message % self.params if self.params else self.message
        return f"{text} {self.remedy % self.params if self.params else self.remedy}".strip()


class Refused(DomainError):
    """The verb is not possible in the present state (answered with 409)."""

    status = 409


class Stale(DomainError):
    """Somebody else acted since the person looked; ``since`` lists what happened (answered with 409)."""

    status = 409

    def __init__(self, message: str, *, since: Sequence[object] = (), **kwargs: object) -> None:
        super().__init__(message, **kwargs)  # type: ignore[arg-type]
        self.since = list(since)


class Forbidden(DomainError):
    """The person's post does not allow the verb (answered with 403)."""

    status = 403


class NotFound(DomainError):
    """The thing does not exist, or is not the person's to see: the two are not told apart (404)."""

    status = 404


class Invalid(DomainError):
    """Entries are wrong; ``errors`` names each field and its remedy (answered with 422)."""

    status = 422

    def __init__(self, message: str, *, errors: Sequence[FieldError] = (), **kwargs: object) -> None:
        super().__init__(message, **kwargs)  # type: ignore[arg-type]
        self.errors = list(errors)

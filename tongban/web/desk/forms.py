"""Plain forms of the desk: they read what was typed; what is allowed and complete, the services decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongban.accounts import queries as accounts
from tongban.cases import queries
from tongban.cases.queries.views import DeskCaseView, ReviewView
from tongban.cases.services import METHODS, TERMINATION_GROUNDS
from tongban.core import mentions
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import Invalid
from tongban.web.desk import wording

LONG, SHORT = 4000, 500
_GROUNDS = {
    "transition": _("A transition rule ends pending cases"),
    "applicant_ended": _("The applicant died or the organisation ceased"),
    "object_gone": _("What the licence was for no longer exists"),
    "other_law": _("Another provision, named below"),
}


def _area(label: Any, hint: Any = "", *, required: bool = True, most: int = LONG) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, required=required, max_length=most, widget=forms.Textarea)


def _line(label: Any, hint: Any = "", *, required: bool = True, most: int = SHORT) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, required=required, max_length=most)


def _spoken(field: forms.Field) -> None:
    """Complaints that name the entry and say what to do; too long an entry is answered, never cut while typing."""
    label = {"label": str(field.label or "")}
    required = _("Write down: %(label)s.") if isinstance(field, forms.CharField) else _("Choose: %(label)s.")
    if isinstance(field, forms.IntegerField):
        required = _("%(label)s: enter a whole number of days.")
        field.error_messages["invalid"] = str(required % label)
    field.error_messages["required"] = str(required % label)
    if isinstance(field, forms.CharField):
        long = str(_("%(label)s is too long: at most {most} characters, this has {has}. Shorten it.") % label)
        field.error_messages["max_length"] = long.replace("%", "%%").format(
            most="%(limit_value)d", has="%(show_value)d"
        )
        field.widget.attrs.pop("maxlength", None)
        field.most = field.max_length  # type: ignore[attr-defined]  # what the counter under a text area shows
        field.max_length = None  # the validator stays; without the number no browser cuts what is pasted


#: Characters of the longest address that a sign-in leads back to (a print of many cases names each).
MOST_ADDRESS = 8000


class SignInForm(forms.Form):
    """User name (or phone, number) and password."""

    handle = _line(_("User name"), most=200)
    password = forms.CharField(label=_("Password"), max_length=200, widget=forms.PasswordInput, strip=False)
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_next(self) -> str:
        """Where to go on; an address too long to be one of ours leads to the first page instead of nowhere."""
        there: str = self.cleaned_data["next"]
        return there if len(there) <= MOST_ADDRESS else ""


class ActForm(forms.Form):
    """What one verb asks for besides the case. ``expected_seq`` is the event number the officer saw."""

    expected_seq = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, case: DeskCaseView, actor: Actor, review: ReviewView | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.actor, self.review = case, actor, review
        self.fields["expected_seq"].initial = case.seq
        self.prepare()
        for field in self.fields.values():
            if not isinstance(field.widget, forms.HiddenInput):
                _spoken(field)

    def prepare(self) -> None:
        """Fill choices and first values from the case."""

    def choose(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        """Set the choices of a field."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def values(self) -> dict[str, Any]:
        """What the service is called with, beside number, actor and now."""
        return dict(self.cleaned_data)

    def take(self, error: Invalid) -> None:
        """Put a service's complaints beside the entries they are about."""
        for fault in error.errors:
            name = fault.field if fault.field in self.fields else None
            self.add_error(name, wording.fault(fault))
        if not error.errors:
            self.add_error(None, wording.refusal(error))

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return any(not field.is_hidden for field in self)


class ReasonForm(ActForm):
    """A reason and nothing else."""

    reason = _area(_("Reason"), _("In a sentence or two; it stands in the notice."))


class NotRequiredForm(ReasonForm):
    """Why no licence is needed, and what the applicant can do instead (Administrative Licensing Law, art. 32(1)(1))."""

    reason = _area(
        _("Reason"),
        _("Only where the activity needs no licence at all. If another authority decides, refuse acceptance instead."),
    )
    next_step = _area(_("What the applicant can do"), _("Leave empty if nothing is left to do."), required=False)


class RefuseAcceptanceForm(ReasonForm):
    """Why the authority is not competent, and who is (Administrative Licensing Law, art. 32(1)(2))."""

    reason = _area(
        _("Reason"),
        _("Only where this authority may not decide. If no licence is needed at all, choose that instead."),
    )
    competent_body = _line(_("Competent authority"), _("Name it in full: the applicant goes there next."), most=200)


class StartSpecialForm(ReasonForm):
    """A special procedure of art. 45 that the item lists."""

    ground = forms.ChoiceField(label=_("Special procedure"), widget=forms.RadioSelect)
    expected_days = forms.IntegerField(
        label=_("Expected working days"),
        help_text=_("Days beyond these count again unless a supplementary notice is served."),
    )
    performed_by = _line(_("Who carries it out"), required=False, most=200)
    field_order = ("ground", "expected_days", "performed_by", "reason", "expected_seq")

    def prepare(self) -> None:
        """Only what the item lists."""
        listed = self.case.special_grounds
        note = [(ground, f"{name}，{days}个工作日") for ground, name, days in listed]
        self.choose("ground", note)
        if len(listed) == 1:
            self.fields["ground"].initial = listed[0][0]
            self.fields["expected_days"].initial = listed[0][2]


class SupplementForm(ReasonForm):
    """More days for a running special procedure."""

    extra_days = forms.IntegerField(label=_("Further working days"))
    field_order = ("extra_days", "reason", "expected_seq")


class EndSpecialForm(ActForm):
    """The result of a special procedure."""

    result = _area(_("Result"), _("The clock runs on from tomorrow."))


class OpinionForm(ActForm):
    """A department's opinion."""

    outcome = forms.ChoiceField(label=_("Opinion"), choices=list(wording.OUTCOME.items()), widget=forms.RadioSelect)
    opinion = _area(_("In words"), _("Needed when you object: which point, and why."), required=False)


class CountersignForm(ActForm):
    """The second officer agrees, or sends the opinion back."""

    agree = forms.ChoiceField(
        label=_("As second officer"),
        choices=[("yes", _("I sign the opinion")), ("no", _("I send it back to the first officer"))],
        widget=forms.RadioSelect,
    )
    remark = _area(_("Remark"), _("Needed when you send it back."), required=False, most=1000)

    def values(self) -> dict[str, Any]:
        """The choice as a truth value."""
        return {**self.cleaned_data, "agree": self.cleaned_data["agree"] == "yes"}


class InspectionForm(ActForm):
    """What two officers found on site."""

    second_officer = forms.ChoiceField(label=_("Second officer"), help_text=_("A site inspection needs two officers."))
    conclusion = _area(_("Conclusion"))

    def prepare(self) -> None:
        """Colleagues of the inspecting department, and a choice for each check point."""
        day = legal_date(timezone.now())
        own = self.actor.organisation
        people = [*accounts.officers(own, "reviewer", day), *accounts.officers(own, "inspector", day)]
        names = {item.id: item.name for item in people if item.id != self.actor.id}
        self.choose("second_officer", [("", _("Choose")), *names.items()])
        for point in self.case.inspection_points:
            self.fields[f"point-{point.key}"] = forms.ChoiceField(
                label=point.text,
                help_text=point.source,
                choices=[("yes", pgettext_lazy("check point", "Met")), ("no", pgettext_lazy("check point", "Not met"))],
                widget=forms.RadioSelect,
            )
        order = [f"point-{point.key}" for point in self.case.inspection_points]
        self.order_fields(["second_officer", *order, "conclusion", "expected_seq"])

    def values(self) -> dict[str, Any]:
        """The findings by check point."""
        data = self.cleaned_data
        findings = {name[6:]: value == "yes" for name, value in data.items() if name.startswith("point-")}
        plain = {name: value for name, value in data.items() if not name.startswith("point-")}
        return {**plain, "findings": findings}


class QuestionForm(ActForm):
    """A question to the applicant."""

    question = _area(_("Question"), _("One question at a time. The clock runs on; silence closes nothing."))


class ConsultForm(ActForm):
    """A question to another department, and by when an answer would help."""

    organisation = forms.ChoiceField(label=_("Department"))
    material_key = forms.ChoiceField(label=_("What it is about"), required=False)
    question = _area(
        _("Question to the department"),
        _(
            "They see the form with personal values masked and the material chosen above, nothing else. "
            "The applicant sees nothing."
        ),
    )
    wish_on = forms.DateField(
        label=_("Answer wished by"),
        help_text=_("A wish, no limit: may stay empty. The applicant's clocks run on."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("This is not a date. Write it as 2026-10-13.")},
    )

    def prepare(self) -> None:
        """Departments with somebody who answers, and the materials of the case."""
        known = queries.departments(self.case.number, self.actor, timezone.now())
        self.choose("organisation", [("", _("Choose")), *known.items()])
        materials = [(item.key, item.name) for item in self.case.materials]
        self.choose("material_key", [("", _("The whole case: every material")), *materials])


class AnswerForm(ActForm):
    """The department's answer."""

    answer = _area(_("Answer"), _("For the department that asked; the applicant never sees it."))


class GrantForm(ActForm):
    """Granting; reasons are optional."""

    reasons = _area(_("Reasons"), _("May stay empty."), required=False)


class RefuseForm(ActForm):
    """Refusing: reasons, basis, next step, and falsehood where there was one."""

    reasons = _area(_("Reasons"), _("One a line: which condition is not met, and what shows it."))
    basis = _line(_("Legal basis"), _("The provision that the application does not meet."))
    next_step = _area(_("What the applicant can do next"), required=False, most=1000)
    falsehood = _area(
        _("What was concealed or false"),
        _("Leave empty if nothing was. Otherwise a warning under art. 78 is served with the decision."),
        required=False,
        most=1000,
    )

    def prepare(self) -> None:
        """The item's first provision, to start from."""
        today = legal_date(timezone.now())
        known = self.case.version.spec.legal_basis
        law = next((item for item in known if item.effective_to is None or item.effective_to >= today), None)
        if law is not None:
            title = law.title if law.title.startswith("《") else f"《{law.title}》"
            self.fields["basis"].initial = f"{title}{law.articles}"


class DeliverForm(ActForm):
    """How the result reached the applicant."""

    method = forms.ChoiceField(label=_("Way of delivery"), choices=list(METHODS.items()), widget=forms.RadioSelect)
    recipient = _line(_("Received by"), _("Not needed for electronic delivery."), required=False, most=100)

    def prepare(self) -> None:
        """Electronic delivery is the usual way."""
        self.fields["method"].initial = "electronic"


class VoidForm(ActForm):
    """Why a certificate that nobody has yet is void."""

    reason = _area(_("Reason"))


class TerminateForm(ActForm):
    """An end without a decision, on a named ground."""

    ground = forms.ChoiceField(
        label=_("Ground"), choices=[(key, _GROUNDS[key]) for key in TERMINATION_GROUNDS], widget=forms.RadioSelect
    )
    reason = _area(_("Reason"))
    basis = _line(_("Source"), _("The provision or document that says so."))


class AssignForm(ActForm):
    """Who takes the case, or one department's review of it."""

    assignee = forms.ChoiceField(label=_("Hand on to"))

    def prepare(self) -> None:
        """Officers of the post that has it; oneself means taking it over."""
        mine = [(key, _("Take it over myself")) for key, _name in self.case.colleagues if key == self.actor.id]
        others = [(key, name) for key, name in self.case.colleagues if key != self.actor.id]
        self.choose("assignee", [("", _("Choose")), *mine, *others])

    def values(self) -> dict[str, Any]:
        """With the review where one's own department does not have the whole case."""
        return {**self.cleaned_data, "review_key": self.review.key if self.review else ""}


class PutBackForm(ActForm):
    """Back into the list of the post."""

    reason = _line(_("Reason"), required=False)

    def values(self) -> dict[str, Any]:
        """With the review where it is one."""
        return {**self.cleaned_data, "review_key": self.review.key if self.review else ""}


class NoteForm(ActForm):
    """An internal note."""

    note = _area(
        _("Note"), _("Only officers read it. Write @ and a name to mention somebody who may see the case."), most=2000
    )
    call = forms.MultipleChoiceField(
        label=_("Mention"),
        help_text=_("They find the note in their work list."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def prepare(self) -> None:
        """Who may read the note, by the name under which a note calls them."""
        people = queries.people_to_call(self.case.number, self.actor, timezone.now())
        called = mentions.labels(people)
        self.called = [(item.id, called[item.id], item.post) for item in people]
        self.choose(
            "call", [(key, f"{name} · {post}" if post not in name else name) for key, name, post in self.called]
        )
        self.fields["call"].error_messages["invalid_choice"] = _(
            "This person may not see the case and cannot be mentioned. Choose one from the list."
        )

    def values(self) -> dict[str, Any]:
        """A note does not depend on what happened meanwhile."""
        return {"note": self.cleaned_data["note"], "call": self.cleaned_data["call"]}


class PointForm(forms.Form):
    """An annotation: where, what is wrong, how to mend it."""

    target = forms.CharField(max_length=200)
    wrong = _area(_("What is wrong"), most=1000)
    remedy = _area(_("How to mend it"), most=1000)
    check_point = forms.CharField(required=False, max_length=80)
    file_id = forms.CharField(required=False, max_length=40)
    page = forms.IntegerField(required=False, min_value=1)
    x = forms.IntegerField(required=False)
    y = forms.IntegerField(required=False)
    expected_seq = forms.IntegerField(min_value=0)


class FindingForm(forms.Form):
    """A finding on one check point."""

    step = forms.CharField(max_length=80)
    point = forms.CharField(max_length=80)
    met = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    remark = forms.CharField(label=_("What is not met"), required=False, max_length=1000)

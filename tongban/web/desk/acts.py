"""The desk's verbs: which service each calls, what its form asks, and how its panel and button are worded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongban.cases import services
from tongban.core.lifecycle import Verb
from tongban.web.desk import forms


@dataclass(frozen=True)
class Act:
    """One verb at the desk.

    ``legal``: it has legal effect, so its panel shows the document to be issued before it is done. ``danger``: it
    ends the case against the applicant. ``note``: what it does to the due date or the case, shown in the panel.
    ``about_question``: it is about one question to a department. ``told`` says in words what ``run`` returned, instead
    of ``done``.
    """

    verb: Verb
    run: Callable[..., Any]
    form: type[forms.ActForm]
    done: Any
    legal: bool = False
    danger: bool = False
    about_review: bool = False
    about_question: bool = False
    told: Callable[[Any], str] | None = None
    note: Any = ""

    @property
    def moves_clock(self) -> bool:
        """Whether it changes the statutory date, so that the panel says what becomes of it."""
        return self.verb in {Verb.ACCEPT, Verb.START_SPECIAL, Verb.SUPPLEMENT_SPECIAL, Verb.END_SPECIAL, Verb.EXTEND}

    @property
    def key(self) -> str:
        """The verb's value, as it stands in addresses."""
        return self.verb.value


def _note_kept(called: Any) -> str:
    """That a note is kept, and whom it called."""
    if not called:
        return gettext("The note is kept.")
    return gettext("The note is kept. Mentioned: %(names)s.") % {"names": "、".join(called)}


_ALL = (
    Act(
        Verb.ACCEPT,
        services.accept,
        forms.ActForm,
        _("Accepted. The departments' reviews are open."),
        legal=True,
        note=_("All departments' reviews open at once, each with its own clock."),
    ),
    Act(
        Verb.REQUEST_CORRECTION,
        services.request_correction,
        forms.ActForm,
        _("The correction notice is sent."),
        legal=True,
        note=_("You can notify only once: what is not listed here cannot be asked for later."),
    ),
    Act(Verb.FILE, services.file_record, forms.ActForm, _("Filed."), legal=True),
    Act(
        Verb.NOT_REQUIRED,
        services.not_required,
        forms.NotRequiredForm,
        _("The applicant is told that no licence is needed."),
        legal=True,
        danger=True,
    ),
    Act(
        Verb.REFUSE_ACCEPTANCE,
        services.refuse_acceptance,
        forms.RefuseAcceptanceForm,
        _("Acceptance is refused; the notice names the competent authority."),
        legal=True,
        danger=True,
    ),
    Act(
        Verb.START_SPECIAL,
        services.start_special,
        forms.StartSpecialForm,
        _("The special procedure has begun; the clock is paused."),
        legal=True,
        note=_("The clock stops today and has no due date until the result is recorded."),
    ),
    Act(
        Verb.SUPPLEMENT_SPECIAL,
        services.supplement_special,
        forms.SupplementForm,
        _("The supplementary notice is sent."),
        legal=True,
        note=_("Days between the end of the first notice and today stay counted."),
    ),
    Act(
        Verb.END_SPECIAL,
        services.end_special,
        forms.EndSpecialForm,
        _("The result is recorded; the clock runs on from tomorrow."),
        legal=True,
    ),
    Act(
        Verb.EXTEND,
        services.extend,
        forms.ReasonForm,
        _("The limit is extended."),
        legal=True,
        note=_("The statutory date moves; the promised date does not."),
    ),
    Act(
        Verb.OPINION,
        services.give_opinion,
        forms.OpinionForm,
        _("The opinion is given."),
        about_review=True,
    ),
    Act(
        Verb.COUNTERSIGN,
        services.countersign,
        forms.CountersignForm,
        _("Your answer as second officer is recorded."),
        about_review=True,
    ),
    Act(
        Verb.ORDER_INSPECTION,
        services.order_inspection,
        forms.ReasonForm,
        _("The site inspection is ordered."),
        note=_("An inspection runs inside the limit; it does not stop the clock."),
    ),
    Act(Verb.INSPECT, services.record_inspection, forms.InspectionForm, _("The site inspection is recorded.")),
    Act(
        Verb.REQUEST_CLARIFICATION,
        services.request_clarification,
        forms.QuestionForm,
        _("The question is sent to the applicant."),
        legal=True,
        note=_("The clock runs on while the applicant answers."),
    ),
    Act(
        Verb.CONSULT,
        services.consult,
        forms.ConsultForm,
        _("The department is asked; its officers find the question in their work list."),
        note=_("The applicant's clocks run on while the department answers, and a decision need not wait for it."),
    ),
    Act(
        Verb.ANSWER_CONSULTATION,
        services.answer_consultation,
        forms.AnswerForm,
        _("Your department's answer is on record."),
        about_question=True,
    ),
    Act(
        Verb.TAKE_BACK_ANSWER,
        services.take_back_answer,
        forms.ActForm,
        _("The answer is taken back; the question is open again."),
        about_question=True,
        note=_("What was said stays readable, marked as taken back."),
    ),
    Act(
        Verb.WITHDRAW_CONSULTATION,
        services.withdraw_consultation,
        forms.ActForm,
        _("The question is withdrawn."),
        about_question=True,
        note=_("The department does not see the case for it any longer."),
    ),
    Act(
        Verb.GRANT,
        services.grant,
        forms.GrantForm,
        _("Granted. The certificate's clock is running."),
        legal=True,
    ),
    Act(
        Verb.REFUSE,
        services.refuse,
        forms.RefuseForm,
        _("Refused. The decision names the remedies."),
        legal=True,
        danger=True,
    ),
    Act(
        Verb.MAKE_CERTIFICATE,
        services.make_certificate,
        forms.ActForm,
        _("The certificate is being made and signed."),
        note=_("The number is taken now; delivery opens when the signed file is on record, usually within a minute."),
    ),
    Act(
        Verb.VOID_CERTIFICATE,
        services.void_certificate,
        forms.VoidForm,
        _("The certificate is void. Make the right one now: the ten working days run on."),
        danger=True,
        note=_("For a certificate that was made wrongly and that nobody has yet. Its number is never used again."),
    ),
    Act(Verb.DELIVER, services.deliver, forms.DeliverForm, _("Delivered. The case is completed."), legal=True),
    Act(
        Verb.TERMINATE,
        services.terminate,
        forms.TerminateForm,
        _("Terminated."),
        legal=True,
        danger=True,
        note=_("The applicant's silence after acceptance is no ground."),
    ),
    Act(
        Verb.CONVERT,
        services.convert,
        forms.ActForm,
        _("The case follows the new version now."),
        note=_("The transition rule of the new version moves this case to it."),
    ),
    Act(Verb.ASSIGN, services.assign, forms.AssignForm, _("Handed on.")),
    Act(Verb.PUT_BACK, services.put_back, forms.PutBackForm, _("Put back into the list.")),
    Act(Verb.REMIND, services.remind, forms.ActForm, _("The reminder goes out by e-mail.")),
    Act(Verb.NOTE, services.add_note, forms.NoteForm, "", told=_note_kept),
)

ACTS = {act.key: act for act in _ALL}

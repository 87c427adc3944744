"""The panel of a verb: what it asks for, the document it would issue, and doing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.cases import queries, services
from tongban.cases.queries.views import ConsultationView, DeskCaseView, ReviewView
from tongban.cases.services import Rehearsal
from tongban.core.clock import StartEvent
from tongban.core.errors import DomainError, Invalid, NotFound, Stale, gettext_noop
from tongban.core.lifecycle import Verb
from tongban.core.numbers import whole
from tongban.web.desk import sheet, wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page
from tongban.web.desk.acts import ACTS, Act
from tongban.web.desk.forms import ActForm
from tongban.web.public import kept


@require_http_methods(["GET", "POST"])
@staff_page(keeps=True)
def act(request: DeskRequest, number: str, verb: str) -> HttpResponse:
    """GET shows the panel. POST with ``step=preview`` shows the document, ``step=do`` does it.

    Every refusal is shown in the panel with what was typed kept: 422 for entries, 403 and 409 otherwise.
    """
    found = ACTS.get(verb)
    if found is None:
        raise NotFound(gettext_noop("There is no such page."), remedy=gettext_noop("Go back to the case."))
    case = queries.case_for_desk(number, request.actor, request.now)
    review = _review(request, case, found)
    panel = _Panel(request, case, found, review, _question(request, case, found))
    if request.method == "POST":
        return panel.answer()
    return panel.show()


def _review(request: DeskRequest, case: DeskCaseView, act: Act) -> ReviewView | None:
    """The review a verb is about; handing on is about a review where one's department has nothing but that."""
    key = request.POST.get("review") or request.GET.get("review", "")
    mine = [item for item in case.reviews if item.mine]
    if key:
        return next((item for item in mine if item.key == key), None)
    if act.about_review:
        return mine[0] if mine else None
    if act.key in ("assign", "put_back") and str(case.status) == "accepted" and mine:
        holds = case.holder_post in {str(duty) for duty in request.actor.duties} and not _elsewhere(case, mine[0])
        return None if holds else mine[0]
    return None


def _question(request: DeskRequest, case: DeskCaseView, act: Act) -> ConsultationView | None:
    """The question to a department that a verb is about."""
    if not act.about_question:
        return None
    number = whole(request.POST.get("question") or request.GET.get("question", "")) or 0
    return next((item for item in case.consultations if item.number == number), None)


def _elsewhere(case: DeskCaseView, review: ReviewView) -> bool:
    return case.holder_organisation_name != review.organisation_name


class _Panel:
    """One verb on one case, for one officer."""

    def __init__(
        self,
        request: DeskRequest,
        case: DeskCaseView,
        act: Act,
        review: ReviewView | None,
        question: ConsultationView | None,
    ) -> None:
        self.request, self.case, self.act, self.review, self.question = request, case, act, review, question
        self.key = f"{act.key}:{review.key}" if review and act.about_review else act.key
        if question is not None:
            self.key = f"{act.key}:{question.number}"

    def form(self, data: Any = None) -> ActForm:
        """The verb's form, filled with ``data``."""
        return self.act.form(data, case=self.case, actor=self.request.actor, review=self.review)

    def show(self) -> HttpResponse:
        """The panel as it opens; a verb that asks nothing shows its document at once."""
        refusal = self.case.actions.get(self.key)
        waiting = kept.take(self.request)
        form = self.form(waiting)
        if waiting is not None:
            return self.page(form, refusal=refusal)
        rehearsal = None
        if refusal is None and self.act.legal and not form.asks:
            try:
                rehearsal = self.rehearse({"expected_seq": self.case.seq})
            except DomainError as error:
                refusal = error
        return self.page(form, refusal=refusal, rehearsal=rehearsal)

    def answer(self) -> HttpResponse:
        """Preview or do, as asked."""
        form = self.form(self.request.POST)
        if not form.is_valid():
            return self.page(form, status=422)
        try:
            if self.act.legal and self.request.POST.get("step") != "do":
                return self.page(form, rehearsal=self.rehearse(form.values()))
            done = self.run(form.values())
        except Invalid as error:
            form.take(error)
            return self.page(form, status=422)
        except Stale as error:
            return self.stale(form, error)
        except NotFound:
            raise
        except DomainError as error:
            return self.page(form, refusal=error, status=error.status)
        messages.success(self.request, self.told(done))
        return self.onward()

    def told(self, done: Any) -> str:
        """That it is done (``done`` is what doing it returned), and the way to the next case of one's own list."""
        waiting = queries.next_in_hand(self.request.actor, self.request.now, besides=self.case.number)
        said = self.act.told(done) if self.act.told else str(self.act.done)
        if waiting is None:
            return said
        number, item = waiting
        words = _("Next case: %(item)s, %(number)s") % {"item": item, "number": number}
        address = reverse("desk:case", args=[number])
        return format_html('{} <a href="{}" data-key-go="n">{}</a> <kbd>G</kbd> <kbd>N</kbd>', said, address, words)

    def stale(self, form: ActForm, error: Stale) -> HttpResponse:
        """Somebody acted meanwhile: say who did what, keep the text, and let it be sent anew."""
        data = self.request.POST.copy()
        self.case = queries.case_for_desk(self.case.number, self.request.actor, self.request.now)
        data["expected_seq"] = str(self.case.seq)
        return self.page(self.form(data), stale=error, refusal=self.case.actions.get(self.key), status=409)

    def _values(self, values: dict[str, Any]) -> dict[str, Any]:
        if self.act.about_question:
            return {**values, "consultation": self.question.number if self.question else 0}
        if not self.act.about_review:
            return values
        return {**values, "review_key": self.review.key if self.review else ""}

    def rehearse(self, values: dict[str, Any]) -> Rehearsal:
        """What doing it would issue."""
        return services.rehearse(
            self.act.run,
            number=self.case.number,
            actor=self.request.actor,
            now=self.request.now,
            **self._values(values),
        )

    def run(self, values: dict[str, Any]) -> Any:
        """Do it."""
        return self.act.run(
            number=self.case.number, actor=self.request.actor, now=self.request.now, **self._values(values)
        )

    def onward(self) -> HttpResponse:
        """Back to the case; to the list when the officer may no longer see it."""
        if queries.may_see(self.case.number, self.request.actor):
            return redirect("desk:case", self.case.number)
        return redirect("desk:work")

    def _runs(self) -> str:
        """For an acceptance: from which event the item's statutory limit runs."""
        if self.act.verb is not Verb.ACCEPT:
            return ""
        start = self.case.limits["statutory"].start
        if start is StartEvent.ACCEPTANCE:
            return _("The statutory limit runs from today.")
        return _("The statutory limit runs from the receipt, not from today.")

    def page(
        self,
        form: ActForm,
        *,
        refusal: DomainError | None = None,
        rehearsal: Rehearsal | None = None,
        stale: Stale | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """The panel as a page; htmx takes the panel out of it."""
        context = {
            "case": self.case,
            "act": self.act,
            "runs": self._runs(),
            "label": wording.VERB[self.act.key],
            "review": self.review,
            "question": self.question,
            "unanswered": [item for item in self.case.consultations if item.state == "open"]
            if self.act.key in sheet.ENDING
            else [],
            "form": form,
            "refusal": refusal,
            "why": wording.refusal(refusal) if refusal else "",
            "reason": wording.with_remedy(refusal) if refusal else "",
            "rehearsal": rehearsal,
            "stale": stale,
            "since": sheet.happened_since(self.case, stale),
            "has_errors": bool(form.errors),
            "asks": form.asks,
            "previewed": rehearsal is not None,
            "needs_preview": self.act.legal and form.asks and rehearsal is None,
        }
        return show_page(self.request, "desk/act.html", context, status=status, nav="cases")


@require_http_methods(["POST"])
@staff_page()
def take(request: DeskRequest, number: str) -> HttpResponseRedirect:
    """Take a case over from the list in one step."""
    case = queries.case_for_desk(number, request.actor, request.now)
    review = _review(request, case, ACTS["assign"])
    services.assign(
        number=number,
        actor=request.actor,
        assignee=request.actor.id,
        review_key=review.key if review else "",
        now=request.now,
    )
    messages.success(request, _("The case is yours."))
    return redirect("desk:case", number)

"""/components/: every component in every state, both languages, light, dark and care mode."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from tongban.web import gallery_samples as samples


@require_http_methods(["GET", "POST"])
def gallery(request: HttpRequest) -> HttpResponse:
    """The gallery; a POST shows it with the answer of the form on it, so that busy buttons can be tried."""
    form = samples.EntryForm(samples.WRONG_ENTRIES)
    form.is_valid()
    context = {
        "good_form": samples.EntryForm(initial=samples.GOOD_ENTRIES, prefix="good"),
        "bad_form": form,
        "swatches": samples.SWATCHES,
        "readings": samples.readings(),
        "ledger": samples.paused_reading(),
        "provisional": samples.provisional_reading(),
        "citation": samples.CITATION,
        "refusal": samples.refusal(),
        "steps": samples.steps(),
        "stopped_steps": samples.stopped_steps(),
        "story": samples.story(),
        "tasks": samples.tasks(),
        "answers": samples.answers(),
        "procedure": samples.PROCEDURE,
        "special": samples.SPECIAL,
        "filing": samples.FILING,
        "files": samples.files(),
        "pins": samples.PINS,
        "trouble": samples.trouble(),
    }
    return render(request, "gallery/index.html", context)

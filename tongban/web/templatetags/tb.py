"""Components as template tags: ``{% load tb %}``. docs/components.md shows each with an example."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any, cast

from django import template
from django.conf import settings
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext, pgettext

from tongban.core.clock import Reading
from tongban.core.errors import DomainError
from tongban.core.items import LimitSpec
from tongban.core.law import Citation, read_citation
from tongban.web import agentwords, dates, navigation
from tongban.web.codewords import code_word
from tongban.web.components import clocks, fields, flow
from tongban.web.language import is_chinese
from tongban.web.wording import cite, say
from tongban.web.words import COPY_PROBLEM, VERB

register = template.Library()

for _name, _filter in (
    ("day", dates.day),
    ("full_day", dates.full_day),
    ("weekday", dates.weekday),
    ("moment", dates.moment),
    ("log_time", dates.log_time),
    ("clock_time", dates.clock_time),
):
    register.filter(_name, lambda value, write=_filter: write(value) if value else "")


@register.filter
def words(text: str) -> list[str]:
    """The words of ``text``, to loop over a short list written in the template."""
    return text.split()


@register.filter
def get(mapping: Mapping[Any, Any] | None, key: object) -> object:
    """``mapping[key]``, or nothing."""
    return (mapping or {}).get(key, "")


@register.filter(name="json")
def as_json(value: object) -> str:
    """``value`` as JSON for a data attribute (escaped by the template like any text)."""
    return json.dumps(value or [], ensure_ascii=False)


@register.filter
def filesize_zh(size: int) -> str:
    """84KB, 2.1MB: no space, as the pages write it."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))}KB"
    return f"{size / 1024 / 1024:.1f}MB"


# --- page furniture --------------------------------------------------------------------------------------------
@register.simple_tag
@cache
def sheet_url(name: str) -> str:
    """Address of one of our style sheets."""
    return static(f"tongban/css/{name}.css")


@register.simple_tag
@cache
def script_url(name: str) -> str:
    """Address of one of our scripts."""
    return static(f"tongban/js/{name}.js")


@register.simple_tag
def static_folder(path: str) -> str:
    """Address of a folder of static files, with its slash; files in it are fetched by their plain names."""
    return f"{settings.STATIC_URL}{path}/"


@register.simple_tag
def home_url() -> str:
    """The portal's first page."""
    return navigation.address("public:home") or "/"


@register.simple_tag
def desk_home_url() -> str:
    """The desk's first page."""
    return navigation.address("desk:work") or "/desk/"


@register.simple_tag
@cache
def htmx_config() -> str:
    """htmx without inline styles and without evaluating text, and with our refusals put into the page."""
    return json.dumps(
        {
            "includeIndicatorStyles": False,
            "allowEval": False,
            "selfRequestsOnly": True,
            # Not "style": what a script or the reader set on an element (a sheet of the viewer, a text area drawn
            # larger) would be written into its successor as an inline style, which the content policy refuses.
            "attributesToSettle": ["class", "width", "height"],
            "historyCacheSize": 0,
            "refreshOnHistoryMiss": True,
            "responseHandling": [
                {"code": "204", "swap": False},
                {"code": "[23]..", "swap": True},
                {"code": "4(00|03|04|09|22|29)", "swap": True, "error": True},
                {"code": "[45]..", "swap": False, "error": True},
            ],
        }
    )


@register.simple_tag
def icon(name: str, label: str = "", **options: str) -> SafeString:
    """A Tabler icon; ``label`` only where no word stands beside it. Options: ``class`` (tb-i--lg, tb-i--sm)."""
    return _icon(name, str(label), options.get("class", ""))


@lru_cache(maxsize=1024)
def _icon(name: str, label: str, more: str) -> SafeString:
    """A page has dozens of icons, the whole site few different ones."""
    css = f"tb-i {more}".strip()
    href = f"{static('vendor/icons.svg')}#{name.replace('/', '-')}"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', css, label, href)
    return format_html('<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"/></svg>', css, href)


@register.simple_tag
def mark() -> SafeString:
    """The mark: an arch with a way through it."""
    return mark_safe(
        '<svg class="tb-mark" viewBox="0 0 34 34" aria-hidden="true" focusable="false">'
        '<rect width="34" height="34" rx="6" fill="#12437f"/>'
        '<path d="M8.5 27V11.5a3 3 0 0 1 3-3h11a3 3 0 0 1 3 3V27" fill="none" stroke="#fff" stroke-width="2.6"'
        ' stroke-linecap="round"/>'
        '<path d="M17 27V15m-4.2 4.2L17 15l4.2 4.2" fill="none" stroke="#fff" stroke-width="2.6"'
        ' stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )


# --- small marks -----------------------------------------------------------------------------------------------
@register.inclusion_tag("components/tag.html")
def tag(text: object, kind: str = "", icon: str = "") -> dict[str, object]:
    """A tag. Kinds: brand, ok, warn, late, pause, solid, or none."""
    return {"text": text, "kind": kind, "icon": icon}


@register.inclusion_tag("components/clock.html")
def clock(
    reading: Reading | None, url: str = "", with_date: bool = False, name: str = "", full: bool = False
) -> dict[str, object]:
    """The clock chip, a link to its ledger where ``url`` is given; ``name`` is read out before it.

    ``full`` calls working days by their name; lists of the desk are short.
    """
    chip = clocks.chip(reading, with_date=with_date, full=full) if reading is not None else None
    return {"chip": chip, "url": url, "name": name}


@register.simple_tag
def due(reading: Reading | None) -> str:
    """The due date in words, marked 暂定 where provisional."""
    return clocks.due_words(reading) if reading is not None else ""


@register.simple_tag
def limit(spec: LimitSpec | None) -> str:
    """A limit of the catalogue in words: 20个工作日."""
    return flow.limit_words(spec)


@register.simple_tag
def spoken(thing: Any) -> str:
    """The name of a code in the reader's language: ``zh`` or ``en`` of whatever carries both."""
    return str(thing.zh if is_chinese() else thing.en)


register.filter("code_word", code_word)
register.filter("power_state", agentwords.state_words)
register.filter("power_kind", agentwords.state_kind)
register.filter("power_act", agentwords.act_words)


@register.simple_tag
def law(citation: Citation | str | None, url: str = "") -> SafeString | str:
    """A citation of law in Song and vermilion; a plain text citation from the catalogue works too.

    Only what cites something in 《…》 or is a citation we know looks like law: an authority's own practice does not.
    """
    if not citation:
        return ""
    known = citation if isinstance(citation, Citation) else read_citation(citation)
    # A text that is no citation we know, and every text for a reader of Chinese, stays as it was written.
    text = cite(known) if known is not None and (known is citation or not is_chinese()) else str(citation)
    style = "tb-law" if known is not None or "《" in text else "tb-mute"
    if url:
        return format_html('<a class="{}" href="{}">{}</a>', style, url, text)
    return format_html('<span class="{}">{}</span>', style, text)


@register.simple_block_tag
def quote(content: str, citation: Citation | str | None = None) -> SafeString:
    """Words of a law, with where they stand."""
    text = cite(citation) if isinstance(citation, Citation) else citation or ""
    source = format_html("<cite>{}</cite>", text) if text else ""
    return format_html('<blockquote class="tb-quote" lang="zh-Hans">{}{}</blockquote>', content, source)


@register.simple_tag
def number(text: str, label: str = "") -> SafeString:
    """A number people copy: case number, look-up code. Without scripts it is plain selectable text."""
    return format_html(
        '<span class="tb-copy"><span class="tb-mono" data-copy-text>{}</span>'
        '<button type="button" class="tb-copy__b" data-copy hidden aria-label="{}">{}</button></span>',
        text,
        gettext("Copy %(what)s") % {"what": label or text},
        icon("copy"),
    )


@register.inclusion_tag("components/masked.html", takes_context=True)
def masked(context: Context, text: str, url: str = "", label: str = "") -> dict[str, object]:
    """A masked value; ``url`` is the POST address that shows it in full and records who looked."""
    return {"text": text, "url": url, "label": label, "csrf_token": context.get("csrf_token")}


# --- buttons ---------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/button.html")
def button(label: str, href: str = "", kind: str = "", icon: str = "", **options: object) -> dict[str, object]:
    """A button, or a link that looks like one. Kinds: secondary, warning.

    Options: ``name``, ``value``, ``type`` (submit), ``id``, ``busy_text``, ``key`` (shortcut shown and used),
    ``refusal`` (a DomainError: the button is off and its reason stands beside it), ``form``, ``formaction``.
    """
    refusal = options.get("refusal")
    made: dict[str, object] = {"label": label, "href": href, "kind": kind, "icon": icon, "type": "submit", **options}
    if isinstance(refusal, DomainError):
        identifier = options.get("id") or options.get("value") or re.sub(r"\W+", "-", label)
        made |= {"why_id": f"why-{identifier}", "why": reason(refusal), "rule": refusal.rule}
    return made


@register.simple_tag
def reason(refusal: DomainError | None) -> str:
    """Why something is off and what would enable it."""
    if refusal is None:
        return ""
    parts = [say(refusal.message, refusal.params), say(refusal.remedy, refusal.params)]
    return " ".join(part for part in parts if part)


# --- forms -----------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/error_summary.html")
def error_summary(source: object = None, autofocus: bool = True) -> dict[str, object]:
    """What is wrong, each line a link to its field. Takes a form, field errors, or (field, text) pairs."""
    found = fields.error_links(source)
    title = ngettext("There is %(n)d place to mend", "There are %(n)d places to mend", len(found)) % {"n": len(found)}
    return {"errors": found, "title": title, "autofocus": autofocus}


@register.inclusion_tag("components/field.html")
def field(source: Any, **changes: Any) -> dict[str, object]:
    """A field with label, hint and error. Changes: any attribute of components.fields.Field."""
    changes = {name: value for name, value in changes.items() if value is not None}
    return {"field": fields.field_of(source, **changes)}


@register.filter
def error_text(error: Any) -> str:
    """A core FieldError in the reader's language."""
    return fields.error_text(error)


# --- lists and pictures ----------------------------------------------------------------------------------------
@register.inclusion_tag("components/summary.html")
def summary(rows: Iterable[Any]) -> dict[str, object]:
    """A summary list. Rows: mappings with key, value and optionally url, action, note, mono; or (key, value)."""
    made = [row if isinstance(row, Mapping) else {"key": row[0], "value": row[1]} for row in rows]
    return {"rows": made, "any_action": any(row.get("url") or row.get("note") for row in made)}


@register.inclusion_tag("components/stepper.html")
def stepper(steps: Sequence[Any]) -> dict[str, object]:
    """The line of a case's steps: mappings with label, state (done, current, todo, stopped) and note."""
    return {"steps": steps}


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, object]:
    """What happened, newest first: mappings with at, title, text, rule, url, url_text, actor."""
    return {"entries": entries}


@register.inclusion_tag("components/task_list.html")
def task_list(tasks: Iterable[Any], name: str = "") -> dict[str, object]:
    """Tasks: mappings with label, url, state (done, doing, error, locked, todo), hint, status."""
    return {"tasks": list(tasks), "name": name}


@register.inclusion_tag("components/ledger_calendar.html")
def ledger_calendar(
    reading: Reading,
    events: Mapping[date, Sequence[str]] | None = None,
    dues: Mapping[date, str] | None = None,
) -> dict[str, object]:
    """The calendar picture of a clock with its legend."""
    return {
        "picture": clocks.picture(reading, events, dues),
        "reading": reading,
        "LANGUAGE_CODE": get_language(),
    }


@register.inclusion_tag("components/ledger_table.html")
def ledger_table(reading: Reading, labelled_by: str = "") -> dict[str, object]:
    """The ledger as a table."""
    return {"rows": clocks.rows(reading), "labelled_by": labelled_by}


@register.inclusion_tag("components/ledger_sum.html")
def ledger_sum(reading: Reading, dues: Mapping[str, Reading] | None = None) -> dict[str, object]:
    """Due date, used, paused, state. ``dues``: label → reading, to show several due dates."""
    return {
        "reading": reading,
        "dues": dues or {gettext("Due"): reading},
        "used": clocks.units(reading.counted, reading.unit, full=True),
        "paused": clocks.units(reading.paused, reading.unit, full=True),
    }


@register.inclusion_tag("components/flow.html")
def flow_picture(procedure: Any, special: Any = (), track: str = "licence", reviews: Any = None) -> dict[str, object]:
    """The way of an item, from its core.items.Procedure."""
    return {"steps": flow.flow(procedure, special or (), track=str(track), reviews=reviews)}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(
    context: Context, page: int, pages: int, total: int | None = None, name: str = "page", more: bool = False
) -> dict[str, object]:
    """Links to the other pages of a list; the rest of the address is kept. ``more``: ``total`` is not all there is."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else None

    def address(target: int) -> str:
        if query is None:
            return f"?{name}={target}"
        query[name] = str(target)
        return f"?{query.urlencode()}"

    shown = sorted({1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)})
    numbers: list[dict[str, object]] = []
    for before, target in zip([0, *shown], shown, strict=False):
        if target - before > 1:
            numbers.append({"gap": True})
        numbers.append({"number": target, "url": address(target), "current": target == page})
    return {
        "numbers": numbers,
        "many": pages > 1,
        "previous": address(page - 1) if page > 1 else "",
        "next": address(page + 1) if page < pages else "",
        "total": total,
        "more": more,
    }


@register.inclusion_tag("components/document.html")
def document(
    title: str, url: str = "", note: str = "", ready: bool = True, icon: str = "file-text"
) -> dict[str, object]:
    """A line for one document; not yet a link while it is being made."""
    return {"title": title, "url": url, "note": note, "ready": ready, "icon": icon}


@register.inclusion_tag("components/licence.html")
def licence_card(
    name: str, number: str = "", url: str = "", state: str = "", state_kind: str = "", note: str = ""
) -> dict[str, object]:
    """A licence as a small sheet with its name, number and state."""
    return {"name": name, "number": number, "url": url, "state": state, "state_kind": state_kind, "note": note}


@register.filter
def copy_problem(reason: str) -> str:
    """Why an office file has no copy for reading."""
    return str(COPY_PROBLEM.get(reason, COPY_PROBLEM["unreadable"]))


@register.inclusion_tag("components/upload.html", takes_context=True)
def upload(context: Context, url: str, name: str = "files", target: str = "", **options: object) -> dict[str, object]:
    """Choosing and sending files. ``url`` takes the POST; ``target`` is the id of the list its answer replaces.

    Options: ``label``, ``accept``, ``capture`` (``environment`` offers the camera), ``multiple`` (yes),
    ``hint``, ``errors`` (texts), ``id``, ``max_mb``, ``office`` (kinds of office files taken beside papers).
    """
    office = [str(kind) for kind in cast(Iterable[str], options.get("office") or ())]
    return {
        "url": url,
        "name": name,
        "target": target,
        "multiple": True,
        "accept": ",".join([".pdf,.jpg,.jpeg,.png", *(f".{kind}" for kind in office)]),
        "office_names": pgettext("between items of a list", ", ").join(kind.upper() for kind in office),
        "id": f"up-{name}",
        "max_mb": settings.MAX_UPLOAD_BYTES // (1024 * 1024),
        "csrf_token": context.get("csrf_token"),
        **options,
    }


@register.simple_block_tag
def note(content: str, title: str = "", kind: str = "", role: str = "", level: int = 2) -> SafeString:
    """A note. Kinds: warn, late, ok, or none."""
    css = f"tb-note tb-note--{kind}" if kind else "tb-note"
    attribute = format_html(' role="{}"', role) if role else ""
    heading = format_html("<h{}>{}</h{}>", level, title, level) if title else ""
    return format_html('<div class="{}"{}>{}{}</div>', css, attribute, heading, content)


@register.simple_block_tag
def empty(content: str, title: str, icon_name: str = "inbox") -> SafeString:
    """An empty list: what would fill it, and one link."""
    return format_html('<div class="tb-empty">{}<b>{}</b>{}</div>', icon(icon_name), title, content)


@register.simple_block_tag
def counted(content: str, field_id: str, most: int | None) -> SafeString:
    """Around a text area: past half of ``most`` characters it says how many are left, and how many too many.

    Nothing is cut off while typing or pasting; the server names what is too long.
    """
    if not most:
        return format_html("{}", content)
    number = {"count": "%{count}"}  # the script's own placeholder
    texts = {
        "characters-under-limit.one": gettext("One more character fits."),
        "characters-under-limit.other": gettext("%(count)s more characters fit.") % number,
        "characters-at-limit": gettext("No more characters fit."),
        "characters-over-limit.one": gettext("One character too many."),
        "characters-over-limit.other": gettext("%(count)s characters too many.") % number,
    }
    return format_html(
        '<div class="govuk-character-count tb-counted" data-module="govuk-character-count" data-maxlength="{}"'
        ' data-threshold="50"{}>{}<div id="{}-info" class="govuk-hint govuk-character-count__message">{}</div></div>',
        most,
        format_html_join("", ' data-i18n.{}="{}"', texts.items()),
        content,
        field_id,
        gettext("At most %(most)s characters.") % {"most": most},
    )


@register.simple_block_tag
def confirm(
    content: str,
    label: str,
    kind: str = "secondary",
    icon_name: str = "",
    opened: bool = False,
    **options: str,
) -> SafeString:
    """A panel that opens under its button and holds the form that does it; works without scripts. Option: ``id``."""
    return format_html(
        '<details class="tb-confirm"{}{}><summary class="govuk-button govuk-button--{}">{}{}</summary>'
        '<div class="tb-confirm__in">{}</div></details>',
        format_html(' id="{}"', options["id"]) if options.get("id") else "",
        mark_safe(" open") if opened else "",
        kind,
        icon(icon_name) if icon_name else "",
        label,
        content,
    )


@register.simple_tag
def crumbs(*pairs: str) -> SafeString:
    """Breadcrumbs: label, address, label, address …; the last label alone is the page itself."""
    items = [pairs[index : index + 2] for index in range(0, len(pairs), 2)]
    lines = format_html_join(
        "",
        "<li>{}</li>",
        ((format_html('<a href="{}">{}</a>', item[1], item[0]) if len(item) == 2 else item[0],) for item in items),
    )
    return format_html('<nav class="tb-crumb" aria-label="{}"><ol>{}</ol></nav>', gettext("Position"), lines)


@register.simple_tag
def back(label: str, url: str) -> SafeString:
    """The link back, above the page's title."""
    return format_html(
        '<nav aria-label="{}"><a class="tb-back" href="{}">{}{}</a></nav>',
        gettext("Back"),
        url,
        icon("chevron-left"),
        label,
    )


@register.simple_tag
def share(part: float, whole: float, kind: str = "") -> SafeString:
    """A thin bar: ``part`` of ``whole``. Decoration beside the words that say the same. Kinds: ok, soon, late."""
    width = 0 if not whole else max(0, min(100, round(100 * float(part) / float(whole))))
    return format_html(
        '<svg class="tb-bar{}" aria-hidden="true" focusable="false" width="100%" height="6">'
        '<rect class="tb-bar__all" width="100%" height="6" rx="3"/>'
        '<rect class="tb-bar__part" width="{}%" height="6" rx="3"/></svg>',
        f" tb-bar--{kind}" if kind else "",
        width,
    )


@register.simple_tag
def since_line(event: Any) -> str:
    """What somebody did meanwhile: 10月13日 10:57 许方：审查意见."""
    verb = VERB.get(str(getattr(event, "verb", "")), getattr(event, "verb", ""))
    return f"{dates.moment(event.at)} {event.actor_name} {verb}"

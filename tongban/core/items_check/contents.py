"""What must agree inside one item version.

The rules on instant items, results, visits, couriers, fees, phones, themes, questions and procedure are those by which
provinces check their implementation lists (实施清单要素要求, GB/T 39554.2-2020, and provincial checking rules).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tongban.core import codes
from tongban.core.clock import StartEvent, Unit
from tongban.core.errors import gettext_noop
from tongban.core.items import OFFICE_FILES, ItemSpec, LimitSpec, ResultKind, Track, VariantKind
from tongban.core.items_check.findings import ERROR, WARNING, Findings
from tongban.core.items_check.parts import all_check_points, item_code
from tongban.core.items_check.themes import LEGAL_PERSON_THEMES, PERSON_THEMES

MIN_CHECK_POINTS = 5
ONLINE_FORMS = frozenset({"2", "3"})
COURIER = "4"
#: 服务对象 codes of legal persons and other organisations (platform table).
LEGAL_PERSONS = frozenset({"2", "3", "4", "5", "6", "9"})
NATURAL_PERSON = "1"


def _instant(item: ItemSpec, out: Findings) -> None:
    at_once = item.promised_limit.unit is Unit.ON_THE_SPOT or item.promised_limit.value == 0
    if item.instant != at_once:
        out.add(
            "instant",
            gettext_noop("An instant item promises its result on the spot, and only an instant item does."),
            gettext_noop("Kind of case and promised limit agree"),
            gettext_noop("Set the promised limit to 0 or on_the_spot, or instant to false."),
        )
    if item.delegated_officer and not item.instant:
        out.add(
            "delegated_officer",
            gettext_noop("Only an instant item may be accepted and decided by one officer."),
            gettext_noop("Acceptance and decision are by different persons"),
            gettext_noop("Remove the delegated officer."),
        )


def _limits(item: ItemSpec, out: Findings) -> None:
    for statutory_at, promised_at, statutory, promised in limit_pairs(item):
        _limit_pair(item, out, {statutory_at: statutory, promised_at: promised})
    _extension(item, out)


def limit_pairs(item: ItemSpec) -> list[tuple[str, str, LimitSpec, LimitSpec]]:
    """Every statutory limit with the promise that goes with it, and the places of both: the item's, each class's."""
    pairs = [("statutory_limit", "promised_limit", item.statutory_limit, item.promised_limit)]
    for number, each in enumerate(item.limit_classes, 1):
        place = f"limit_classes.{number}"
        promised_at = f"{place}.promised" if each.promised else "promised_limit"
        pairs.append((f"{place}.statutory", promised_at, each.statutory, each.promised or item.promised_limit))
    return pairs


def _limit_pair(item: ItemSpec, out: Findings, pair: dict[str, LimitSpec]) -> None:
    (statutory_at, statutory), (promised_at, promised) = pair.items()
    for where, limit in pair.items():
        if limit.value < 0:
            out.add(
                f"{where}.value",
                gettext_noop("A limit cannot be negative."),
                gettext_noop("A limit is a whole number from 0"),
                gettext_noop("Write 0 or more."),
            )
        if not limit.source.strip():
            out.add(
                f"{where}.source",
                gettext_noop("The limit has no source."),
                gettext_noop("Every limit carries its source"),
                gettext_noop("Name the article or document; for a promise, the authority that made it."),
            )
    if _comparable(statutory, promised) and promised.value > statutory.value:
        out.add(
            f"{promised_at}.value",
            gettext_noop("The promised limit of %(promised)s is longer than the statutory limit of %(statutory)s."),
            gettext_noop("Promised limit not above statutory limit"),
            gettext_noop("Shorten the promised limit."),
            promised=promised.value,
            statutory=statutory.value,
        )
    if item.track is Track.LICENCE and statutory.start not in (StartEvent.ACCEPTANCE, StartEvent.RECEIPT):
        out.add(
            f"{statutory_at}.start",
            gettext_noop("A licence is decided in time from acceptance, or from receipt where its law says so."),
            "行政许可法第四十二条",
            gettext_noop("Write acceptance or receipt."),
        )


def _extension(item: ItemSpec, out: Findings) -> None:
    extension = item.extension
    if extension is not None and (extension.value < 1 or not extension.basis.strip()):
        out.add(
            "extension",
            gettext_noop("An extension needs a length and its basis."),
            "行政许可法第四十二条",
            gettext_noop("Write both, or leave the extension out."),
        )
    if extension is not None and extension.value > 10 and not item.joint_handling and "四十二" in extension.basis:
        out.add(
            "extension.value",
            gettext_noop("More than ten working days are open only to unified, joint or centralised handling."),
            "行政许可法第四十二条第二款",
            gettext_noop("Write 10, or name the special law that allows more."),
        )


def _comparable(first: LimitSpec, second: LimitSpec) -> bool:
    return first.unit is second.unit and first.start is second.start and first.unit is not Unit.ON_THE_SPOT


def _result(item: ItemSpec, out: Findings) -> None:
    result = item.result
    expected = None
    if result.name.endswith("证"):
        expected = ResultKind.CERTIFICATE
    elif result.name.endswith("批复"):
        expected = ResultKind.APPROVAL_DOCUMENT
    if expected is not None and result.kind is not expected:
        out.add(
            "result.kind",
            gettext_noop("The result is called %(name)s, its kind is %(kind)s."),
            gettext_noop("Name and kind of the result agree"),
            gettext_noop("Set the kind to %(expected)s or correct the name."),
            name=result.name,
            kind=result.kind.value,
            expected=expected.value,
        )
    if result.kind is not ResultKind.NONE and not result.name:
        out.add(
            "result.name",
            gettext_noop("The result has no name."),
            gettext_noop("A result is named"),
            gettext_noop("Write what the document is called."),
        )
    if result.name and result.licence_type is None and not result.sample:
        out.add(
            "result.sample",
            gettext_noop("There is neither a licence template nor a sample of %(name)s."),
            gettext_noop("A named result has a sample"),
            gettext_noop("Add the licence type, from which the sample is drawn, or a sample file."),
            name=result.name,
        )
    if result.validity.value and not result.validity.basis.strip():
        out.add(
            "result.validity.basis",
            gettext_noop("The validity has no basis."),
            gettext_noop("Every limit carries its source"),
            gettext_noop("Name the article."),
        )


def _visits(item: ItemSpec, out: Findings) -> None:
    online = bool(ONLINE_FORMS & set(item.handling_forms))
    if item.visits.count and not item.visits.reason.strip():
        out.add(
            "visits.reason",
            gettext_noop("People must come %(count)s times and are not told why."),
            gettext_noop("Visits need a reason"),
            gettext_noop("Say what cannot be done without coming."),
            count=item.visits.count,
        )
    if item.visits.count == 0 and not online and COURIER not in item.handling_forms:
        out.add(
            "handling_forms",
            gettext_noop("Nobody needs to come, yet the item is neither online nor open to couriers."),
            gettext_noop("No visits: online or by courier"),
            gettext_noop("Add 2 or 3 (online) or 4 (courier), or correct the visits."),
        )
    if "网上办" in item.four_kinds and not online:
        out.add(
            "four_kinds",
            gettext_noop("The item is announced as handled online but has no online form of handling."),
            gettext_noop("The four kinds agree with the forms of handling"),
            gettext_noop("Add 2 or 3 to the handling forms or drop 网上办."),
        )
    if "马上办" in item.four_kinds and not item.instant:
        out.add(
            "four_kinds",
            gettext_noop("The item is announced as handled at once but is not instant."),
            gettext_noop("The four kinds agree with the kind of case"),
            gettext_noop("Set instant to true or drop 马上办."),
        )


def _fees(item: ItemSpec, out: Findings) -> None:
    for number, fee in enumerate(item.fees, 1):
        if not (fee.name.strip() and fee.standard.strip() and fee.basis.strip()):
            out.add(
                f"fees.{number}",
                gettext_noop("A fee needs its name, standard and basis."),
                "行政许可法第五十八条",
                gettext_noop("Complete the entry, or remove it if nothing is charged."),
            )


_PHONE = re.compile(r"(0\d{2,3}-?\d{7,8}(-\d{1,6})?|1\d{4}|12345)")


def _contact(item: ItemSpec, out: Findings) -> None:
    contact = item.contact
    if contact.consult_phone == contact.complaint_phone:
        out.add(
            "contact.complaint_phone",
            gettext_noop("Questions and complaints go to the same phone."),
            gettext_noop("Consultation and complaint phones differ"),
            gettext_noop("Name the phone of the body that handles complaints."),
        )
    for name, phone in (("consult_phone", contact.consult_phone), ("complaint_phone", contact.complaint_phone)):
        if _PHONE.fullmatch(phone) is None:
            out.add(
                f"contact.{name}",
                gettext_noop("“%(phone)s” is not a phone number with its area code."),
                gettext_noop("Phones carry the area code"),
                gettext_noop("Write it like 022-00000000."),
                phone=phone,
            )


def _themes(item: ItemSpec, out: Findings) -> None:
    themes, objects = set(item.themes), set(item.service_objects)
    pairs = (
        (bool(objects & LEGAL_PERSONS), LEGAL_PERSON_THEMES, gettext_noop("legal persons")),
        (NATURAL_PERSON in objects, PERSON_THEMES, gettext_noop("natural persons")),
    )
    for served, known, whom in pairs:
        if served and not themes & known:
            out.add(
                "themes",
                gettext_noop("The item serves %(whom)s but has none of their themes."),
                gettext_noop("Service objects and themes agree"),
                gettext_noop("Add one of: %(themes)s."),
                WARNING,
                whom=whom,
                themes="、".join(sorted(known)),
            )
    stray = themes - LEGAL_PERSON_THEMES - PERSON_THEMES
    if stray:
        out.add(
            "themes",
            gettext_noop("Unknown themes: %(themes)s."),
            gettext_noop("Themes are those of the national platform"),
            gettext_noop("Use its theme tables, or keep the word among the keywords."),
            WARNING,
            themes="、".join(sorted(stray)),
        )


def _guide(item: ItemSpec, out: Findings) -> None:
    if item.task_type == "01" and not item.faq:
        out.add(
            "faq",
            gettext_noop("A licence needs at least one question with its answer."),
            gettext_noop("Licences answer frequent questions"),
            gettext_noop("Write down what people ask most."),
        )
    for where, value in (
        ("legal_basis", item.legal_basis),
        ("conditions", item.conditions),
        ("service_objects", item.service_objects),
        ("handling_forms", item.handling_forms),
        ("variants", item.variants),
        ("sources", item.sources),
    ):
        if not value:
            out.add(
                where,
                gettext_noop("Nothing is listed here."),
                gettext_noop("The implementation list is complete"),
                gettext_noop("Add at least one entry."),
            )
    limits = [limit for pair in limit_pairs(item) for limit in pair[2:]]
    unsure = not all(each.verified for each in limits) or not all(basis.verified for basis in item.legal_basis)
    if unsure and not item.unverified:
        out.add(
            "unverified",
            gettext_noop("Something is marked unverified, but readers are not told what."),
            gettext_noop("What could not be checked says so"),
            gettext_noop("Add one line in words."),
        )


def _procedure(item: ItemSpec, out: Findings) -> None:
    steps = item.procedure
    if item.task_type == "01" and steps.delivery is None:
        out.add(
            "procedure.delivery",
            gettext_noop("The procedure of a licence leads from acceptance to delivery; delivery is missing."),
            "行政许可法第四十四条",
            gettext_noop("Say which organisation and duty delivers."),
        )
    if item.result.kind is ResultKind.CERTIFICATE and steps.certificate is None:
        out.add(
            "procedure.certificate",
            gettext_noop("The item ends in a certificate that nobody makes."),
            "行政许可法第四十四条",
            gettext_noop("Say which organisation and duty makes it."),
        )
    if item.track is Track.FILING and item.extension is not None:
        out.add(
            "extension",
            gettext_noop("A filing is complete when the information is; there is nothing to extend."),
            gettext_noop("Track and procedure agree"),
            gettext_noop("Remove the extension."),
        )
    if item.track is Track.FILING and item.special_procedures:
        out.add(
            "special_procedures",
            gettext_noop("The special procedures of article 45 belong to licences."),
            "行政许可法第四十五条",
            gettext_noop("Remove them."),
        )
    for number, procedure in enumerate(item.special_procedures, 1):
        if not procedure.basis.strip() or procedure.expected_days < 1:
            out.add(
                f"special_procedures.{number}",
                gettext_noop("A special procedure needs its own basis and the days it is expected to take."),
                "行政许可法第四十五条",
                gettext_noop("Write both, or remove it."),
            )
    renewal = any(variant.kind is VariantKind.RENEWAL for variant in item.variants)
    if renewal and item.track is Track.LICENCE and not item.silence:
        out.add(
            "silence",
            gettext_noop("A renewal that is not decided before the licence ends counts as granted; the item omits it."),
            "行政许可法第五十条第二款",
            gettext_noop("Add the rule of silence for the renewal."),
        )
    if item.correction.closes and not item.correction.basis.strip():
        out.add(
            "correction.basis",
            gettext_noop("Only a rule of law can close a case because a correction did not come."),
            "行政许可法第三十二条",
            gettext_noop("Name it, or set closes to false."),
        )


def _materials(item: ItemSpec, out: Findings) -> None:
    for material in item.materials:
        if material.principal and material.deferrable:
            out.add(
                f"materials.{material.key}.deferrable",
                gettext_noop("A principal material cannot be deferred."),
                gettext_noop("Only secondary materials can be deferred"),
                gettext_noop("Mark it as secondary or as not deferrable."),
            )
        if material.form not in ("original", "copy", "electronic", "original_or_copy"):
            out.add(
                f"materials.{material.key}.form",
                gettext_noop("“%(form)s” is not a form of material."),
                gettext_noop("Materials are original, copy or electronic"),
                gettext_noop("Use original, copy, electronic or original_or_copy."),
                form=material.form,
            )
        if material.provider not in ("applicant", "government", "third_party", "generated"):
            out.add(
                f"materials.{material.key}.provider",
                gettext_noop("“%(provider)s” is not a source of materials."),
                gettext_noop("The source of a material is known"),
                gettext_noop("Use applicant, government, third_party or generated."),
                provider=material.provider,
            )


def _office_files(item: ItemSpec, out: Findings) -> None:
    for material in item.materials:
        for kind in material.office_files:
            if kind not in OFFICE_FILES:
                out.add(
                    f"materials.{material.key}.office_files",
                    gettext_noop("“%(kind)s” is not a kind of office file that can be read here."),
                    gettext_noop("What is handed in can be read at the desk"),
                    gettext_noop("Use docx, xlsx, odt or ods; PDF, JPG and PNG are always taken."),
                    kind=kind,
                )


def _check_points(item: ItemSpec, out: Findings) -> None:
    points = all_check_points(item)
    if len(points) < MIN_CHECK_POINTS:
        out.add(
            "check_points",
            gettext_noop("The item has %(count)s check points; it needs %(least)s of its own."),
            gettext_noop("Officers know what to look at"),
            gettext_noop("Write what each article or material must show."),
            count=len(points),
            least=MIN_CHECK_POINTS,
        )
    for point in points:
        if not point.source.strip():
            out.add(
                f"check_points.{point.key}.source",
                gettext_noop("The check point “%(text)s” names neither article nor material."),
                gettext_noop("Every check point carries its source"),
                gettext_noop("Name the article or the material it rests on."),
                text=point.text,
            )


def _codes(item: ItemSpec, out: Findings) -> None:
    faults = codes.item_code_findings(item_code(item), item_type=item.task_type, level=str(item.authority.level))
    for fault in faults:
        out.add("base_code", fault.message, "GB/T 39554.1-2020", fault.remedy, ERROR, **fault.params)
    for variant in item.variants:
        if variant.code_suffix and re.fullmatch(r"\d\d", variant.code_suffix) is None:
            out.add(
                f"variants.{variant.key}.code_suffix",
                gettext_noop("The variant's part of the code is two digits."),
                "GB/T 39554.1-2020",
                gettext_noop("Write 01, 02 and so on."),
            )


CONTENT_RULES: tuple[Callable[[ItemSpec, Findings], None], ...] = (
    _instant,
    _limits,
    _result,
    _visits,
    _fees,
    _contact,
    _themes,
    _guide,
    _procedure,
    _materials,
    _office_files,
    _check_points,
    _codes,
)

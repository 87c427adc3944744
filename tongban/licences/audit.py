"""Comparing licences with their events; named in ``AUDIT_FOLDERS``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tongban.licences import content, evidence
from tongban.licences.evidence import REQUEST_VERBS
from tongban.licences.models import BlankSheet, Licence, LicenceVersion
from tongban.licences.states import STEPS, State
from tongban.records import queries as records
from tongban.records.secrets import SecretUnreadable, blind_index
from tongban.records.values import JSON, EventView, Finding

_VERSION_VERBS = frozenset({"issue", "change", "renew", "replace", "correct"})


@dataclass
class _Folded:
    """What the events of one licence say."""

    licence: dict[str, JSON] = field(default_factory=dict)
    holder: dict[str, JSON] = field(default_factory=dict)
    versions: dict[int, dict[str, JSON]] = field(default_factory=dict)
    files: dict[int, str] = field(default_factory=dict)
    state: str = State.RESERVED
    reason: str = ""
    kind: str = ""
    ground: str = ""
    requests: dict[str, dict[str, JSON]] = field(default_factory=dict)
    seq: int = 0
    hash: str = ""

    def apply(self, event: EventView) -> None:
        """Take one event in."""
        facts = event.facts
        self.seq, self.hash = event.seq, event.hash
        if event.verb in _VERSION_VERBS:
            self.versions[_int(facts["version"])] = facts
            self.holder = {key: facts[key] for key in ("holder", "holder_kind", "applicant")}
            if event.verb == "issue":
                self.licence = facts
        elif event.verb == "file":
            self.files[_int(facts["version"])] = str(facts["file"])
            if self.state == State.RESERVED:
                self.state = State.VALID
        elif event.verb in STEPS:
            self.state = STEPS[event.verb].target
            self.reason, self.kind = str(facts["reason"]), str(facts["kind"])
            self.ground = str(facts.get("ground", ""))
        elif event.verb in REQUEST_VERBS:
            self.requests[str(facts["request"])] = facts


def verify() -> Iterator[Finding]:
    """Every licence that is not what its events say, and every number whose licence is gone."""
    for licence in Licence.objects.order_by("created_at").iterator(chunk_size=200):
        chain = evidence.chain(licence.pk)
        folded = _Folded()
        for event in records.events(chain):
            folded.apply(event)
        for problem, message in _problems(licence, folded):
            yield Finding(chain, folded.seq, problem, message)
    yield from _verify_numbers()
    yield from _verify_blanks()


def _verify_blanks() -> Iterator[Finding]:
    """Every sheet of blank certificates against the events of its stock."""
    for name in records.chains("blanks:"):
        issuer, type_key = name.split(":")[2:4]
        told: dict[int, tuple[str, str]] = {}
        seq = 0
        for event in records.events(name):
            seq, facts = event.seq, event.facts
            if event.verb == "receive_blanks":
                told |= dict.fromkeys(range(_int(facts["first"]), _int(facts["last"]) + 1), ("stock", ""))
            elif event.verb == "move_blank":
                told[_int(facts["number"])] = (str(facts["state"]), str(facts.get("licence", "")))
        rows = BlankSheet.objects.filter(issuer_key=issuer, type_key=type_key)
        found = {
            number: (state, f"licence:{licence}" if licence else "")
            for number, state, licence in rows.values_list("number", "state", "licence_id")
        }
        for number in sorted(number for number in told.keys() | found.keys() if told.get(number) != found.get(number)):
            yield Finding(name, seq, "blank_sheet", f"sheet {number} of {type_key} is not what its events say")


def _verify_numbers() -> Iterator[Finding]:
    for scope in records.scopes("licence:"):
        used = Licence.objects.filter(number_scope=scope).exclude(state=State.VOID)
        yield from records.check_numbers(scope, used.values_list("number_value", flat=True))


def _problems(licence: Licence, folded: _Folded) -> Iterator[tuple[str, str]]:
    name = f"licence {licence.number}"
    if not folded.licence:
        yield "licence_without_event", f"{name} has no event that issued it"
        return
    if (licence.seq, licence.head_hash) != (folded.seq, folded.hash):
        yield "licence_head", f"{name} points to event {licence.seq}, its chain ends with {folded.seq}"
    if licence.state != folded.state:
        yield "licence_state", f"{name} is {licence.state}, its events say {folded.state}"
    said = (folded.reason, folded.kind, folded.ground)
    if (licence.state_reason, licence.state_kind, licence.state_ground) != said:
        yield "licence_reason", f"{name}: the reason of its state is not the one recorded"
    facts = evidence.licence_facts(licence)
    wrong = _different(facts, folded.licence) + _different(evidence.holder_facts(licence), folded.holder)
    if wrong:
        yield "licence_altered", f"{name} differs from its events in {', '.join(wrong)}"
    yield from _version_problems(licence, folded, name)
    yield from _request_problems(licence, folded, name)


def _request_problems(licence: Licence, folded: _Folded, name: str) -> Iterator[tuple[str, str]]:
    """What was asked and proposed, as the last event about it says."""
    rows = {str(row.pk): row for row in licence.requests.all()}
    for key in sorted(rows.keys() | folded.requests.keys()):
        row = rows.get(key)
        said = folded.requests.get(key)
        if row is None or said is None or _different(evidence.request_facts(row), said):
            yield "request_altered", f"a request on {name} changed, came or went without an event"


def _version_problems(licence: Licence, folded: _Folded, name: str) -> Iterator[tuple[str, str]]:
    rows = {row.version: row for row in _rows(licence)}
    for number in sorted(folded.versions.keys() - rows.keys()):
        yield "version_missing", f"version {number} of {name} has events and its row is gone"
    for number in sorted(rows.keys() - folded.versions.keys()):
        yield "version_without_event", f"version {number} of {name} has no event"
    for number in sorted(rows.keys() & folded.versions.keys()):
        row = rows[number]
        wrong = _different(evidence.version_facts(row), folded.versions[number])
        if row.file_sha256 != folded.files.get(number, ""):
            wrong.append("file")
        if not _digest_fits(row):
            wrong.append("contents")
        if wrong:
            yield "version_altered", f"version {number} of {name} differs from its events in {', '.join(wrong)}"
    yield from _current_problems(licence, folded, rows, name)


def _current_problems(
    licence: Licence, folded: _Folded, rows: dict[int, LicenceVersion], name: str
) -> Iterator[tuple[str, str]]:
    if licence.version != max(folded.versions):
        yield "licence_version", f"{name} says version {licence.version}, its events {max(folded.versions)}"
    if licence.open_version != max(folded.files, default=0):
        yield "licence_version", f"{name} is open with version {licence.open_version}, its events say otherwise"
    shown = rows.get(licence.open_version or licence.version)
    if shown and (licence.valid_from, licence.valid_to) != (shown.valid_from, shown.valid_to):
        yield "licence_validity", f"{name} has other dates of validity than its version {shown.version}"
    newest = rows.get(licence.version)
    if newest and _digest_fits(newest):
        seen = content.view(licence, newest)
        if (seen.holder_name, seen.name, seen.issuer_name) != (
            licence.holder_name,
            licence.type_name,
            licence.issuer_name,
        ):
            yield "licence_names", f"{name} names another holder, type or issuer than its version {newest.version}"
        if blind_index(seen.holder_id, "licence_holder") != licence.holder_index:
            yield "licence_holder", f"{name} is held by somebody else than its version {newest.version} says"


def _rows(licence: Licence) -> Iterator[LicenceVersion]:
    """Versions one by one; contents that cannot be decrypted count as altered, they do not stop the audit."""
    for key in licence.versions.order_by("version").values_list("pk", flat=True):
        yield LicenceVersion.objects.defer("content").get(pk=key)


def _digest_fits(row: LicenceVersion) -> bool:
    try:
        return content.digest(row.spec, row.content) == row.digest
    except SecretUnreadable:
        return False


def _different(actual: dict[str, JSON], recorded: dict[str, JSON]) -> list[str]:
    return sorted(key for key, value in actual.items() if recorded.get(key) != value)


def _int(value: JSON) -> int:
    if not isinstance(value, int):
        raise TypeError("a version number")
    return value

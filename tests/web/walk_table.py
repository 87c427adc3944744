"""What every address answers to whom. A new address needs a line here; tests/web/test_walk.py fails without one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tests.web.walk_world import ADMINS, DUTIES


class For(Enum):
    """Whom an address lets in; everybody else finds nothing there, or is sent to sign in."""

    EVERYONE = "everyone"
    APPLICANTS = "applicants"  # any applicant's account
    OWNER = "owner"  # the account that acts for the applicant whose draft, case or licence it is
    DESK = "desk"  # every officer
    CASE = "case"  # officers who may see the case
    SUPERVISORS = frozenset({"supervisor", "agency_head", "government_head"})
    HEADS = frozenset({"agency_head"})
    MANAGERS = frozenset({"catalogue_manager"})
    OPERATORS = frozenset({"operator", "supervisor"})
    OWN = frozenset({*DUTIES, *ADMINS})  # what concerns the own account
    SYSTEM = frozenset({"admin-system"})
    KEEPERS = frozenset({"admin-system", "admin-security"})
    AUDIT = frozenset({"admin-audit"})
    WATCHERS = frozenset({"admin-security", "admin-audit"})
    CLERKS = frozenset({"certificate_clerk", "decision_maker", "agency_head"})
    HOLDERS = frozenset({"supervisor", "agency_head"})

    @property
    def public(self) -> bool:
        """Whether it is an address of the portal."""
        return self in (For.APPLICANTS, For.OWNER)

    @property
    def administered(self) -> bool:
        """Whether it lets administrators in."""
        return isinstance(self.value, frozenset) and bool(self.value & {*ADMINS})

    def admits(self, role: str) -> bool:
        """Whether ``role`` is let in to its own things."""
        if self is For.EVERYONE:
            return True
        if self.public:
            return role == "owner" or (role == "other" and self is For.APPLICANTS)
        return role in (self.value if isinstance(self.value, frozenset) else DUTIES)


@dataclass(frozen=True)
class Expected:
    """Statuses for who is let in, by method; ``owned``: the address names something that belongs to somebody."""

    who: For
    get: frozenset[int] = frozenset({405})
    post: frozenset[int] = frozenset({405})
    owned: bool = False


def _page(who: For, *get: int, post: int | tuple[int, ...] = 405, owned: bool = False) -> Expected:
    posted = frozenset({post} if isinstance(post, int) else post)
    return Expected(who, frozenset(get or (405,)), posted, owned or who in (For.OWNER, For.CASE))


_LATER = (302, 409)  # nothing to do now: on to the case, or told why

TABLE = {
    "healthz": _page(For.EVERYONE, 200),
    "health_live": _page(For.EVERYONE, 200),
    "health_ready": _page(For.EVERYONE, 200, 503),
    "metrics": _page(For.EVERYONE, 404),  # tests/apps open it to an address or a token
    "set_language": _page(For.EVERYONE, 302, post=302),
    "web:display": _page(For.EVERYONE, post=302),
    "web:gallery": _page(For.EVERYONE, 200, post=200),
    # --- desk ---
    "desk:work": _page(For.DESK, 200),
    "desk:sign_in": _page(For.EVERYONE, 200, 302, post=422),
    "desk:sign_in_step": _page(For.EVERYONE, 302, post=302),  # nobody is in the middle of signing in
    "desk:sign_out": _page(For.EVERYONE, post=302),
    "desk:own_sign_in": _page(For.OWN, 200),
    "desk:own_password": _page(For.OWN, 200, post=422),
    "desk:own_factor": _page(For.OWN, 200, post=422),
    "desk:own_codes": _page(For.OWN, 302, post=302),  # no codes wait
    "desk:own_looks": _page(For.OWN, 200),
    "desk:admin_home": _page(For.OWN, 302),
    "desk:accounts": _page(For.KEEPERS, 200),
    "desk:account": _page(For.KEEPERS, 200),
    "desk:account_new": _page(For.SYSTEM, 200, post=422),
    "desk:account_deed": _page(For.SYSTEM, 200, post=422),  # disabling; the others: tests/web/test_administrators.py
    "desk:admin_posts": _page(For.SYSTEM, 200),
    "desk:post_new": _page(For.SYSTEM, 200, post=422),
    "desk:sign_ins": _page(For.AUDIT, 200),
    "desk:events": _page(For.AUDIT, 200),
    "desk:looks": _page(For.AUDIT, 200),
    "desk:retention": _page(For.WATCHERS, 200),
    "desk:retention_export": _page(For.WATCHERS, post=200),
    "desk:holds": _page(For.HOLDERS, 200, post=422),
    "desk:hold_release": _page(For.HOLDERS, post=422, owned=True),  # 422: no reason given
    "desk:cases": _page(For.DESK, 200),
    "desk:search": _page(For.DESK, 302),
    "desk:hand_on_form": _page(For.DESK, 200),
    "desk:hand_on": _page(For.DESK, post=302),
    "desk:mentions": _page(For.DESK, 200),
    "desk:counts": _page(For.DESK, 200),
    "desk:remind_form": _page(For.DESK, 200),
    "desk:remind": _page(For.DESK, post=302),
    "desk:print_many": _page(For.DESK, 200),
    "desk:bulk_result": _page(For.DESK, 200, 302),  # nothing done yet: on to the list
    "desk:export": _page(For.DESK, 200, post=(200, 422)),  # 422: nothing in the list
    "desk:exports": _page(For.DESK, 200),
    "desk:export_file": _page(For.DESK, 404),  # whoever asked for it alone: tests/web/test_desk_export.py
    "desk:conditions": _page(For.DESK, 200),
    "desk:columns": _page(For.DESK, 200, post=302),
    "desk:filters": _page(For.DESK, 200),
    "desk:filter_save": _page(For.DESK, 200, post=422),
    "desk:filter_change": _page(For.DESK, post=(302, 403), owned=True),  # 403: shared by somebody else
    "desk:messages": _page(For.DESK, 200),
    "desk:templates": _page(For.DESK, 200),
    "desk:document_sample": _page(For.DESK, 200),
    "desk:document_languages": _page(For.DESK, post=(403, 409)),  # 409: in Chinese already, for the catalogue manager
    "desk:message_resend": _page(For.CASE, 200, post=422),
    "desk:case_messages": _page(For.CASE, 200),
    "desk:serving": _page(For.CASE, 200),
    "desk:serve": _page(For.CASE, 200, post=(403, 422)),  # 403: another post records service
    "desk:service_receipt": _page(For.CASE, 200),
    "desk:service_scan": _page(For.CASE, 404),  # nothing scanned: tests/web/test_serving.py
    "desk:case_power_scan": _page(For.CASE, 404),  # no agent: tests/web/test_agents.py
    "public:agent_scan": _page(For.OWNER, 404, post=422),
    "public:agency_scan": _page(For.APPLICANTS, 404),
    "public:inbox": _page(For.APPLICANTS, 200),
    "public:inbox_read": _page(For.APPLICANTS, post=302),
    "public:message_language": _page(For.APPLICANTS, post=302),
    "public:letter": _page(For.OWNER, 200),
    "public:service_address": _page(For.OWNER, 200, post=422),
    "desk:texts": _page(For.DESK, 200),
    "desk:text_new": _page(For.DESK, 200, post=422),
    "desk:text_pick": _page(For.DESK, 200),
    "desk:text": _page(For.DESK, 200, post=422, owned=True),
    "desk:text_delete": _page(For.DESK, post=(302, 403), owned=True),
    "desk:case": _page(For.CASE, 200),
    "desk:case_compare": _page(For.CASE, 200),
    "desk:case_print": _page(For.CASE, 200),
    "desk:ledger": _page(For.CASE, 200),
    "desk:chain": _page(For.CASE, 200),
    "desk:case_file_copy": _page(For.CASE, 404),  # no office file: tests/web/test_office_files.py
    "desk:case_file": _page(For.CASE, 200),
    "desk:case_document": _page(For.CASE, 200),
    "desk:licence_file": _page(For.CASE, 200),
    "desk:papers": _page(For.CASE, 200),
    "desk:withhold": _page(For.CASE, post=(403, 422)),  # 422: no ground named
    "desk:publish": _page(For.CASE, post=(403, 409)),  # 409: it is published
    "desk:paper_void": _page(For.CASE, post=(403, 422)),  # 422: no reason given
    "desk:archive": _page(For.CASE, post=(403, 409)),  # 409: the case is still open
    "desk:archive_file": _page(For.CASE, post=404),  # whoever asked for it alone: tests/web/test_desk_papers.py
    "desk:case_power": _page(For.CASE, 404),  # handed in by the applicant itself: tests/web/test_agents.py
    "desk:finding": _page(For.CASE, post=422),
    "desk:meet_material": _page(For.CASE, post=(302, 409)),
    "desk:annotate": _page(For.CASE, 302, post=(409, 422)),
    "desk:drop_point": _page(For.CASE, post=409),
    "desk:judge_point": _page(For.CASE, post=409),
    "desk:reveal": _page(For.CASE, post=(403, 404)),  # no field named; who does not handle it is refused first
    "desk:take": _page(For.CASE, post=(302, 403)),
    "desk:act": _page(For.CASE, 200, post=422),
    "desk:blanks": _page(For.CLERKS, 200),
    "desk:blank": _page(For.CLERKS, 200),
    "desk:blank_export": _page(For.CLERKS, 200),
    "desk:blank_do": _page(For.CLERKS, post=422),
    "desk:licences": _page(For.DESK, 200),
    "desk:licences_export": _page(For.DESK, post=200),
    "desk:licence": _page(For.DESK, 200, owned=True),
    "desk:licence_version": _page(For.DESK, 200, owned=True),
    "desk:licence_act": _page(For.DESK, 200, post=(403, 422), owned=True),  # who may not is told on the page
    "desk:licence_answer": _page(For.DESK, post=(403, 422), owned=True),  # 422: no reason given
    "desk:items": _page(For.DESK, 200),
    "desk:item": _page(For.DESK, 200),
    "desk:item_version": _page(For.DESK, 200),
    "desk:item_compare": _page(For.DESK, 200),
    "desk:people": _page(For.DESK, 200),
    "desk:me": _page(For.DESK, 200),
    "desk:officer": _page(For.DESK, 200, owned=True),
    "desk:officer_leave": _page(For.HEADS, 200, post=422, owned=True),
    "desk:officer_deputy": _page(For.HEADS, 200, post=422, owned=True),
    "desk:officer_move": _page(For.HEADS, 200, post=422, owned=True),
    "desk:officer_hand_over": _page(For.HEADS, post=302, owned=True),
    "desk:leave_end": _page(For.DESK, post=(302, 404), owned=True),  # 404: neither one's own nor as the head
    "desk:leave_deputy": _page(For.HEADS, 200, post=422, owned=True),
    "desk:deputy_release": _page(For.DESK, post=(302, 404), owned=True),
    "desk:delegate": _page(For.HEADS, 200, post=422),
    "desk:delegation_revoke": _page(For.DESK, post=(302, 404), owned=True),
    "desk:post_scope": _page(For.HEADS, 200, post=302, owned=True),
    "desk:rules": _page(For.DESK, 200),
    "desk:rule_new": _page(For.HEADS, 200, post=422),
    "desk:rule": _page(For.HEADS, 200, post=422, owned=True),
    "desk:rule_act": _page(For.HEADS, post=404, owned=True),
    "desk:draft_open": _page(For.MANAGERS, post=302),
    "desk:draft": _page(For.MANAGERS, 200, post=302),
    "desk:draft_autosave": _page(For.MANAGERS, post=200),
    "desk:draft_flow": _page(For.MANAGERS, post=200),
    "desk:draft_undo": _page(For.MANAGERS, post=404),  # no such change
    "desk:draft_log": _page(For.MANAGERS, 200),
    "desk:draft_check": _page(For.MANAGERS, 200),
    "desk:draft_preview": _page(For.MANAGERS, 200),
    "desk:draft_try": _page(For.MANAGERS, 200, post=200),
    "desk:draft_publish": _page(For.MANAGERS, 200, post=409),
    "desk:draft_files": _page(For.MANAGERS, 200, post=422),
    "desk:draft_discard": _page(For.MANAGERS, 200, post=409),
    "desk:version_withdraw": _page(For.MANAGERS, 200, post=422),
    "desk:version_export": _page(For.MANAGERS, 200),
    "desk:alerts": _page(For.SUPERVISORS, 200),
    "desk:alert_acknowledge": _page(For.SUPERVISORS, post=(403, 422), owned=True),
    "desk:operations": _page(For.OPERATORS, 200),
    "desk:task": _page(For.OPERATORS, 200),
    "desk:task_retry": _page(For.OPERATORS, post=302),
    # --- portal: for everyone ---
    "public:home": _page(For.EVERYONE, 200),
    "public:items": _page(For.EVERYONE, 200),
    "public:guide": _page(For.EVERYONE, 200),
    "public:guide_print": _page(For.EVERYONE, 200),
    "public:guide_qr": _page(For.EVERYONE, 200),
    "public:item_blank": _page(For.EVERYONE, 200),
    "public:item_sample": _page(For.EVERYONE, 200),
    "public:sign_in": _page(For.EVERYONE, 200, 302, post=422),
    "public:sign_out": _page(For.EVERYONE, post=302),
    "public:register": _page(For.EVERYONE, 200),
    "public:register_kind": _page(For.EVERYONE, 200, post=422),
    "public:progress": _page(For.EVERYONE, 200, post=422),
    "public:progress_case": _page(For.EVERYONE, 302),
    "public:progress_ledger": _page(For.EVERYONE, 302),
    "public:verify": _page(For.EVERYONE, 200, post=422),
    "public:verify_token": _page(For.EVERYONE, 200),
    "public:decisions": _page(For.EVERYONE, 200),
    "public:decisions_csv": _page(For.EVERYONE, 200),
    "public:decisions_json": _page(For.EVERYONE, 200),
    "public:decision": _page(For.EVERYONE, 200, 404),  # 404: the walk's document is no decision
    "public:accessibility": _page(For.EVERYONE, 200),
    "public:privacy": _page(For.EVERYONE, 200),
    # --- portal: one's own ---
    "public:apply": _page(For.APPLICANTS, 200, post=302),
    "public:account": _page(For.APPLICANTS, 200),
    "public:looks": _page(For.APPLICANTS, 200),
    "public:own_data": _page(For.APPLICANTS, 200),
    "public:own_copy": _page(For.APPLICANTS, 200),
    "public:own_copy_file": _page(For.APPLICANTS, 200),
    "public:contact": _page(For.OWNER, 200, post=422),
    "public:cases": _page(For.APPLICANTS, 200),
    "public:licences": _page(For.APPLICANTS, 200),
    "public:agents": _page(For.OWNER, 200),
    "public:agent_appoint": _page(For.OWNER, 200, post=422),
    "public:agent": _page(For.OWNER, 200),
    "public:agent_end": _page(For.OWNER, 200, post=200),  # posted without a step: the preview
    "public:agent_file": _page(For.OWNER, 404),  # made once the agent accepts: tests/web/test_agents.py
    "public:agencies": _page(For.APPLICANTS, 200),
    "public:agency_switch": _page(For.APPLICANTS, post=404),  # nobody chosen
    # Of the agent alone, who is neither of the two: tests/web/test_agents.py
    "public:agency": _page(For.APPLICANTS, 404),
    "public:agency_accept": _page(For.APPLICANTS, post=404),
    "public:agency_give_up": _page(For.APPLICANTS, 404, post=404),
    "public:agency_file": _page(For.APPLICANTS, 404),
    "public:draft": _page(For.OWNER, 200),
    "public:draft_situation": _page(For.OWNER, 200, post=200),
    "public:draft_old_licence": _page(For.OWNER, 200, post=422),
    "public:draft_move": _page(For.OWNER, post=302),
    "public:draft_discard": _page(For.OWNER, 200, post=302),
    "public:draft_page": _page(For.OWNER, 200, post=422),
    "public:draft_autosave": _page(For.OWNER, post=200),
    "public:draft_materials": _page(For.OWNER, 200),
    "public:draft_material": _page(For.OWNER, 200, post=422),
    "public:draft_remove_file": _page(For.OWNER, post=302),
    "public:draft_reuse": _page(For.OWNER, post=409),
    "public:draft_file": _page(For.OWNER, 200),
    "public:draft_file_copy": _page(For.OWNER, 404),
    "public:draft_check": _page(For.OWNER, 302, post=409),
    "public:case": _page(For.OWNER, 200),
    "public:receipt": _page(For.OWNER, 200),
    "public:receipt_qr": _page(For.OWNER, 200),
    "public:ledger": _page(For.OWNER, 200),
    "public:correction": _page(For.OWNER, *_LATER, post=_LATER),
    "public:correction_autosave": _page(For.OWNER, post=409),
    "public:clarification": _page(For.OWNER, *_LATER, post=_LATER),
    "public:case_upload": _page(For.OWNER, post=(409, 422)),
    "public:case_remove_upload": _page(For.OWNER, post=302),
    "public:case_copy": _page(For.OWNER, post=302),
    "public:withdraw": _page(For.OWNER, 200, post=409),
    "public:case_file": _page(For.OWNER, 200),
    "public:case_file_copy": _page(For.OWNER, 404),
    "public:document": _page(For.OWNER, 200),
    "public:licence": _page(For.OWNER, 200),
    "public:licence_file": _page(For.OWNER, 200),
    "public:licence_ask": _page(For.OWNER, 200, post=422),
    "public:licence_take_back": _page(For.OWNER, post=302),
}


def expected(line: Expected, role: str, method: str, *, own: bool) -> frozenset[int]:
    """The statuses that ``role`` may get: nothing of somebody else's is ever there, and nothing may break."""
    wanted = line.get if method == "GET" else line.post
    if line.who.admits(role) and (own or not line.owned):
        return wanted
    if line.who.admits(role):
        return frozenset({404}) | (wanted & {405}) | (frozenset({403}) if method == "POST" else frozenset())
    return _closed(line, role) | (wanted & {405})


def _closed(line: Expected, role: str) -> frozenset[int]:
    """The answer at a door that is not ``role``'s."""
    if role == "anonymous":
        return frozenset({302})  # to sign in
    if line.who.public:
        return frozenset({404}) if role == "other" else frozenset({403})
    return frozenset({404}) if role in ("owner", "other") else frozenset({403})

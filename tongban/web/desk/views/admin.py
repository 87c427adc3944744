"""The system and the security administrator: accounts and posts. Neither makes a working account alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from tongban.accounts import queries as accounts
from tongban.accounts import services
from tongban.core.administrators import ALLOWED, SOURCE, AdminVerb, check_may
from tongban.core.errors import NotFound, gettext_noop
from tongban.core.numbers import page_number
from tongban.records.secrets import decrypt, encrypt
from tongban.web import navigation
from tongban.web.desk import admin_forms as forms
from tongban.web.desk import wording
from tongban.web.desk.access import DeskRequest, admin_page, own_page, show_page
from tongban.web.desk.taking import TakingForm, attempt

_SHOWN_ONCE = "first-password"


@require_safe
@own_page()
def home(request: DeskRequest) -> HttpResponse:
    """The first page of whoever asks: each administrator's own, and the work list for officers."""
    role = request.actor.role
    return redirect(navigation.ADMIN[role][0][2] if role else "desk:work")


@require_safe
@admin_page(AdminVerb.READ_ACCOUNTS)
def accounts_list(request: DeskRequest) -> HttpResponse:
    """Accounts of officers and administrators, by user name."""
    form = forms.AccountFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    found = accounts.accounts(
        now=request.now,
        search=asked.get("q", "").strip(),
        state=asked.get("state", ""),
        role=asked.get("role", ""),
        page=page_number(request.GET.get("page")),
    )
    context = {"form": form, "found": found, "roles": wording.ADMIN_ROLE, "may_create": _may(request, "create_account")}
    return show_page(request, "desk/admin/accounts.html", context, nav="accounts")


def _may(request: DeskRequest, verb: str) -> bool:
    return request.actor.role in ALLOWED[AdminVerb(verb)]


@require_http_methods(["GET", "POST"])
@admin_page(AdminVerb.CREATE_ACCOUNT)
def new_account(request: DeskRequest) -> HttpResponse:
    """An account without power; the security administrator gives the first password and the posts."""
    form = forms.AccountForm(request.POST if request.method == "POST" else None)
    made: list[int] = []

    def act(data: dict[str, Any]) -> None:
        made.append(services.create_account(actor=request.actor, now=request.now, **data))

    page = _Page(
        title=_("New account"),
        button=_("Create the account"),
        back=reverse("desk:accounts"),
        note=_("It has no password and no post yet: the security administrator gives both. Neither does it alone."),
        done=_("The account is made. Ask the security administrator for a first password and the post."),
    )
    return _form(request, form, act, page, lambda: reverse("desk:account", args=made))


@require_safe
@admin_page(AdminVerb.READ_POSTS)
def posts(request: DeskRequest) -> HttpResponse:
    """Every post, with who holds it."""
    return show_page(request, "desk/admin/posts.html", {"rows": accounts.all_posts(request.now)}, nav="posts")


@require_http_methods(["GET", "POST"])
@admin_page(AdminVerb.CREATE_POST)
def new_post(request: DeskRequest) -> HttpResponse:
    """A post that nobody holds yet."""
    form = forms.PostForm(request.POST if request.method == "POST" else None)
    page = _Page(
        title=_("New post"),
        button=_("Create the post"),
        back=reverse("desk:admin_posts"),
        note=_("Nobody holds it yet: the security administrator gives posts to officers."),
        done=_("The post is made."),
    )
    return _form(
        request,
        form,
        lambda data: services.create_post(actor=request.actor, now=request.now, **data),
        page,
        lambda: reverse("desk:admin_posts"),
    )


@require_safe
@admin_page(AdminVerb.READ_ACCOUNTS)
def account(request: DeskRequest, account: int) -> HttpResponse:
    """One account, with what the reader may do to it. Looking is noted for its owner."""
    found = accounts.account(account, request.now)
    services.note_account(actor=request.actor, what=services.What.ACCOUNT, account=account, now=request.now)
    own = str(account) == request.actor.id
    context = {
        "account": found,
        "own": own,
        "role": wording.ADMIN_ROLE.get(found.role, ""),
        "deeds": [] if own else [item for item in DEEDS.values() if _offered(request, item, found)],
        "password": _once(request, account),
        "law": SOURCE,
    }
    return show_page(request, "desk/admin/account.html", context, nav="accounts")


def _once(request: DeskRequest, account: int) -> str:
    """The first password that was just made for this account; shown this once."""
    kept = request.session.get(_SHOWN_ONCE)
    if not kept or kept["account"] != account:
        return ""
    del request.session[_SHOWN_ONCE]
    return decrypt(kept["text"])


@dataclass(frozen=True)
class Deed:
    """Something done to an account: its verb, its form, what its button says, and when it makes sense."""

    key: str
    verb: AdminVerb
    title: str | Promise
    note: str | Promise
    done: str | Promise
    form: type[forms.DeedForm] = forms.DeedForm
    fits: Callable[[accounts.AccountView], bool] = lambda account: True


def _deeds(*rows: Deed) -> dict[str, Deed]:
    return {row.key: row for row in rows}


DEEDS = _deeds(
    Deed(
        "disable",
        AdminVerb.DISABLE_ACCOUNT,
        gettext_lazy("Disable the account"),
        gettext_lazy("Nobody signs in with it any more, and open sessions end at once. What it did stays on record."),
        gettext_lazy("The account is disabled."),
        fits=lambda account: account.active,
    ),
    Deed(
        "enable",
        AdminVerb.ENABLE_ACCOUNT,
        gettext_lazy("Open the account again"),
        gettext_lazy("It has the password and the posts it had."),
        gettext_lazy("The account is open again."),
        fits=lambda account: not account.active,
    ),
    Deed(
        "password",
        AdminVerb.FIRST_PASSWORD,
        gettext_lazy("Give a first password"),
        gettext_lazy("A random password is shown to you once; the officer changes it at the next sign-in."),
        gettext_lazy("Hand the password over on a safe way."),
    ),
    Deed(
        "second-factor",
        AdminVerb.RESET_FACTOR,
        gettext_lazy("Reset the second factor"),
        gettext_lazy("For a lost phone, after you have made sure whose account it is. Recovery codes end with it."),
        gettext_lazy("The second factor is reset."),
        fits=lambda account: account.factor_since is not None,
    ),
    Deed(
        "unlock",
        AdminVerb.UNLOCK,
        gettext_lazy("Unlock the account"),
        gettext_lazy("It was closed by wrong tries and opens by itself after fifteen minutes."),
        gettext_lazy("The account is unlocked."),
        fits=lambda account: account.locked,
    ),
    Deed(
        "grant-post",
        AdminVerb.GRANT_POST,
        gettext_lazy("Give a post"),
        gettext_lazy("The officer has the duties of the post from the first day on."),
        gettext_lazy("The post is given."),
        forms.GrantPostForm,
        fits=lambda account: not account.role,
    ),
    Deed(
        "end-post",
        AdminVerb.END_POST,
        gettext_lazy("End a post"),
        gettext_lazy("From now on. Open cases stay assigned until the department's head hands them over."),
        gettext_lazy("The post has ended."),
        forms.EndPostForm,
        fits=lambda account: bool(account.posts),
    ),
    Deed(
        "grant-role",
        AdminVerb.GRANT_ROLE,
        gettext_lazy("Make an administrator"),
        gettext_lazy("One of the three roles; the account handles no cases then and can hold no post."),
        gettext_lazy("The account is an administrator now."),
        forms.GrantRoleForm,
        fits=lambda account: not account.role and not account.posts,
    ),
    Deed(
        "end-role",
        AdminVerb.END_ROLE,
        gettext_lazy("End the role"),
        gettext_lazy("The account is an officer's without a post then."),
        gettext_lazy("The role has ended."),
        fits=lambda account: bool(account.role),
    ),
)


def _offered(request: DeskRequest, item: Deed, account: accounts.AccountView) -> bool:
    return _may(request, item.verb) and item.fits(account)


@require_http_methods(["GET", "POST"])
@admin_page(AdminVerb.READ_ACCOUNTS)
def deed(request: DeskRequest, account: int, deed: str) -> HttpResponse:
    """Do one thing to an account, with a reason."""
    item = DEEDS.get(deed)
    if item is None:
        raise NotFound(gettext_noop("There is no such page."), remedy=gettext_noop("Go back to the account."))
    check_may(request.actor.role, item.verb)
    found = accounts.account(account, request.now)
    form = item.form(request.POST if request.method == "POST" else None, account=found, now=request.now)
    back = reverse("desk:account", args=[account])
    page = _Page(
        title=f"{item.title}: {found.name}",
        button=str(item.title),
        back=back,
        note=str(item.note),
        done=str(item.done),
    )
    return _form(request, form, lambda data: _do(request, item, account, data), page, lambda: back)


def _do(request: DeskRequest, item: Deed, account: int, data: dict[str, Any]) -> None:
    shared: dict[str, Any] = {"account": account, "actor": request.actor, "now": request.now, **data}
    if item.verb in (AdminVerb.DISABLE_ACCOUNT, AdminVerb.ENABLE_ACCOUNT):
        services.set_active(active=item.verb is AdminVerb.ENABLE_ACCOUNT, **shared)
    elif item.verb is AdminVerb.FIRST_PASSWORD:
        text = services.first_password(**shared)
        request.session[_SHOWN_ONCE] = {"account": account, "text": encrypt(text)}
    else:
        _SERVICES[item.verb](**shared)


_SERVICES: dict[AdminVerb, Callable[..., object]] = {
    AdminVerb.RESET_FACTOR: services.reset_factor,
    AdminVerb.UNLOCK: services.unlock,
    AdminVerb.GRANT_POST: services.grant_post,
    AdminVerb.END_POST: services.end_post,
    AdminVerb.GRANT_ROLE: services.grant_role,
    AdminVerb.END_ROLE: services.end_role,
}


@dataclass(frozen=True)
class _Page:
    """What the page around a form says."""

    title: str
    button: str
    back: str
    note: str
    done: str


def _form(
    request: DeskRequest,
    form: TakingForm,
    act: Callable[[dict[str, Any]], object],
    page: _Page,
    onward: Callable[[], str],
) -> HttpResponse:
    """GET shows the form; POST does it and goes on, or shows what is wrong with everything kept."""
    status = attempt(request, form, act)
    if status is None:
        messages.success(request, page.done)
        return redirect(onward())
    context = {
        "form": form,
        "title": page.title,
        "button": page.button,
        "back": page.back,
        "note": page.note,
        "has_errors": form.errors,
    }
    return show_page(request, "desk/people/form.html", context, nav="accounts", status=status)

"""Addresses of the three administrators."""

from __future__ import annotations

from django.urls import path

from tongban.web.desk.views import admin, audit, retention

urlpatterns = [
    path("admin/", admin.home, name="admin_home"),
    path("admin/accounts/", admin.accounts_list, name="accounts"),
    path("admin/accounts/new/", admin.new_account, name="account_new"),
    path("admin/accounts/<int:account>/", admin.account, name="account"),
    path("admin/accounts/<int:account>/<slug:deed>/", admin.deed, name="account_deed"),
    path("admin/posts/", admin.posts, name="admin_posts"),
    path("admin/posts/new/", admin.new_post, name="post_new"),
    path("admin/sign-ins/", audit.sign_ins, name="sign_ins"),
    path("admin/events/", audit.events, name="events"),
    path("admin/looks/", audit.looks, name="looks"),
    path("admin/retention/", retention.retention, name="retention"),
    path("admin/retention/export/", retention.export, name="retention_export"),
    path("holds/", retention.holds, name="holds"),
    path("holds/<int:hold>/release/", retention.release, name="hold_release"),
]

"""What should be going on: web server, worker, tasks, seals, calendar, mail, backups."""

from __future__ import annotations

import http.client
import json
import os
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from tongban.calendars import queries as calendars
from tongban.core.dates import legal_date
from tongban.core.errors import Invalid, gettext_noop
from tongban.gateways import antivirus as antivirus_gateway
from tongban.gateways import mail as mail_gateway
from tongban.gateways import office as office_gateway
from tongban.gateways import sms as sms_gateway
from tongban.messaging.templates import templates
from tongban.operations import backup as backups
from tongban.operations import probes
from tongban.operations.outcome import Result, bad, poor, well
from tongban.outbox import queries as outbox
from tongban.records import queries as records
from tongban.records.services.seals import export_path

SOCKET = "/run/tongban/web.sock"
WEB_SECONDS = 5
LATE_TASK = timedelta(minutes=10)
CALENDAR_WARNING = timedelta(days=60)
BACKUP_POOR, BACKUP_BAD = timedelta(hours=26), timedelta(hours=72)


def web(now: datetime) -> Iterator[Result]:
    """The web server answers, and runs the program that lies here."""
    try:
        answer = _ask_web()
    except (OSError, http.client.HTTPException, ValueError) as error:
        yield bad(
            "web",
            gettext_noop("The web server does not answer (%(why)s)."),
            gettext_noop("systemctl status tongban-web; journalctl -u tongban-web. WEB_ADDRESS names another place."),
            why=type(error).__name__,
        )
        return
    if (theirs := str(answer.get("release", ""))) != settings.RELEASE:
        yield bad(
            "web",
            gettext_noop("The web server runs the program %(theirs)s, here lies %(ours)s."),
            gettext_noop("systemctl restart tongban-web"),
            theirs=theirs or "?",
            ours=settings.RELEASE,
        )
    else:
        yield well("web", gettext_noop("The web server answers and runs this program."))


def _ask_web() -> dict[str, object]:
    """``/health/ready`` as told to this machine."""
    address = os.environ.get("WEB_ADDRESS") or (SOCKET if Path(SOCKET).exists() else "")
    link = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=WEB_SECONDS)
    if address.startswith("/"):
        link.sock = socket.socket(socket.AF_UNIX)
        link.sock.settimeout(WEB_SECONDS)
        link.sock.connect(address)
    elif address:
        host, _, port = address.rpartition(":")
        link = http.client.HTTPConnection(host, int(port), timeout=WEB_SECONDS)
    name = settings.ALLOWED_HOSTS[0].lstrip(".") if settings.ALLOWED_HOSTS else "localhost"
    try:
        link.request("GET", "/health/ready", headers={"Host": name, "X-Forwarded-Proto": "https"})
        found: dict[str, object] = json.loads(link.getresponse().read())
        return found
    finally:
        link.close()


def worker(now: datetime) -> Iterator[Result]:
    """A worker lives, and runs the program that lies here."""
    alive = [item for item in outbox.workers(now) if item.alive]
    if not alive:
        yield bad(
            "worker",
            gettext_noop("No worker has reported in the last half minute: no document, mail or seal is made."),
            gettext_noop("systemctl start tongban-worker; journalctl -u tongban-worker says why it stopped."),
        )
        return
    others = [item for item in alive if item.release != settings.RELEASE]
    for item in others:
        yield bad(
            "worker",
            gettext_noop("The worker %(name)s runs the program %(theirs)s, here lies %(ours)s."),
            gettext_noop("systemctl restart tongban-worker"),
            name=item.name,
            theirs=item.release,
            ours=settings.RELEASE,
        )
    if not others:
        yield well("worker", gettext_noop("%(count)d workers live and run this program."), count=len(alive))


def tasks(now: datetime) -> Iterator[Result]:
    """Background work is done in time."""
    summary = outbox.summary(now)
    if summary.dead:
        yield poor(
            "tasks",
            gettext_noop("%(count)d background tasks have failed for good."),
            gettext_noop("`tongban tasks dead` says why; mend the cause, then `tongban tasks retry --all`."),
            count=summary.dead,
        )
    if summary.oldest_due and now - summary.oldest_due > LATE_TASK:
        yield bad(
            "tasks",
            gettext_noop("Background work has waited for %(minutes)d minutes."),
            gettext_noop("Look whether the worker lives; if it does, start another or raise --concurrency."),
            minutes=(now - summary.oldest_due) // timedelta(minutes=1),
        )
    elif not summary.dead:
        yield well("tasks", gettext_noop("Background work is done in time."))


def seals(now: datetime) -> Iterator[Result]:
    """Evidence is sealed and exported."""
    since = records.unsealed_since()
    last = records.seals(1)
    if since is not None and now - since > probes.SEAL_WAIT:
        yield bad(
            "seals",
            gettext_noop("Events have waited for a seal since %(since)s."),
            gettext_noop("Look at `tongban tasks dead` and at SEAL_KEY_FILE; `tongban seal` takes one at once."),
            since=f"{since:%Y-%m-%d %H:%M}Z",
        )
    if not os.access(settings.SEAL_EXPORT_DIR, os.W_OK) or (last and not export_path(last[0].number).exists()):
        yield bad(
            "seals",
            gettext_noop("Seals are not exported to %(place)s."),
            gettext_noop("Give the directory to the service's user; the next seal writes what is missing."),
            place=settings.SEAL_EXPORT_DIR,
        )
    elif since is None or now - since <= probes.SEAL_WAIT:
        yield well("seals", gettext_noop("Evidence is sealed and exported."))


def calendar(now: datetime) -> Iterator[Result]:
    """The published working days reach far enough."""
    coverage = calendars.coverage()
    firm = coverage.last
    if coverage.fictitious_from:
        firm = min(firm, coverage.fictitious_from - timedelta(days=1))
    left = firm - legal_date(now)
    text = gettext_noop("Working days are published until %(day)s; later dates are provisional.")
    remedy = gettext_noop("Load the State Council's notice as soon as it is out: tongban calendar load FILE.")
    if left <= timedelta(0):
        yield bad("calendar", text, remedy, day=firm)
    elif left < CALENDAR_WARNING:
        yield poor("calendar", text, remedy, day=firm)
    else:
        yield well("calendar", text, day=firm)


def mail(now: datetime) -> Iterator[Result]:
    """Notices can leave the house."""
    try:
        mail_gateway.probe()
    except mail_gateway.MailDeferred as error:
        yield bad(
            "mail",
            gettext_noop("Mail cannot be handed over: %(why)s."),
            gettext_noop("Look at MAIL_URL, the firewall and the mail server; notices wait and are sent later."),
            why=str(error)[:200],
        )
    else:
        yield well("mail", gettext_noop("Mail can be handed over."))


def sms(now: datetime) -> Iterator[Result]:
    """Short messages can leave the house, where they are set up, and the texts of all messages can be read."""
    try:
        templates()
    except Invalid as error:
        yield bad(
            "sms",
            gettext_noop("The texts of messages are wrong: %(why)s"),
            gettext_noop("Correct the file that MESSAGE_TEMPLATES_FILE names, or leave the setting empty."),
            why=str(error)[:300],
        )
        return
    try:
        sms_gateway.probe()
    except sms_gateway.SmsDeferred as error:
        yield bad(
            "sms",
            gettext_noop("Short messages cannot be handed over: %(why)s."),
            gettext_noop("Look at SMS_URL, the firewall and the gateway; messages wait and are sent later."),
            why=str(error)[:200],
        )
    else:
        if sms_gateway.configured():
            yield well("sms", gettext_noop("Short messages can be handed over."))
        else:
            yield well("sms", gettext_noop("Short messages are not set up; people are told by inbox and mail."))


def antivirus(now: datetime) -> Iterator[Result]:
    """Uploads are scanned, and can be taken."""
    answers = antivirus_gateway.answers()
    if answers:
        yield well("antivirus", gettext_noop("The virus scanner answers."))
    elif answers is None:
        yield poor(
            "antivirus",
            gettext_noop("Uploads are not scanned for viruses."),
            gettext_noop("Install clamd and name its socket in ANTIVIRUS_URL."),
        )
    else:
        yield bad(
            "antivirus",
            gettext_noop("The virus scanner does not answer, so no upload is taken."),
            gettext_noop("Start clamd, or correct ANTIVIRUS_URL."),
        )


def office(now: datetime) -> Iterator[Result]:
    """Office files can be read at the desk, and what reads them cannot reach the network."""
    if not office_gateway.available():
        yield poor(
            "office",
            gettext_noop("Office files (DOCX, XLSX …) cannot be converted for reading: %(name)s is not here."),
            gettext_noop("apt-get install --no-install-recommends %(packages)s fonts-noto-cjk; what waits follows."),
            name=settings.OFFICE_CONVERTER,
            packages=" ".join(office_gateway.PACKAGES),
        )
    elif not office_gateway.offline():
        yield poor(
            "office",
            gettext_noop("The converter of office files runs with a network here."),
            gettext_noop(
                "Allow user name spaces (sysctl user.max_user_namespaces), or cut the worker off the internet."
            ),
        )
    else:
        yield well("office", gettext_noop("Office files are converted for reading, without a network."))


def backup(now: datetime) -> Iterator[Result]:
    """There is a backup of today, not beside the data it is to save."""
    if not settings.BACKUP_DIR:
        yield poor(
            "backup",
            gettext_noop("Nobody knows where backups lie."),
            gettext_noop("Set BACKUP_DIR to a directory on another disk and enable tongban-backup.timer."),
        )
        return
    place = Path(settings.BACKUP_DIR)
    found = backups.latest(place)
    remedy = gettext_noop("systemctl status tongban-backup; `tongban backup` makes one now.")
    if found is None:
        yield bad("backup", gettext_noop("There is no finished backup in %(place)s."), remedy, place=place)
        return
    hours = (now - found[1].at) // timedelta(hours=1)
    text = gettext_noop("The last backup is %(hours)d hours old.")
    if hours > BACKUP_BAD / timedelta(hours=1):
        yield bad("backup", text, remedy, hours=hours)
    elif hours > BACKUP_POOR / timedelta(hours=1):
        yield poor("backup", text, remedy, hours=hours)
    else:
        yield well("backup", text, hours=hours)
    if found[1].missing:
        yield bad(
            "backup",
            gettext_noop("The last backup lacks %(count)d stored files, which were gone or altered."),
            gettext_noop("`tongban files verify` names them; take them from an earlier backup."),
            count=len(found[1].missing),
        )
    if place.stat().st_dev == Path(settings.MEDIA_ROOT).stat().st_dev:
        yield poor(
            "backup",
            gettext_noop("Backups lie on the disk they are to save from."),
            gettext_noop("Mount another disk at BACKUP_DIR, or copy every backup to another machine."),
        )

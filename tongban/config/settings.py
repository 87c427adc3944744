"""All settings, read from the environment.

``TONGBAN_MODE=demo`` gives safe defaults for one machine: SQLite and files under ``var/``, secrets made once and
kept in ``var/keys/``, mail written to files. Anything else is production: a start with missing or unsafe
settings is refused, and the refusal names every one of them with its remedy. docs/operations.md lists them all.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from tongban.config import environment as env
from tongban.config.release import release
from tongban.core.actors import Duty
from tongban.core.administrators import AdminRole
from tongban.gateways.antivirus.clamd import address_of
from tongban.gateways.seal import check_address

PACKAGE_DIR = Path(__file__).resolve().parents[1]
BASE_DIR = PACKAGE_DIR.parent
RELEASE = release(PACKAGE_DIR)
_environment = env.Environment(os.environ)
MODE = _environment.text("TONGBAN_MODE", "production")
DEMO = MODE == "demo"
if MODE not in {"demo", "production"}:
    _environment.problem("TONGBAN_MODE", f"{MODE!r} is unknown", "Write production, or demo on a developer's machine")

# --- where things are kept -------------------------------------------------------------------------------------
VAR_DIR = Path(_environment.text("TONGBAN_VAR_DIR", str(BASE_DIR / "var"))).absolute()
_keys = VAR_DIR / "keys"


def _secret(name: str, file_name: str, remedy: str, make: Any = env.new_key) -> str:
    """A secret from the environment; in demo mode one that was made on the first start."""
    if DEMO and not _environment.text(name) and not _environment.text(f"{name}_FILE"):
        return env.kept(_keys / file_name, make)
    return _environment.secret(name, remedy)


def _directory(name: str, default: str, remedy: str) -> str:
    """A directory from the environment; in demo mode one under ``var/``."""
    if DEMO and not _environment.text(name):
        folder = VAR_DIR / default
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)
    return _environment.directory(name, remedy)


_FRESH = "`tongban settings new` prints a complete file with fresh ones"
SECRET_KEY = _secret("SECRET_KEY", "secret-key", _FRESH, lambda: secrets.token_urlsafe(64))
if SECRET_KEY and (len(SECRET_KEY) < env.SECRET_MIN_LENGTH or len(set(SECRET_KEY)) < 10):
    _environment.problem("SECRET_KEY", f"is guessable or shorter than {env.SECRET_MIN_LENGTH} characters", _FRESH)

FIELD_KEYS: dict[str, bytes] = {}
_field_keys = _secret("FIELD_KEYS", "field-keys", _FRESH, lambda: f"k1:{env.new_key()}")
try:
    FIELD_KEYS = env.parse_field_keys(_field_keys)
except ValueError as error:
    _environment.problem("FIELD_KEYS", str(error), "Write id:base64-of-32-bytes, several separated by commas")

INDEX_KEY = b""
_index_key = _secret("INDEX_KEY", "index-key", _FRESH)
try:
    INDEX_KEY = env.decode_key(_index_key) if _index_key else b""
except ValueError as error:
    _environment.problem("INDEX_KEY", str(error), "Write 32 random bytes in base64")

MEDIA_ROOT = _directory("MEDIA_ROOT", "files", "Name the directory for applicants' files, outside the web root")
if MEDIA_ROOT and Path(MEDIA_ROOT).is_relative_to(PACKAGE_DIR):
    _environment.problem("MEDIA_ROOT", "lies inside the program", "Name a directory of its own")
SEALS_URL = _environment.text("SEALS_URL", "")
SEALS_KEY_ID = _environment.text("SEALS_KEY_ID", "")
SEALS_SECRET = _environment.optional_secret("SEALS_SECRET")
SEALS_ROOTS_FILE = _environment.text("SEALS_ROOTS_FILE", "")
try:
    if SEALS_URL:
        check_address(SEALS_URL)
except ValueError as error:
    _environment.problem("SEALS_URL", str(error), "Write file:///etc/tongban/seals or https://host/path")
if SEALS_URL.startswith("http") and not (SEALS_KEY_ID and SEALS_SECRET and SEALS_ROOTS_FILE):
    _environment.problem(
        "SEALS_URL", "names a platform", "Name SEALS_KEY_ID, SEALS_SECRET and SEALS_ROOTS_FILE as well"
    )
SEAL_EXPORT_DIR = _directory("SEAL_EXPORT_DIR", "seals", "Name the directory seals are published to")
if DEMO:
    SEAL_KEY_FILE = _environment.text("SEAL_KEY_FILE", str(_keys / "seal.pem"))
    TEST_CA_DIR = _environment.text("TEST_CA_DIR", str(VAR_DIR / "test-ca"))
    SIGNING_KEY_FILE = _environment.text("SIGNING_KEY_FILE")
    SIGNING_CERT_FILE = _environment.text("SIGNING_CERT_FILE")
else:
    _HOW = "`tongban settings new` tells how to make it"
    SEAL_KEY_FILE = _environment.readable("SEAL_KEY_FILE", f"Name the file of the seals' Ed25519 key; {_HOW}")
    SIGNING_KEY_FILE = SIGNING_CERT_FILE = ""
    if not SEALS_URL or _environment.text("SIGNING_KEY_FILE"):  # seals kept elsewhere need no key here
        SIGNING_KEY_FILE = _environment.readable("SIGNING_KEY_FILE", "Name the electronic seal's key (PEM or PKCS #12)")
        if Path(SIGNING_KEY_FILE).suffix not in {".p12", ".pfx"}:
            _WHICH = "Name the PEM file of its certificate and chain"
            SIGNING_CERT_FILE = _environment.readable("SIGNING_CERT_FILE", _WHICH)
    TEST_CA_DIR = ""
SIGNING_KEY_PASSWORD = _environment.optional_secret("SIGNING_KEY_PASSWORD")

# --- who and where ---------------------------------------------------------------------------------------------
if DEMO:
    ALLOWED_HOSTS = _environment.words("ALLOWED_HOSTS") or ["127.0.0.1", "localhost", "[::1]", "testserver"]
    PUBLIC_BASE_URL = _environment.text("PUBLIC_BASE_URL", f"http://127.0.0.1:{_environment.text('PORT', '8000')}")
    AUTHORITY_NAME = _environment.text("AUTHORITY_NAME", "滨海新区（示例）")
else:
    _environment.required("ALLOWED_HOSTS", "List the host names of the site, separated by commas")
    ALLOWED_HOSTS = _environment.words("ALLOWED_HOSTS")
    if "*" in ALLOWED_HOSTS:
        _environment.problem("ALLOWED_HOSTS", "admits every host (*)", "List the host names of the site")
    PUBLIC_BASE_URL = _environment.required("PUBLIC_BASE_URL", "Write the address people use: https://host")
    if PUBLIC_BASE_URL and urlsplit(PUBLIC_BASE_URL).scheme != "https":
        _environment.problem("PUBLIC_BASE_URL", "is not an https address", "Write https://host")
    AUTHORITY_NAME = _environment.required("AUTHORITY_NAME", "Name the district as the masthead shows it")
PUBLIC_BASE_URL = PUBLIC_BASE_URL.rstrip("/")

DEBUG = DEMO and _environment.flag("DEBUG", False)
if not DEMO and _environment.flag("DEBUG", False):
    _environment.problem("DEBUG", "is on, which shows data and settings to visitors", "Leave it out")

# --- database --------------------------------------------------------------------------------------------------
_sqlite_url = f"sqlite:///{VAR_DIR / 'tongban.sqlite3'}"
if DEMO:
    _database_url = _environment.text("DATABASE_URL", _sqlite_url)
else:
    _database_url = _environment.secret("DATABASE_URL", "Write postgres://user:password@host:5432/name")
DATABASES: dict[str, dict[str, Any]] = {}
try:
    if _database_url:
        _age = _environment.whole_number("DATABASE_CONN_MAX_AGE", 600)
        DATABASES["default"] = env.parse_database_url(_database_url, max_age=_age)
except ValueError as error:
    _environment.problem("DATABASE_URL", str(error), "Write postgres://user:password@host:5432/name")
if DEMO and DATABASES and "sqlite" in DATABASES["default"]["ENGINE"]:
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- mail ------------------------------------------------------------------------------------------------------
if DEMO:
    _mail_url = _environment.text("MAIL_URL", f"file://{VAR_DIR / 'mail'}")
    DEFAULT_FROM_EMAIL = _environment.text("MAIL_FROM", "no-reply@tongban.example")
else:
    _mail_url = _environment.secret("MAIL_URL", "Write smtp://user:password@host:587, or file:///directory")
    DEFAULT_FROM_EMAIL = _environment.required("MAIL_FROM", "Write the sender's address of notices")
MAIL_FILE_DIR = ""
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = "", 25, "", ""
EMAIL_USE_TLS, EMAIL_USE_SSL, EMAIL_TIMEOUT = False, False, 20
try:
    if _mail_url:
        globals().update(env.parse_mail_url(_mail_url))
except ValueError as error:
    _environment.problem("MAIL_URL", str(error), "Write smtp://user:password@host:587")

# --- short messages --------------------------------------------------------------------------------------------
_sms_url = _environment.text("SMS_URL", f"file://{VAR_DIR / 'sms'}" if DEMO else "")
SMS_FILE_DIR, SMS_GATEWAY_URL = "", ""
try:
    SMS_FILE_DIR, SMS_GATEWAY_URL = env.parse_sms_url(_sms_url)
except ValueError as error:
    _environment.problem("SMS_URL", str(error), "Write https://host/path, file:///directory, or leave it empty")
SMS_KEY_ID, SMS_SECRET = _environment.text("SMS_KEY_ID"), _environment.optional_secret("SMS_SECRET")
SMS_SIGN_NAME = _environment.text("SMS_SIGN_NAME", "示例政务服务" if DEMO else "")
SMS_TIMEOUT = _environment.whole_number("SMS_TIMEOUT", 10, least=1)
SMS_MOST_A_DAY = _environment.whole_number("SMS_MOST_A_DAY", 10, least=1)
if SMS_GATEWAY_URL and not (SMS_KEY_ID and SMS_SECRET and SMS_SIGN_NAME):
    _fault = "needs SMS_KEY_ID, SMS_SECRET and SMS_SIGN_NAME beside it"
    _environment.problem("SMS_URL", _fault, "Copy them from the contract with the carrier")
MESSAGE_TEMPLATES_FILE = _environment.text("MESSAGE_TEMPLATES_FILE")  # empty: the templates that ship

# --- apps and requests -----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "django_htmx",
    "django_tasks",
    "tongban.outbox",
    "tongban.records",
    "tongban.calendars",
    "tongban.documents",
    "tongban.messaging",
    "tongban.accounts",
    "tongban.catalogue",
    "tongban.licences",
    "tongban.cases",
    "tongban.oversight",
    "tongban.retention",
    "tongban.web",
]
MIDDLEWARE = [
    "tongban.config.middleware.ClientAddress",
    "tongban.web.observing.Observed",
    "tongban.config.middleware.BrowserLimits",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "tongban.web.sessions.KeptCookie",
    "tongban.web.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tongban.web.idle.IdleTimeout",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tongban.web.middleware.ReadableAddress",
    "tongban.web.middleware.FormAddress",
    "tongban.web.middleware.DomainErrors",
]
CSRF_FAILURE_VIEW = "tongban.web.errors.csrf_failure"
ROOT_URLCONF = "tongban.config.urls"
WSGI_APPLICATION = "tongban.config.wsgi.application"
APPEND_SLASH = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": sorted(PACKAGE_DIR.glob("web/*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tongban.web.context.screen",
            ],
        },
    },
]

# --- people ----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = _environment.whole_number("SESSION_SECONDS", 8 * 3600, least=300)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEMO

# What officers and administrators meet when they sign in; GB/T 22239-2019, 8.1.4.1 asks for a complexity, regular
# change, an end of idle sessions and two factors, and names no numbers: docs/operations.md says where these are from.
PASSWORD_MIN_LENGTH = _environment.whole_number("PASSWORD_MIN_LENGTH", 10, least=8)
PASSWORD_CLASSES = _environment.whole_number("PASSWORD_CLASSES", 3, least=1)
if PASSWORD_CLASSES > env.PASSWORD_CLASSES_MOST:
    _environment.problem("PASSWORD_CLASSES", f"{PASSWORD_CLASSES} is more than there are", "Write 1 to 4")
PASSWORD_HISTORY = _environment.whole_number("PASSWORD_HISTORY", 5)
PASSWORD_DAYS = _environment.whole_number("PASSWORD_DAYS", 0 if DEMO else 90)
DESK_IDLE_MINUTES = _environment.whole_number("DESK_IDLE_MINUTES", 30, least=1)
ONE_SESSION = _environment.flag("ONE_SESSION", False)
#: Who needs a second factor: duties of posts, the administrators' roles, or ``all``.
SECOND_FACTOR_FOR = frozenset(
    _environment.words("SECOND_FACTOR_FOR") or ([] if DEMO else ["system", "security", "audit"])
)
if _unknown := SECOND_FACTOR_FOR - {"all", "none", *AdminRole, *Duty}:
    _fault = f"{', '.join(sorted(_unknown))}: no such role"
    _environment.problem("SECOND_FACTOR_FOR", _fault, f"Write all, none, or of {' '.join([*AdminRole, *Duty])}")
#: Days that sign-ins and looks at people's data are kept; the Cybersecurity Law asks for six months of logs.
ACCESS_LOG_DAYS = _environment.whole_number("ACCESS_LOG_DAYS", 1095, least=184)
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- transport and content policy ------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = not DEMO
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^health/(live|ready)$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if DEMO else _environment.whole_number("HSTS_SECONDS", 31_536_000)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
# Own pages frame own documents where scripts are off (W019); HSTS for sub-domains and preloading would bind
# hosts this site does not own (W005, W021).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W019", "security.W021"]
CSRF_TRUSTED_ORIGINS = [] if DEMO else [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS if host != "*"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
        "worker-src": [SELF, "blob:"],
        # The document viewer decodes scans with WebAssembly from our own host; text is never run as code.
        "script-src": [SELF, "'wasm-unsafe-eval'"],
    },
}

# --- virus scanner --------------------------------------------------------------------------------------------
ANTIVIRUS_URL = _environment.text("ANTIVIRUS_URL", "none")
try:
    if ANTIVIRUS_URL != "none":
        address_of(ANTIVIRUS_URL)
except ValueError as error:
    _environment.problem("ANTIVIRUS_URL", str(error), "Write none, clamd:///run/clamav/clamd.ctl or clamd://host:3310")

# --- office files -----------------------------------------------------------------------------------------------
#: The program that turns office files into PDF, or none.
OFFICE_CONVERTER = _environment.text("OFFICE_CONVERTER", "soffice")

# --- uploads ---------------------------------------------------------------------------------------------------
MAX_UPLOAD_BYTES = _environment.whole_number("MAX_UPLOAD_BYTES", 20 * 1024 * 1024, least=1024)
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 50
FILE_UPLOAD_PERMISSIONS = 0o640

# --- language and time -----------------------------------------------------------------------------------------
USE_I18N = USE_TZ = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = sorted({*PACKAGE_DIR.glob("*/locale"), *PACKAGE_DIR.glob("web/*/locale")})
TIME_ZONE = "Asia/Shanghai"

# --- static files ----------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = _environment.text("STATIC_ROOT", str(VAR_DIR / "static" if DEMO else BASE_DIR / "static-built"))
if DEMO:
    Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = DEMO
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MIMETYPES = {".mjs": "text/javascript", ".wasm": "application/wasm"}
_static = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEMO
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static},
}

# --- background work, evidence, calendar -----------------------------------------------------------------------
TASKS = {"default": {"BACKEND": "tongban.outbox.backend.OutboxBackend"}}
OUTBOX_CRON: dict[str, tuple[str | int, str]] = {
    "seals": ("*/5 * * * *", "tongban.records.effects.seal"),
    "seals-full": ("30 2 * * *", "tongban.records.effects.seal_everything"),
    "orphan-files": ("0 3 * * *", "tongban.records.effects.sweep_files"),
    "alerts": ("*/5 * * * *", "tongban.oversight.services.raise_alerts"),
    "sweep": ("*/5 * * * *", "tongban.cases.effects.sweep_cases"),
    "retention": ("15 3 * * *", "tongban.retention.services.run_scheduled"),
    "orphaned-copies": ("30 3 * * *", "tongban.documents.effects.drop_orphans"),
    "office-files": ("*/10 * * * *", "tongban.documents.effects.ask_for_missing"),
    "catalogue-lists": ("5 * * * *", "tongban.catalogue.effects.refresh_lists"),
    "prune-tasks": ("30 3 * * *", "tongban.outbox.services.prune"),
}
AUDIT_FOLDERS = [
    "tongban.accounts.audit.verify",
    "tongban.documents.audit.verify",
    "tongban.catalogue.audit.verify",
    "tongban.licences.audit.verify",
    "tongban.cases.audit.verify",
    "tongban.retention.audit.verify",
]
MESSAGE_HOOKS = ["tongban.cases.effects.on_message"]
#: Kind of data → who deletes it in time (:class:`tongban.core.retention.Keeper`). Its rule stands in RETENTION_RULES.
RETENTION_KEEPERS = {
    "attempts": "tongban.accounts.retention.ATTEMPTS",
    "sessions": "tongban.accounts.retention.SESSIONS",
    "sign_ins": "tongban.accounts.retention.SIGN_INS",
    "looks": "tongban.accounts.retention.LOOKS",
    "drafts": "tongban.cases.retention.DRAFTS",
    "correction_uploads": "tongban.cases.retention.CORRECTION_UPLOADS",
    "exports": "tongban.cases.retention.EXPORTS",
    "archive_packages": "tongban.cases.retention.ARCHIVE_PACKAGES",
    "undecided_cases": "tongban.cases.retention.UNDECIDED_CASES",
}
#: A file with the hall's own rules; empty: the rules that ship with the program, with ACCESS_LOG_DAYS for the logs.
RETENTION_RULES = _environment.text("RETENTION_RULES", "")
DOCUMENT_READY_HOOKS = ["tongban.cases.effects.on_document_ready"]
LICENCE_OPENED_HOOKS: list[str] = []
CALENDAR_LOADED_HOOKS = ["tongban.cases.effects.on_calendar_loaded"]
ALLOW_FICTITIOUS_CALENDAR = DEMO
#: The longest term of an enterprise's written authority for an agent, in days: a choice of the hall. The Civil Code
#: (art. 165) asks for a term and sets no longest one.
AGENT_LONGEST_DAYS = _environment.whole_number("AGENT_LONGEST_DAYS", 731, least=1)
FONT_PATHS = _environment.words("FONT_PATHS")
SERVING_FILE = _environment.text("SERVING_FILE")  # empty: the rules of service that ship
REGISTER_FILE = _environment.text("REGISTER_FILE")  # empty: the list of published fields that ships
IDENTITY_GATEWAY = _environment.text("IDENTITY_GATEWAY", "tongban.gateways.identity.claims_for")

# --- probes and figures: who may see more than "ok" ---------------------------------------------------------------
HEALTH_ALLOWED = _environment.networks("HEALTH_ALLOWED", "127.0.0.0/8 ::1")
METRICS_ALLOWED = _environment.networks("METRICS_ALLOWED", "")
METRICS_TOKEN = _environment.optional_secret("METRICS_TOKEN")
if METRICS_TOKEN and len(METRICS_TOKEN) < env.TOKEN_MIN_LENGTH:
    _fault = f"is shorter than {env.TOKEN_MIN_LENGTH} characters"
    _environment.problem("METRICS_TOKEN", _fault, "Take the output of `openssl rand -hex 24`")
BACKUP_DIR = _environment.text("BACKUP_DIR")

# --- log: to standard error, for journald; messages carry numbers of cases and tasks, never people's data ---------
LOG_FORMAT = _environment.text("LOG_FORMAT", "line" if DEMO else "json")
if LOG_FORMAT not in {"line", "json"}:
    _environment.problem("LOG_FORMAT", f"{LOG_FORMAT!r} is unknown", "Write json or line")
    LOG_FORMAT = "line"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"private": {"()": "tongban.config.logs.NoPersonalData"}},
    "formatters": {"line": {"()": "tongban.config.logs.Line"}, "json": {"()": "tongban.config.logs.JsonLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["private"]}},
    "root": {"handlers": ["stderr"], "level": _environment.text("LOG_LEVEL", "WARNING" if DEMO else "INFO").upper()},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
    },
}

if _environment.problems:
    raise ImproperlyConfigured(
        "the settings are incomplete or unsafe, so nothing was started:\n"
        + "\n".join(f"  - {problem}" for problem in _environment.problems)
        + "\nFor a local trial use `tongban demo`, or set TONGBAN_MODE=demo."
    )

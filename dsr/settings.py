"""All settings, from the environment. docs/settings.md lists them; a test compares."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from dsr.env import envbool, envchoice, envdatabase, envint, envints, envjson, envlist, envmail, envsecret, envstorage
from dsr.logs import CONFIG

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(envsecret("DSR_VAR", default=str(BASE_DIR / "var")))

DEBUG = envbool("DSR_DEBUG")
SECRET_KEY = envsecret("DSR_SECRET_KEY")
# The key ring: `id:base64` entries, comma-separated; the first encrypts, all decrypt. dsr.E001 says how to make one.
DSR_KEYS = envsecret("DSR_KEYS")
# Where the portal and the desk are reached; links in mails start with it.
DSR_BASE_URL = envsecret("DSR_BASE_URL", default="http://localhost:8000").rstrip("/")
# The YAML file that lists the stores (docs/exporters.md).
DSR_STORES = envsecret("DSR_STORES")
# Which controller answers on which host, `host=slug` entries; with one controller nothing is needed.
DSR_HOSTS = dict(entry.split("=", 1) for entry in envlist("DSR_HOSTS") if "=" in entry)
DSR_ANCHOR_DIR = envsecret("DSR_ANCHOR_DIR", default=str(VAR_DIR / "anchors"))
# Where the ledger of purges is written; it has to outlive the database, like the anchors (docs/vault.md).
DSR_LEDGER_DIR = envsecret("DSR_LEDGER_DIR", default=str(VAR_DIR / "ledger"))
# For how many days a backup of this installation may be restored: so long the ledger names what was purged.
DSR_BACKUP_DAYS = envint("DSR_BACKUP_DAYS", default=400, low=1, high=3660)
DSR_LEASE_SECONDS = envint("DSR_LEASE_SECONDS", default=30, low=1, high=600)
DSR_RECHECK_DAYS = envints("DSR_RECHECK_DAYS", default="1,7", low=1, high=90)
# What one job may use (docs/tasks.md): seconds for work on stores and for laying out documents, and memory.
DSR_STORE_SECONDS = envint("DSR_STORE_SECONDS", default=3600, low=1, high=24 * 3600)
DSR_PDF_SECONDS = envint("DSR_PDF_SECONDS", default=900, low=1, high=24 * 3600)
DSR_JOB_MEMORY_MB = envint("DSR_JOB_MEMORY_MB", default=2048, low=0, high=1 << 20)
# Files of a subject from one store: MB of one file, MB of all of them, their number. More is a task for a person.
DSR_FILE_MAX_MB = envint("DSR_FILE_MAX_MB", default=2048, low=1, high=1 << 20)
DSR_FILES_MAX_MB = envint("DSR_FILES_MAX_MB", default=20480, low=1, high=1 << 24)
DSR_FILES_MAX = envint("DSR_FILES_MAX", default=50_000, low=1, high=1_000_000)
# Files that people send us (docs/uploads.md): MB of one, MB and number of all of a request, MB a day from one address.
DSR_UPLOAD_MAX_MB = envint("DSR_UPLOAD_MAX_MB", default=10, low=1, high=50)
DSR_UPLOADS_MAX_MB = envint("DSR_UPLOADS_MAX_MB", default=25, low=1, high=500)
DSR_UPLOADS_MAX = envint("DSR_UPLOADS_MAX", default=20, low=1, high=200)
DSR_UPLOAD_DAY_MB = envint("DSR_UPLOAD_DAY_MB", default=100, low=1, high=100_000)
# For how many seconds a process shows the numbers of the desk's side bar as it counted them (decision 090).
DSR_COUNTS_SECONDS = envint("DSR_COUNTS_SECONDS", default=5, low=0, high=60)
# What the forecast reckons with: hours a colleague has for requests in a week, hours of work in a case (docs/reports.md).
DSR_HOURS_PER_WEEK = envint("DSR_HOURS_PER_WEEK", default=20, low=1, high=60)
DSR_HOURS_PER_CASE = envint("DSR_HOURS_PER_CASE", default=3, low=1, high=200)
# The virus scanner: tcp://host:port or the path of a socket; empty: none, and the desk says that files are not scanned.
DSR_CLAMD = envsecret("DSR_CLAMD")
# Who shows this as a bearer token sees the details of /healthz and /metrics; without it nobody does.
DSR_HEALTH_TOKEN = envsecret("DSR_HEALTH_TOKEN")
# Free space of our folders, in MiB: below the first somebody should look, below the second work is about to stand still.
DSR_DISK_LOW_MB = envint("DSR_DISK_LOW_MB", default=2048, low=1, high=10_000_000)
DSR_DISK_FULL_MB = envint("DSR_DISK_FULL_MB", default=256, low=1, high=10_000_000)
DSR_DEMO = envbool("DSR_DEMO")

ALLOWED_HOSTS = envlist("DSR_ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = envlist("DSR_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "dsr.apps.DsrConfig",
    "portal.apps.PortalConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_rq",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "dsr.http.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dsr.sessions.SessionMiddleware",
    "portal.draft_cookie.DraftCookie",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "dsr.tenancy.ControllerMiddleware",
    "dsr.uploads.limit.BodyLimit",
]

ROOT_URLCONF = "dsr.urls"
WSGI_APPLICATION = "dsr.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dsr.tenancy.context",
            ],
            "builtins": ["dsr.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": envdatabase("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'dsr.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = envsecret("REDIS_URL")
_QUEUE = {
    "URL": REDIS_URL or "redis://127.0.0.1:6379/0",
    "SERIALIZER": "rq.serializers.JSONSerializer",  # pickle in Redis would mean code execution for whoever can write to it
    "DEFAULT_RESULT_TTL": 0,
    "FAILURE_TTL": 7 * 24 * 3600,
}
# The queue's own time limit is the net under ours (dsr.work.limits), which ends a job with words: hence the two minutes.
RQ_QUEUES = {
    name: {**_QUEUE, "DEFAULT_TIMEOUT": seconds + 120}
    for name, seconds in (("default", 120), ("stores", DSR_STORE_SECONDS), ("pdf", DSR_PDF_SECONDS))
}
RQ = {"WORKER_CLASS": "dsr.work.worker.DeskWorker"}
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# --- sign-in -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "dsr.User"
AUTHENTICATION_BACKENDS = ["dsr.accounts.ScopedBackend"]
ACCOUNT_ADAPTER = "dsr.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = (
    False  # the same address in two brands is two accounts; dsr.User's own constraint holds per controller
)
# allauth objects to that in a check without an id, and such a check can only be silenced as None; ours all have ids.
SILENCED_SYSTEM_CHECKS: list[str | None] = [None]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if DSR_BASE_URL.startswith("https") else "http"
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": False}
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 30 * 60
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 3
ACCOUNT_RATE_LIMITS = False  # dsr.limits counts instead, and goes on counting when the cache is down
ACCOUNT_FORMS = {
    "login": "dsr.signin.SignInForm",
    "signup": "portal.forms.account.SignUpForm",
    "reset_password": "portal.forms.account.ResetForm",
    "reset_password_from_key": "portal.forms.account.NewPasswordForm",
    "confirm_password_reset_code": "portal.forms.account.ResetCodeForm",
    "confirm_email_verification_code": "portal.forms.account.AddressCodeForm",
    "request_login_code": "portal.forms.factors.AskCodeForm",
    "confirm_login_code": "portal.forms.factors.SignInCodeForm",
    "reauthenticate": "portal.forms.factors.PasswordAgainForm",
}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 30 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 3
MFA_ADAPTER = "dsr.factors.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RATE_LIMITS = False  # as above
MFA_FORMS = {
    "authenticate": "portal.forms.factors.FactorForm",
    "reauthenticate": "portal.forms.factors.FactorAgainForm",
    "activate_totp": "portal.forms.factors.AppForm",
    "add_webauthn": "portal.forms.factors.PasskeyForm",
    "edit_webauthn": "portal.forms.factors.PasskeyNameForm",
    "login_webauthn": "portal.forms.factors.PasskeySignInForm",
    "authenticate_webauthn": "portal.forms.factors.PasskeySecondForm",
    "reauthenticate_webauthn": "portal.forms.factors.PasskeyAgainForm",
}
# The controllers' own self-care portals, by slug (docs/accounts.md): OpenID Connect, and signed hand-over links.
DSR_OIDC = envjson("DSR_OIDC")
DSR_HANDOVER = envjson("DSR_HANDOVER")
# How codes reach a person beside mail, and who vouches for an electronic identity (docs/identity.md).
DSR_SMS = envjson("DSR_SMS")
DSR_PRINT_DIR = envsecret("DSR_PRINT_DIR")
DSR_PRINT_ADDRESS = envjson("DSR_PRINT_ADDRESS")
DSR_CONTACT_CHANGED = envjson("DSR_CONTACT_CHANGED")
DSR_EID = envjson("DSR_EID")
# Staff (docs/staff.md): whether a second factor is `required` or `optional`; single sign-on, by slug.
DSR_STAFF_FACTOR = envchoice("DSR_STAFF_FACTOR", "required", "optional")
DSR_STAFF_OIDC = envjson("DSR_STAFF_OIDC")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:requests"
ACCOUNT_LOGOUT_REDIRECT_URL = "portal:start"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "dsr.sessions"  # sealed
SESSION_COOKIE_AGE = 30 * 60  # ux.md 1.3: thirty minutes, prolonged by use
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.views.lost.csrf_failure"

_TLS = DSR_BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = _TLS
CSRF_COOKIE_SECURE = _TLS
SECURE_SSL_REDIRECT = envbool("DSR_SSL_REDIRECT", default=False)
SECURE_HSTS_SECONDS = 31_536_000 if _TLS else 0
DSR_BEHIND_PROXY = envbool("DSR_BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if DSR_BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}

# --- languages and time ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("de", _("German")),
    ("fr", _("French")),
    ("es", _("Spanish")),
    ("it", _("Italian")),
    ("nl", _("Dutch")),
    ("pl", _("Polish")),
    ("pt", _("Portuguese")),
]
LOCALE_PATHS = [BASE_DIR / "dsr" / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files ---------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    # Sealed files only; never served by URL. A folder, or a bucket of an S3-compatible store.
    "default": envstorage("DSR_STORAGE", folder=VAR_DIR / "vault"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# Nothing that somebody sends us lies unsealed on a disk: files stay in memory, up to their limits (docs/uploads.md).
FILE_UPLOAD_HANDLERS = ["dsr.uploads.handler.HeldInMemory"]
DATA_UPLOAD_MAX_NUMBER_FILES = 50

# --- mail ----------------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = envsecret("DSR_MAIL_FROM", default="privacy@example.com")
# Where mail servers return what they cannot deliver (the envelope's sender); empty: to the sender of the mail.
DSR_MAIL_BOUNCES = envsecret("DSR_MAIL_BOUNCES")
_MAIL_DIR = envsecret("DSR_MAIL_DIR")
# Networks beside public addresses in which recipients are called (docs/recipients.md): 10.0.0.0/8, none by default.
DSR_RECIPIENT_NETWORKS = envlist("DSR_RECIPIENT_NETWORKS")
# Mailboxes of the privacy office, by slug (docs/inbound.md): how often they are looked into, seconds; MB of one mail; and
# how long a mail as it came is kept once something was made of it, in days.
DSR_INBOX = envjson("DSR_INBOX")
DSR_INBOX_EVERY = envint("DSR_INBOX_EVERY", default=60, low=15, high=3600)
DSR_INBOX_MAX_MB = envint("DSR_INBOX_MAX_MB", default=40, low=1, high=100)
DSR_INBOX_KEEP_DAYS = envint("DSR_INBOX_KEEP_DAYS", default=14, low=1, high=400)
# smtp, file, console, or the dotted path of a backend such as anymail's (docs/mail.md).
EMAIL_BACKEND = envmail("DSR_MAIL_BACKEND", default="file" if _MAIL_DIR else "smtp")
EMAIL_FILE_PATH = _MAIL_DIR or str(VAR_DIR / "mail")
EMAIL_HOST = envsecret("DSR_SMTP_HOST", default="localhost")
EMAIL_PORT = envint("DSR_SMTP_PORT", default=25, low=1, high=65535)
EMAIL_HOST_USER = envsecret("DSR_SMTP_USER")
EMAIL_HOST_PASSWORD = envsecret("DSR_SMTP_PASSWORD")
EMAIL_USE_TLS = envbool("DSR_SMTP_TLS")
EMAIL_USE_SSL = envbool("DSR_SMTP_SSL")
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise ImproperlyConfigured("set DSR_SMTP_TLS (STARTTLS) or DSR_SMTP_SSL (TLS from the first byte), not both")
EMAIL_TIMEOUT = envint("DSR_SMTP_TIMEOUT", default=20, low=5, high=60)
# Settings of anymail, as JSON: API key, sender domain, …; none are needed for smtp.
ANYMAIL = envjson("DSR_ANYMAIL")

# --- logs: ids and codes only ---------------------------------------------------------------------------------------
LOGGING = CONFIG

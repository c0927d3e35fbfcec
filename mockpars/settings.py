"""Every setting of the server, in one table that feeds flags, MOCKPARS_ variables and documentation.

A flag beats its environment variable, which beats the default. An empty variable counts as not set,
because compose files and CI systems pass those on. Standard library only, and nothing slow: this is on
the way to the first answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mockpars.errors import SettingsError
from mockpars.immutable import immutable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})
_SIZE_UNITS: Final[Mapping[str, int]] = {"": 1, "b": 1} | {
    unit: 2**power for power, letter in ((10, "k"), (20, "m"), (30, "g")) for unit in (letter, letter + "ib")
}


@immutable
class Kind:
    """A type of setting: how its text is read, and what the text should have been when that fails."""

    read: Callable[[str], object]
    expected: str
    metavar: str


def _bool(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError


def _number(low: int, high: int | None = None) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text)
        if value < low or (high is not None and value > high):
            raise ValueError
        return value

    return read


def _size(text: str) -> int:
    digits = text.rstrip("BbGgIiKkMm ")
    value = int(digits) * _SIZE_UNITS.get(text[len(digits) :].strip().lower(), 0)
    if value <= 0:
        raise ValueError
    return value


def _seconds(text: str) -> float:
    value = float(text.removesuffix("s"))
    if not 0 < value < 86_400:  # also refuses nan
        raise ValueError
    return value


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    value = datetime.fromisoformat(text)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError
    return text


@immutable
class MailServer:
    """Where mail is handed in: smtp:// (STARTTLS before a password, where it is offered) or smtps:// (TLS at once)."""

    host: str
    port: int
    tls: bool
    user: str
    password: str = field(repr=False)

    def __str__(self) -> str:
        """As it may be shown: without the password."""
        who = f"{self.user}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'smtps' if self.tls else 'smtp'}://{who}{host}:{self.port}"


def _mail_server(text: str) -> MailServer | None:
    if not text:
        return None
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(text)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError
    if parts.query or parts.fragment or (parts.password and not parts.username):
        raise ValueError
    tls = parts.scheme == "smtps"
    port = (465 if tls else 25) if parts.port is None else parts.port
    return MailServer(parts.hostname, port, tls, unquote(parts.username or ""), unquote(parts.password or ""))


def _address(text: str) -> str:
    local, at, domain = text.strip().rpartition("@")
    if not (local and at and domain) or any(character.isspace() or character in "<>,;" for character in text.strip()):
        raise ValueError
    return text.strip()


KINDS: Final[Mapping[str, Kind]] = {
    "text": Kind(_text, "some text", "TEXT"),
    "optional text": Kind(str, "some text, or nothing", "TEXT"),
    "choice": Kind(str, "one of the choices", "CHOICE"),
    "switch": Kind(_bool, "true or false", "BOOL"),
    "port": Kind(_number(0, 65_535), "a port from 0 to 65535", "PORT"),
    "count": Kind(_number(1), "a whole number above 0", "N"),
    "size": Kind(_size, "a size such as 32MiB, 512k or 1048576", "SIZE"),
    "seconds": Kind(_seconds, "seconds, above 0 and below 86400", "SECONDS"),
    "instant": Kind(_instant, "an ISO-8601 instant such as 2026-06-01T12:00:00Z", "INSTANT"),
    "mail server": Kind(_mail_server, "smtp://[USER:PASSWORD@]HOST[:PORT], or smtps://", "URL"),
    "address": Kind(_address, "an e-mail address such as qa@example.org", "ADDRESS"),
    "path": Kind(lambda text: Path(text).expanduser(), "a path", "PATH"),
    "optional path": Kind(lambda text: Path(text).expanduser() if text else None, "a path", "PATH"),
}


@immutable
class Setting:
    """One row of the table. `default` is as a user would write it; a `secret` is never shown."""

    name: str
    type: str
    default: str
    help: str
    choices: tuple[str, ...] = ()
    secret: bool = False

    @property
    def flag(self) -> str:
        """The command-line flag, such as `--body-timeout`."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment variable, such as `MOCKPARS_BODY_TIMEOUT`."""
        return "MOCKPARS_" + self.name.upper()


_DEFAULT_DB: Final = "~/.local/share/mockpars/mockpars.db"
_DEFAULT_TLS: Final = "~/.local/share/mockpars/tls"

SETTINGS: Final[tuple[Setting, ...]] = (
    Setting("host", "text", "127.0.0.1", "Address to listen on; 0.0.0.0 for every interface."),
    Setting("port", "port", "8027", "Port to listen on; 0 takes a free one."),
    Setting("db", "path", _DEFAULT_DB, "Database file, created if missing; XDG_DATA_HOME moves the default."),
    Setting("database_url", "optional text", "", "PostgreSQL URL, for several replicas. Empty: the file.", secret=True),
    Setting("ephemeral", "switch", "false", "Keep nothing: a database of its own that is gone at exit."),
    Setting("durable", "switch", "false", "Survive a power cut, not only a crash; slower."),
    Setting("clock", "instant", "", "Fix the sandbox clock at this instant; UTC if no zone. Empty: real time."),
    Setting("user", "text", "ws-user@example.org", "User of the web-services account."),
    Setting("password", "text", "sandbox", "Password of the web-services account.", secret=True),
    Setting("provider", "text", "0008273", "Provider ID of the account; leading zeroes count."),
    Setting("strict_auth", "switch", "false", "Require HTTP Basic besides the envelope's credentials."),
    Setting("max_body", "size", "32MiB", "Largest request body, as sent and once decompressed."),
    Setting("body_timeout", "seconds", "30", "Seconds within which a request body must arrive."),
    Setting("one_process", "switch", "false", "Never start a second process, which reads messages under load."),
    Setting("token", "optional text", "", "Bearer token of the control API. Empty: none asked.", secret=True),
    Setting(
        "control_from",
        "choice",
        "local",
        "Who may use the control API without a token: callers on this machine, or anywhere.",
        choices=("local", "anywhere"),
    ),
    Setting("ui_user", "text", "ui-user@example.org", "User who signs in to the studio from beyond this machine."),
    Setting("ui_password", "optional text", "", "Password of that user. Empty: nobody from beyond.", secret=True),
    Setting("tls", "switch", "false", "Serve HTTPS too, TLS 1.2 and 1.3 only."),
    Setting("tls_port", "port", "8443", "Port of HTTPS; 0 takes a free one."),
    Setting("tls_dir", "path", _DEFAULT_TLS, "Folder of the authority and its certificates; made if missing."),
    Setting("tls_cert", "optional path", "", "Own certificate chain, PEM. Empty: the local authority's."),
    Setting("tls_key", "optional path", "", "Own private key, PEM, without a passphrase."),
    Setting("debug_headers", "switch", "true", "Send rule ids, basis and journal id as response headers."),
    Setting("journal_limit", "count", "5000", "Exchanges kept in the journal of each sandbox."),
    Setting("scenarios", "optional path", "", "Directory of your own scenario files. Empty: none."),
    Setting(
        "smtp",
        "mail server",
        "",
        "Hand the notifications PARS would mail to this server too: smtp://[user:password@]host[:port] or smtps://. "
        "Empty: they are on the Mail page only.",
        secret=True,
    ),
    Setting("mail_to", "address", "primary-contact@example.org", "The primary contact, whom notifications go to."),
    Setting("mail_from", "address", "pars-notifications@mockpars.example", "Whom notifications come from."),
    Setting("log_format", "choice", "text", "How the log is written.", choices=("text", "json")),
)

# Set by others for their own purposes: the address for the pytest plugin, and what Kubernetes and Docker
# links derive from a service that is called "mockpars".
_NOT_OURS: Final = ("MOCKPARS_URL", "MOCKPARS_SERVICE_", "MOCKPARS_PORT_", "MOCKPARS_ENV_", "MOCKPARS_NAME")


@immutable
class Settings:
    """The settings as the program uses them: sizes in bytes, times in seconds, the clock in UTC."""

    host: str
    port: int
    db: Path
    database_url: str = field(repr=False)
    ephemeral: bool
    durable: bool
    clock: datetime | None
    user: str
    password: str = field(repr=False)
    provider: str
    strict_auth: bool
    max_body: int
    body_timeout: float
    one_process: bool
    token: str = field(repr=False)
    control_from: str
    ui_user: str
    ui_password: str = field(repr=False)
    tls: bool
    tls_port: int
    tls_dir: Path
    tls_cert: Path | None
    tls_key: Path | None
    debug_headers: bool
    journal_limit: int
    scenarios: Path | None
    smtp: MailServer | None
    mail_to: str
    mail_from: str
    log_format: str


def add_flags(parser: ArgumentParser) -> None:
    """Add a flag for each setting. Values stay text, absent ones None: `load` reads and judges them."""
    from argparse import BooleanOptionalAction

    for setting in SETTINGS:
        help_text = f"{setting.help} [{setting.variable}; default: {setting.default or 'empty'}]"
        if setting.type == "switch":
            parser.add_argument(setting.flag, action=BooleanOptionalAction, default=None, help=help_text)
        else:
            metavar = "|".join(setting.choices) or KINDS[setting.type].metavar
            parser.add_argument(setting.flag, default=None, metavar=metavar, help=help_text)


def load(flags: Namespace | None, environ: Mapping[str, str]) -> Settings:
    """Return the settings: flags beat environment beats default. Raises SettingsError.

    `flags` may lack attributes, or be None; both mean that no flag was given.
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for setting in SETTINGS:
        origin, text = _find(setting, flags, environ)
        values[setting.name] = _read(setting, origin, text)
        origins[setting.name] = origin
    _settle_store(values, origins)
    if values["database_url"] and values["ephemeral"]:
        raise SettingsError("--database-url and --ephemeral exclude each other.", "Choose one of them.")
    if (values["tls_cert"] is None) != (values["tls_key"] is None):
        raise SettingsError("--tls-cert and --tls-key go together.", "Give both, or neither for the local authority.")
    return Settings(**values)


def unknown_variables(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the MOCKPARS_ variables that are no setting: most likely misspelt, and worth a warning."""
    known = {setting.variable for setting in SETTINGS}
    return tuple(
        sorted(
            name
            for name in environ
            if name.startswith("MOCKPARS_") and name not in known and not name.startswith(_NOT_OURS)
        )
    )


def settings_table_markdown() -> str:
    """Return the settings as a Markdown table, ending in a newline."""
    rows = ["| flag | variable | default | meaning |", "|---|---|---|---|"]
    for setting in SETTINGS:
        flag = setting.flag
        if setting.type == "switch":
            flag = f"{flag}`, `--no-{flag[2:]}"
        choices = f" One of: `{'`, `'.join(setting.choices)}`." if setting.choices else ""
        default = f"`{setting.default}`" if setting.default else "empty"
        rows.append(f"| `{flag}` | `{setting.variable}` | {default} | {setting.help}{choices} |")
    return "\n".join(rows) + "\n"


def _find(setting: Setting, flags: Namespace | None, environ: Mapping[str, str]) -> tuple[str, str]:
    """Return where a setting comes from (flag, variable or empty for the default) and its text."""
    given = getattr(flags, setting.name, None)
    if given is not None:
        return setting.flag, str(given)
    if environ.get(setting.variable):
        return setting.variable, environ[setting.variable]
    if setting.name == "db" and environ.get("XDG_DATA_HOME"):
        return "", str(Path(environ["XDG_DATA_HOME"], "mockpars", "mockpars.db"))
    return "", setting.default


def _read(setting: Setting, origin: str, text: str) -> object:
    kind = KINDS[setting.type]
    try:
        if setting.choices and text not in setting.choices:
            raise ValueError
        return kind.read(text.strip() if setting.type not in ("text", "optional text") else text)
    except (ValueError, OverflowError, RuntimeError):  # RuntimeError: a path with ~ where no home is known
        shown = "a value" if setting.secret else f'"{text}"'
        expected = " or ".join(setting.choices) or kind.expected
        fix = ""
        if origin == "MOCKPARS_PORT" and text.startswith("tcp://"):
            fix = (
                "Kubernetes and Docker links set this variable for a service called mockpars: "
                "give the service another name, set enableServiceLinks to false, or pass --port."
            )
        name = origin or setting.flag
        raise SettingsError(f"{name} is {shown}, but should be {expected}.", fix) from None


def _settle_store(values: dict[str, Any], origins: Mapping[str, str]) -> None:
    """Ephemeral excludes a database and durability: an error in one place, else the flag wins."""
    if not values["ephemeral"]:
        return
    for rival in ("db", "durable"):
        if not origins[rival] or not values[rival]:
            continue
        if origins[rival].startswith("--") == origins["ephemeral"].startswith("--"):
            raise SettingsError(
                f"{origins[rival]} and {origins['ephemeral']} exclude each other.", "Choose one of them."
            )
        if origins[rival].startswith("--"):
            values["ephemeral"] = False
        elif rival == "durable":
            values["durable"] = False

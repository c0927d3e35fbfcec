"""One table of settings: flags beat environment beats default, and errors say what was wrong."""

import argparse
import subprocess
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mockpars.errors import SettingsError
from mockpars.settings import (
    KINDS,
    SETTINGS,
    MailServer,
    Settings,
    add_flags,
    load,
    settings_table_markdown,
    unknown_variables,
)


def flags(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_flags(parser)
    return parser.parse_args(arguments)


def test_table_and_dataclass_name_the_same_settings_in_the_same_order() -> None:
    assert [setting.name for setting in SETTINGS] == [field.name for field in fields(Settings)]


def test_every_setting_has_a_known_type_and_a_sentence() -> None:
    for setting in SETTINGS:
        assert setting.type in KINDS
        assert setting.help.endswith("."), setting.name
        assert bool(setting.choices) == (setting.type == "choice")


def test_defaults_are_the_documented_ones() -> None:
    settings = load(None, {})
    assert (settings.host, settings.port) == ("127.0.0.1", 8027)
    assert (settings.user, settings.password, settings.provider) == (
        "ws-user@example.org",
        "sandbox",
        "0008273",
    )
    assert settings.db == Path.home() / ".local/share/mockpars/mockpars.db"
    assert settings.max_body == 32 * 1024 * 1024
    assert settings.clock is None
    assert settings.scenarios is None
    assert settings.debug_headers is True
    assert settings.control_from == "local"


def test_a_flag_beats_the_environment_which_beats_the_default() -> None:
    environ = {"MOCKPARS_PORT": "9001", "MOCKPARS_HOST": "0.0.0.0"}  # noqa: S104 - a value to read, not to bind
    settings = load(flags("--port", "0"), environ)
    assert (settings.port, settings.host) == (0, "0.0.0.0")  # noqa: S104 - as above


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load(flags(), {"MOCKPARS_PORT": "", "MOCKPARS_CLOCK": ""}).port == 8027


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("smtp://localhost", MailServer("localhost", 25, False, "", "")),
        ("smtp://localhost:1025/", MailServer("localhost", 1025, False, "", "")),
        ("smtps://mail.example.org", MailServer("mail.example.org", 465, True, "", "")),
        ("smtp://qa%40x.org:p%40ss%2F@[::1]:25", MailServer("::1", 25, False, "qa@x.org", "p@ss/")),
        ("", None),
    ],
)
def test_a_mail_server_is_a_url(text: str, server: MailServer | None) -> None:
    assert load(None, {"MOCKPARS_SMTP": text}).smtp == server


@pytest.mark.parametrize(
    "text",
    [
        "localhost:1025",
        "http://localhost",
        "smtp://",
        "smtp://:secret@h",
        "smtp://h/x",
        "smtp://h?tls=1",
        "smtp://h:99999",
    ],
)
def test_what_is_no_mail_server_is_an_error_that_tells_no_password(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(flags("--smtp", text.replace("://", "://user:secret@", 1) if "@" not in text else text), {})
    assert "smtp://[USER:PASSWORD@]HOST[:PORT], or smtps://" in caught.value.reason
    assert "secret" not in str(caught.value)


def test_the_password_of_the_mail_server_is_never_shown() -> None:
    settings = load(flags("--smtp", "smtp://qa:hunter2@[::1]:1025"), {})
    assert "hunter2" not in repr(settings)
    assert str(settings.smtp) == "smtp://qa@[::1]:1025"


@pytest.mark.parametrize("text", ["nobody", "a@", "@b", "a b@c", "a@b, c@d", "QA <qa@example.org>"])
def test_addresses_are_plain_ones(text: str) -> None:
    with pytest.raises(SettingsError, match="an e-mail address such as"):
        load(flags("--mail-to", text), {})


def test_a_namespace_may_lack_flags() -> None:
    assert load(argparse.Namespace(command="journal"), {}).port == 8027


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", True), ("TRUE", True), ("on", True), ("yes", True), ("0", False), ("off", False), ("No", False)],
)
def test_switches_read_the_usual_words(text: str, expected: bool) -> None:
    assert load(None, {"MOCKPARS_STRICT_AUTH": text}).strict_auth is expected


def test_switches_are_flags_with_an_opposite() -> None:
    assert load(flags("--ephemeral"), {}).ephemeral is True
    assert load(flags("--no-debug-headers"), {}).debug_headers is False
    assert load(flags("--no-ephemeral"), {"MOCKPARS_EPHEMERAL": "1"}).ephemeral is False


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1", 1),
        ("10B", 10),
        ("2k", 2048),
        ("2 KiB", 2048),
        ("3M", 3 << 20),
        ("32MiB", 32 << 20),
        ("1g", 1 << 30),
    ],
)
def test_sizes_take_a_suffix(text: str, size: int) -> None:
    assert load(flags("--max-body", text), {}).max_body == size


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-06-01", datetime(2026, 6, 1, tzinfo=UTC)),
        ("2026-06-01T12:00:00Z", datetime(2026, 6, 1, 12, tzinfo=UTC)),
        ("2026-06-01T12:00:00-05:00", datetime(2026, 6, 1, 17, tzinfo=UTC)),
    ],
)
def test_the_clock_is_utc(text: str, instant: datetime) -> None:
    settings = load(flags("--clock", text), {})
    assert settings.clock == instant
    assert settings.clock.tzinfo is UTC


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("MOCKPARS_PORT", "http", "a port from 0 to 65535"),
        ("MOCKPARS_PORT", "65536", "a port from 0 to 65535"),
        ("MOCKPARS_PORT", "-1", "a port from 0 to 65535"),
        ("MOCKPARS_EPHEMERAL", "maybe", "true or false"),
        ("MOCKPARS_MAX_BODY", "0", "a size such as"),
        ("MOCKPARS_MAX_BODY", "12MB", "a size such as"),
        ("MOCKPARS_MAX_BODY", "k", "a size such as"),
        ("MOCKPARS_BODY_TIMEOUT", "nan", "seconds, above 0"),
        ("MOCKPARS_BODY_TIMEOUT", "0", "seconds, above 0"),
        ("MOCKPARS_CLOCK", "yesterday", "an ISO-8601 instant"),
        ("MOCKPARS_CONTROL_FROM", "everywhere", "local or anywhere"),
        ("MOCKPARS_LOG_FORMAT", "xml", "text or json"),
        ("MOCKPARS_JOURNAL_LIMIT", "0", "a whole number above 0"),
        ("MOCKPARS_USER", " ", "some text"),
    ],
)
def test_an_error_says_which_variable_what_value_and_what_was_expected(
    variable: str, value: str, expected: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(None, {variable: value})
    assert variable in caught.value.reason
    assert f'"{value}"' in caught.value.reason
    assert expected in caught.value.reason


def test_an_error_names_the_flag_when_the_value_came_from_one() -> None:
    with pytest.raises(SettingsError, match=r'^--body-timeout is "soon", but should be seconds'):
        load(flags("--body-timeout", "soon"), {})


def test_an_error_never_shows_a_secret() -> None:
    with pytest.raises(SettingsError, match=r"^MOCKPARS_PASSWORD is a value, but"):
        load(None, {"MOCKPARS_PASSWORD": "  "})


def test_secrets_are_not_in_the_repr() -> None:
    shown = repr(load(None, {"MOCKPARS_PASSWORD": "swordfish", "MOCKPARS_TOKEN": "sesame"}))
    assert "swordfish" not in shown
    assert "sesame" not in shown


def test_the_variable_kubernetes_sets_for_a_service_called_mockpars_is_explained() -> None:
    with pytest.raises(SettingsError, match="enableServiceLinks"):
        load(None, {"MOCKPARS_PORT": "tcp://10.0.0.1:8027"})


@pytest.mark.parametrize("rival", [("--db", "x.db"), ("--durable",)])
def test_ephemeral_excludes_a_database_and_durability(rival: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError, match="exclude each other"):
        load(flags("--ephemeral", *rival), {})


def test_a_flag_settles_the_choice_of_store_against_the_environment() -> None:
    assert load(flags("--db", "x.db"), {"MOCKPARS_EPHEMERAL": "1"}).ephemeral is False
    settings = load(flags("--ephemeral"), {"MOCKPARS_DB": "x.db", "MOCKPARS_DURABLE": "1"})
    assert (settings.ephemeral, settings.durable) == (True, False)


def test_the_default_database_follows_xdg_data_home() -> None:
    assert load(None, {"XDG_DATA_HOME": "/data"}).db == Path("/data/mockpars/mockpars.db")
    assert load(None, {"XDG_DATA_HOME": "/data", "MOCKPARS_DB": "/x.db"}).db == Path("/x.db")


def test_misspelt_variables_are_found_and_those_of_others_left_alone() -> None:
    environ = {"MOCKPARS_STRICTAUTH": "1", "MOCKPARS_URL": "x", "MOCKPARS_PORT_8027_TCP": "x", "HOME": "/"}
    assert unknown_variables(environ) == ("MOCKPARS_STRICTAUTH",)


def test_the_documentation_table_has_a_row_for_each_setting() -> None:
    table = settings_table_markdown()
    assert len(table.splitlines()) == len(SETTINGS) + 2
    for setting in SETTINGS:
        assert f"`{setting.flag}`" in table
        assert f"`{setting.variable}`" in table


def test_importing_the_settings_does_not_import_argparse() -> None:
    code = "import sys, mockpars.settings; sys.exit('argparse' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""`mockpars serve`. On the way to the first answer: nothing slow is imported, and imports wait for the settings."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mockpars.cli.logs import start_logging
from mockpars.settings import SETTINGS, Settings, add_flags, load, unknown_variables

if TYPE_CHECKING:
    from mockpars.web.server import TlsFiles

log = logging.getLogger("mockpars")

_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - read, not bound to


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A flag for each setting."""
    add_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Serves until SIGTERM or SIGINT. Raises SettingsError and StoreError."""
    # What is imported now stays, so looking for garbage among it is time lost; the server freezes it.
    gc.disable()
    settings = load(given, os.environ)
    start_logging(settings.log_format)
    for name in unknown_variables(os.environ):
        log.warning("%s is no setting of mockpars and has no effect; misspelt?", name)
    from mockpars.web.bodies import Limits
    from mockpars.web.front import Front
    from mockpars.web.server import run as serve
    from mockpars.world import open_world

    world = open_world(settings, grouped=True)
    front = Front(world)

    def ready(port: int) -> None:
        gc.enable()
        if world.relay is not None:
            from mockpars.web.postman import start_rounds

            start_rounds(world, world.relay)
        announce(settings, port)
        front.warm_up()

    try:
        limits = Limits(max_body=settings.max_body, body_timeout=settings.body_timeout)
        tls = _tls_files(settings)
        to_read = None if settings.one_process else front.to_read
        serve(front.answer, settings.host, settings.port, limits, ready, tls, refuse=front.refuse, to_read=to_read)
    finally:
        if world.relay is not None:
            world.relay.close()
        world.store.close()
    return 0


def _tls_files(settings: Settings) -> TlsFiles | None:
    """The certificate to serve HTTPS with: the team's own, or one of the local authority, made when missing."""
    if not settings.tls:
        return None
    from mockpars.web.certificates import how_to_trust, local_certificates
    from mockpars.web.server import TlsFiles

    trust: list[str] = []
    if settings.tls_cert is not None and settings.tls_key is not None:
        certificate, key = settings.tls_cert, settings.tls_key
    else:
        made = local_certificates(settings.tls_dir, settings.host)
        certificate, key, trust = made.certificate, made.key, how_to_trust(made)

    def ready(port: int) -> None:
        print(f"\nHTTPS too: https://{_shown_host(settings)}:{port}", flush=True)
        if trust:
            print("To trust its certificate authority, made for this machine alone:", *trust, sep="\n  ", flush=True)

    return TlsFiles(certificate, key, settings.tls_port, ready)


def _shown_host(settings: Settings) -> str:
    return _EVERYWHERE.get(settings.host, f"[{settings.host}]" if ":" in settings.host else settings.host)


def announce(settings: Settings, port: int) -> None:
    """Prints where it is and what to try: first the base URL alone, for programs; then the rest, for people."""
    base = f"http://{_shown_host(settings)}:{port}"
    print(base, flush=True)
    print(_welcome(settings, base), flush=True)


def _welcome(settings: Settings, base: str) -> str:
    from mockpars.web.operations import ACTIVITY_SERVICE, LEARNER_SERVICE

    clock = f"fixed at {settings.clock:%Y-%m-%dT%H:%M:%SZ}" if settings.clock else "real time, unless it was moved"
    data = "in memory, gone at exit" if settings.ephemeral else str(settings.db)
    if settings.database_url:
        data = "in PostgreSQL"
    lines = [
        "",
        "PARS, on your own machine. Ctrl-C stops it.",
        f"  activities  {base}{ACTIVITY_SERVICE}",
        f"  learners    {base}{LEARNER_SERVICE}",
        f"  account     user {settings.user}, password {settings.password}, provider {settings.provider}",
        f"  clock       {clock}",
        f"  data        {data}",
        f"  browser     {base}/_mockpars/",
        f"  control     {base}/_mockpars/openapi.json describes it",
        *([f"  mail        to {settings.mail_to}, by {settings.smtp}"] if settings.smtp else []),
        "",
        "Three things to try, in this order:",
    ]
    for title, service, name in (
        ("register the reference's activity", ACTIVITY_SERVICE, "SaveActivity"),
        ("ask whether PARS knows the learner", LEARNER_SERVICE, "LearnerMatchRequest"),
        ("submit the learner's completion", LEARNER_SERVICE, "SaveLearnerActivity"),
    ):
        lines += [f"  # {title}", f"  {_program()} sample {name}{_account(settings)} | curl -sS --data-binary @- \\"]
        lines.append(f"    -H 'Content-Type: application/xml' {shlex.quote(f'{base}{service}/{name}')}")
    return "\n".join(lines)


def _program() -> str:
    """How this program was called, so that what is printed works when it is pasted."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m mockpars"
    on_the_path = any(Path(folder, called.name) == called for folder in os.environ.get("PATH", "").split(os.pathsep))
    return shlex.quote(called.name if on_the_path else str(called))


def _account(settings: Settings) -> str:
    """Flags for what of the account is not the default."""
    given = {name: getattr(settings, name) for name in ("user", "password", "provider")}
    return "".join(f" --{name} {shlex.quote(value)}" for name, value in given.items() if value != _default(name))


def _default(name: str) -> str:
    return next(setting.default for setting in SETTINGS if setting.name == name)

"""The baseline: what Flask, lxml, an XSD and one SQLite insert cost under the same server, and nothing else.

    python benchmarks/bare.py [--commit request|round] [--port 0]

Prints its base URL first, as ``mockpars serve`` does. Whatever mockpars takes beyond this is its own doing.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from functools import partial
from pathlib import Path

from flask import Flask, Response, request
from lxml import etree

sys.path.insert(0, str(Path(__file__).parents[1]))

from mockpars.web.bodies import Limits
from mockpars.web.server import run
from mockpars.web.wsgi import run_wsgi

SCHEMA = Path(__file__).parents[1] / "xsd" / "envelope.xsd"
ANSWER = b"<SaveLearnerActivityResponse><Result>Accepted</Result></SaveLearnerActivityResponse>"


def open_database(path: Path) -> sqlite3.Connection:
    """Return a database set up as durably as mockpars sets up its own by default."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.execute("CREATE TABLE records (id INTEGER PRIMARY KEY, npi TEXT, activity TEXT, message BLOB)")
    return database


def make_app(database: sqlite3.Connection, *, commit_per_round: bool) -> Flask:
    """Return the endpoint: parse, validate, insert; commit for each request, or leave it to the doorway."""
    app = Flask(__name__)
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    ar = "{http://docs.accme.org/schemas/ACCMELearnerRecords/v1/}"

    @app.post("/", defaults={"path": ""})
    @app.post("/<path:path>")
    def save(path: str) -> Response:
        body = request.get_data()
        document = etree.fromstring(body, parser)
        if not schema.validate(document):
            return Response("invalid: " + str(schema.error_log), 400)
        npi = document.findtext(f".//{ar}MedicalEducationNumber")
        activity = document.findtext(f".//{ar}AccmeActivityID")
        if commit_per_round and not database.in_transaction:
            database.execute("BEGIN")
        database.execute("INSERT INTO records (npi, activity, message) VALUES (?, ?, ?)", (npi, activity, body))
        if commit_per_round:
            request.environ["mockpars.exchange"].pledge = database.commit
        return Response(ANSWER, content_type="application/xml; charset=utf-8")

    @app.get("/_mockpars/ready")
    def ready() -> Response:
        return Response("ready")

    return app


def main() -> None:
    """Serve until told to stop."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--commit", choices=("request", "round"), default="request")
    options.add_argument("--port", type=int, default=0)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder, "bare.db"))
        app = make_app(database, commit_per_round=chosen.commit == "round")
        run(
            partial(run_wsgi, app),
            "127.0.0.1",
            chosen.port,
            Limits(),
            ready=lambda port: print(f"http://127.0.0.1:{port}", flush=True),
        )
        database.close()


if __name__ == "__main__":
    main()

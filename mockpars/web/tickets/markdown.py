"""A ticket for people: everything ACCME's support asks for (R4), in the order it asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from mockpars.domain.rejection import CATALOGUE

_MOST_SHOWN = 60_000
_HOSTS = {
    "ACCMEService.svc": ("pars03nsbgateways02.azure-api.net", "pars.accme.org"),
    "ACCMELearnerService.svc": ("pars03nsbgateways01.azure-api.net", "pars.accme.org"),
}
"""Where the two services of PARS answer: the sandbox's host, and production's (T1)."""


def as_markdown(ticket: dict[str, Any]) -> str:
    """The ticket as Markdown."""
    return "\n".join(_lines(ticket)).rstrip() + "\n"


def _lines(ticket: dict[str, Any]) -> Iterator[str]:
    yield f"# Support ticket: {_plain(ticket['title'])}"
    yield ""
    yield (
        "This exchange took place on **mockpars**, a stand-in for ACCME's PARS, and never reached ACCME. Before it goes"
        " to ACCME, repeat the steps on PARS's own sandbox and say whether it answers the same. Users, passwords and"
        " dates of birth are blanked as `***`; the people in it are synthetic unless the client sent others."
    )
    yield from _verdict(ticket)
    yield from _environment(ticket)
    yield from _endpoint(ticket)
    yield from _errors(ticket)
    yield from _steps(ticket)
    yield from _request(ticket)
    yield from _response(ticket)
    yield from _ground(ticket)
    yield from _replay(ticket)


def _verdict(ticket: dict[str, Any]) -> Iterator[str]:
    yield from _heading("What was answered")
    yield from _table(("What", "Answer"), ((entry["about"], entry["said"]) for entry in ticket["verdict"]["told"]))


def _environment(ticket: dict[str, Any]) -> Iterator[str]:
    found = ticket["environment"]
    basic = "required" if found["strict_auth"] else "not required"
    yield from _heading("Environment")
    yield from _table(
        ("What", "Value"),
        (
            ("Product", f"{found['product']}, version {found['version']}"),
            ("Runs on", f"Python {found['python']}, {found['platform']}, store: {found['store']}"),
            ("Sandbox", f"{found['sandbox']}, at {found['base_url']}"),
            ("Its clock", f"{found['clock']}; it showed {ticket['at']} (UTC)"),
            ("HTTP Basic", f"{basic} besides the envelope's credentials"),
        ),
    )


def _endpoint(ticket: dict[str, Any]) -> Iterator[str]:
    found = ticket["endpoint"]
    _, _, tail = found["path"].partition("/services/")
    hosts = _HOSTS.get(tail.split("/")[0], ())
    rows = [("Called", f"{found['method']} {found['url']}")]
    rows += [
        (f"The same in PARS's {name}", f"https://{host}/services/{tail}")
        for name, host in zip(("sandbox", "production"), hosts, strict=False)
    ]
    yield from _heading("Endpoint")
    yield from _table(("What", "URL"), rows)


def _errors(ticket: dict[str, Any]) -> Iterator[str]:
    yield from _heading("Error codes")
    errors = ticket.get("errors", [])
    if not errors:
        yield "None."
    for error in errors:
        record = f", record {error['record']}" if "record" in error else ""
        yield f"- **{_plain(error['code'])}**{record}: {_plain(error.get('meaning', ''))}"
        for title, key in (("What is wrong", "message"), ("Expected", "expected"), ("What to do", "fix")):
            if error.get(key):
                yield f"  - {title}: {_plain(error[key])}"
        where = f"`{_code(error['path'])}`" if error.get("path") else ""
        line = f"line {error['line']} as sent" if error.get("line") else ""
        if where or line:
            yield f"  - Where: {', '.join(filter(None, (where, line)))}"
        if error.get("source"):
            basis = _plain(error.get("basis", ""))
            yield f"  - Source: {_plain(error['source'])} of mockpars's contracts/sources.yaml ({basis})"
    for note in ticket.get("notes", ()):
        yield f"- Note: {_plain(note)}"


def _steps(ticket: dict[str, Any]) -> Iterator[str]:
    yield from _heading("Steps taken")
    if ticket.get("steps_left_out"):
        yield f"{ticket['steps_left_out']} earlier ones are left out."
        yield ""
    for number, step in enumerate(ticket.get("steps", ()), 1):
        yield f"{number}. {_plain(step)}"
    yield ""
    yield "The last step is what this ticket is about. Times are those of the sandbox's clock, in UTC."


def _request(ticket: dict[str, Any]) -> Iterator[str]:
    found = ticket["request"]
    yield from _heading("Request")
    yield f"{ticket['endpoint']['method']} {_plain(ticket['endpoint']['url'])}"
    yield ""
    yield from (f"- {_plain(entry['name'])}: `{_code(entry['value'])}`" for entry in found["headers"])
    told = found["credentials"]
    yield f"- Credentials: user {told['user']}, password {told['password']}, HTTP Basic {told['basic']}"
    for number, words in enumerate(found.get("births_in_words", ()), 1):
        yield f"- Date of birth {number}: {_plain(words)}"
    yield ""
    yield from _block(found["body"], "There was no body.")


def _response(ticket: dict[str, Any]) -> Iterator[str]:
    yield from _heading("Response")
    yield f"HTTP {ticket['response']['status']}"
    if any(entry["about"] == "Fault on purpose" for entry in ticket["verdict"]["told"]):
        yield ""
        yield "A failure was simulated on purpose; the answer below may not have reached the client as it stands."
    yield ""
    yield from _block(ticket["response"]["body"], "There was no body.")


def _ground(ticket: dict[str, Any]) -> Iterator[str]:
    found = ticket["ground"]
    yield from _heading("What the answer rested on")
    yield f"- The clock showed {found['clock']}; the account's provider ID was {_plain(found['provider_id'])}."
    for entry in found["activities"]:
        yield f"- Activity {entry['activity_id']} was registered (`ground/activity-{entry['activity_id']}.xml`)."
    for entry in found["learner_records"]:
        yield (
            f"- Learner record {entry['credit_id']} was on file: {_plain(entry['physician'])}, activity "
            f"{entry['activity_id']}, completed {entry['completed_on']}, accepted {entry['accepted_at']}."
        )
        yield from (f"  - {_delivery(delivery)}" for delivery in entry.get("deliveries", ()))
    for entry in found["physicians"]:
        yield f"- Physician {entry['id']} had been added to this sandbox: {_plain(entry['first_name'])} " + _plain(
            entry["last_name"]
        )
    for entry in found["armed"]:
        limits = "".join(f", {name} {_plain(value)}" for name, value in entry.items() if name != "scenario")
        yield f"- Scenario `{_code(entry['scenario'])}` acted on it{limits}."


def _delivery(entry: dict[str, Any]) -> str:
    decided = "no decision is planned"
    if "decided_at" in entry:
        word = "approves" if entry["approved"] else "rejects"
        reason = f": {_plain(entry['reason'])}" if entry.get("reason") else ""
        decided = f"{word} {entry['decided_at']}{reason}"
    return f"{entry['destination']}: transmitted {entry['transmitted_at']}, {decided}"


def _replay(ticket: dict[str, Any]) -> Iterator[str]:
    yield from _heading("Reproduce it")
    yield "With the zip of this ticket:"
    yield ""
    yield f"    mockpars replay ticket-{ticket['exchange']}.zip"
    codes = dict.fromkeys(error["code"] for error in ticket.get("errors", ()))
    known = [int(code) for code in codes if code.isdigit() and int(code) in CATALOGUE]
    if known:
        yield ""
        yield f"`mockpars explain {known[0]}` tells what is known of the code."


def _heading(title: str) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""


def _table(heads: tuple[str, str], rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f"| {heads[0]} | {heads[1]} |"
    yield "| --- | --- |"
    for name, value in rows:
        yield f"| {_cell(name)} | {_cell(value)} |"


def _block(text: str, nothing: str) -> Iterator[str]:
    """The text between fences that are longer than any run of back-ticks in it, an element a line."""
    if not text:
        yield nothing
        return
    shown = _indented(text) if max(map(len, text.splitlines()), default=0) > 400 else text.rstrip("\n")
    cut = len(shown) > _MOST_SHOWN
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    yield f"{fence}xml"
    yield shown[:_MOST_SHOWN]
    yield fence
    if cut:
        yield ""
        yield "The rest stands in the zip of this ticket."


def _indented(text: str) -> str:
    """Works on broken documents too, in a time that grows with the text's length and not faster."""
    lines: list[str] = []
    depth, is_leaf = 0, False
    for token in filter(None, (found.strip() for found in re.findall(r"<[^<>]*>|[^<>]+|[<>]", text))):
        if token.startswith("</"):
            depth = max(depth - 1, 0)
        if is_leaf and (token.startswith("</") or not token.startswith("<")):
            lines[-1] += token
            is_leaf = not token.startswith("</")
            continue
        lines.append("  " * min(depth, 40) + token)
        is_leaf = re.match(r"<[^/?!<]", token) is not None and not token.endswith("/>")
        depth += is_leaf
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Text that means nothing to Markdown, on one line."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(str(text).split()))


def _cell(text: str) -> str:
    return _plain(text)


def _code(text: str) -> str:
    return " ".join(str(text).replace("`", "'").split())

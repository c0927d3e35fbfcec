"""A run of the suite as a report document."""

from __future__ import annotations

from typing import Final

from mockpars.contract.claims import Claim, by_code, by_source
from mockpars.contract.coverage import CODES
from mockpars.contract.library import Library
from mockpars.contract.reports.document import Document, Evidence, Item, Kind, Table
from mockpars.contract.results import CaseResult, Exchange, Run
from mockpars.contract.shapes import exchange_record

STATUS_KINDS: Final[dict[str, Kind]] = {"pass": "good", "fail": "bad", "error": "bad", "skip": "none", "omit": "none"}
_WORD_KINDS: Final[dict[str, Kind]] = {"confirmed": "good", "refuted": "bad", "not reached": "none"}
_EVIDENCE_PER_PASS: Final = 0
_LONGEST_ANSWER: Final = 20_000


def document(run: Run, library: Library) -> Document:
    """The report of a run."""
    ended = [(result.case, result.status) for result in run.results]
    sources, codes = by_source(library, ended), by_code(CODES, ended)
    return Document(
        title=f"PARS contract: {run.target}",
        headline=_headline(run),
        good=run.good,
        statuses=STATUS_KINDS,
        items=[_item(result) for result in run.results],
        facts=_facts(run),
        tables=(_code_table(codes, library), _source_table(sources, library), *_drift_tables(run)),
        warnings=(*run.gates, *((run.stopped,) if run.stopped else ())),
        seconds=run.seconds,
        extra={
            "target": run.target,
            "kind": run.kind,
            "run": run.run,
            "started": run.started.isoformat(timespec="seconds"),
            "claims": {claim.id: claim.word for claim in (*sources, *codes)},
            "exchanges": [
                exchange_record(exchange, reading)
                for result in run.results
                for exchange, reading in zip(result.exchanges, result.readings, strict=True)
            ],
        },
    )


def _headline(run: Run) -> str:
    counts = run.counts()
    wrong = counts["fail"] + counts["error"]
    if run.stopped:
        return f"Stopped before the end: {run.stopped}"
    if wrong:
        return f"{run.target} does not keep the contract: {wrong} of {len(run.results)} cases are not as expected."
    if run.gates:
        return f"The cases pass, but the suite does not cover what it must: {len(run.gates)} gaps."
    if not counts["pass"]:
        return "Nothing was judged: no case ran."
    return f"{run.target} keeps the contract: {counts['pass']} cases pass."


def _facts(run: Run) -> tuple[tuple[str, str], ...]:
    requests = sum(len(result.exchanges) for result in run.results)
    return (
        ("Target", f"{run.target} ({'control API' if run.kind == 'mock' else 'no control API'})"),
        ("Started", run.started.isoformat(timespec="seconds")),
        ("Requests", str(requests)),
    )


def _item(result: CaseResult) -> Item:
    shown = result.exchanges if result.status in ("fail", "error") else result.exchanges[:_EVIDENCE_PER_PASS]
    return Item(
        id=result.case.id,
        title=result.case.title,
        status=result.status,
        group=result.case.file.removesuffix(".yaml"),
        reason=result.reason,
        problems=tuple(result.problems),
        sources=result.case.sources,
        seconds=result.seconds,
        evidence=tuple(_evidence(exchange) for exchange in shown),
        notes=tuple(result.drift),
    )


def _evidence(exchange: Exchange) -> Evidence:
    sent = [f"{exchange.method} {exchange.url}"]
    sent += [f"{name}: {value}" for name, value in exchange.request_headers.items()]
    answered = [f"HTTP {exchange.http}" if exchange.http else exchange.problem]
    answered += [f"{name}: {value}" for name, value in exchange.headers.items()]
    return Evidence(
        f"{exchange.step}: {exchange.operation}, HTTP {exchange.http}, {exchange.seconds * 1000:.0f} ms",
        "\n".join(sent) + f"\n\n{exchange.request}",
        "\n".join(answered) + f"\n\n{exchange.answer[:_LONGEST_ANSWER]}",
    )


def _code_table(claims: list[Claim], library: Library) -> Table:
    rows, kinds = [], []
    for claim in claims:
        cases = [case for case in library.cases.values() if int(claim.id) in case.rules]
        sides = [sum(case.side == side for case in cases) for side in ("breaks", "keeps")]
        meaning = library.meanings.get(int(claim.id), "")
        rows.append((claim.id, claim.word, meaning, f"{sides[0]} break, {sides[1]} keep", *_who(claim)))
        kinds.append(_WORD_KINDS[claim.word])
    return Table("Rejection codes", ("Code", "Here", "Meaning", "Cases", "Passed", "Failed"), tuple(rows), tuple(kinds))


def _source_table(claims: list[Claim], library: Library) -> Table:
    rows, kinds = [], []
    for claim in claims:
        entry = library.sources[claim.id]
        why = entry.get("untestable", "") if claim.word == "not reached" else ""
        word: str = "cannot be tested" if why else claim.word
        if entry.get("kind") == "context" and claim.word == "not reached":
            word = "context"
        rows.append((claim.id, word, str(entry["basis"]), why or str(entry["fact"]), *_who(claim)))
        kinds.append(_WORD_KINDS[claim.word])
    note = "Documented: the PARS reference. Published: ACCME or an integrator. Assumed: nobody has written it down."
    columns = ("Source", "Here", "Basis", "What PARS is known to do", "Passed", "Failed")
    return Table("What is known about PARS", columns, tuple(rows), tuple(kinds), note)


def _who(claim: Claim) -> tuple[str, str]:
    return str(len(claim.passed)), ", ".join(claim.failed)


def _drift_tables(run: Run) -> tuple[Table, ...]:
    seen: dict[str, list[str]] = {}
    for result in run.results:
        for line in result.drift:
            seen.setdefault(line, []).append(result.case.id)
    if not seen:
        return ()
    rows = tuple((line, str(len(cases)), ", ".join(cases[:3])) for line, cases in sorted(seen.items()))
    note = "The answers say what was expected, but not in the shape that xsd/responses.xsd reconstructs."
    return (Table("Differences in shape", ("Difference", "Answers", "Cases"), rows, (), note),)

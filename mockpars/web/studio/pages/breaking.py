"""Break it: who, what, when and how; the XML with the offending node marked; send, and keep as a scenario."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from mockpars.domain.model import Activity, Physician
from mockpars.domain.scenario import find_scenario
from mockpars.service import arming, physicians
from mockpars.service.scenarios import read_scenario
from mockpars.web.doorway import Exchange
from mockpars.web.studio import breakages, messages, sending, xmlview
from mockpars.web.studio.breakages import BREAKAGES, Breakage, Subject
from mockpars.web.studio.place import Page, Place, number, sent, tell, wanted
from mockpars.web.studio.snippets import Shot, scenario_yaml, snippets

_MOST_ACTIVITIES = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """What has been chosen so far."""

    who: Physician | None
    activity: Activity | None
    completed: str
    way: Breakage
    argument: str
    board: str

    @property
    def scenario(self) -> str | None:
        """The scenario that goes along, with its argument."""
        return self._with_argument(self.way.scenario)

    @property
    def saved_as(self) -> str | None:
        """The scenario to keep."""
        return self._with_argument(self.way.saved_as)

    def _with_argument(self, name: str | None) -> str | None:
        return f"{name}:{self.argument}" if name and name == self.way.scenario and self.argument else name


def page(place: Place) -> str:
    """The workbench; everything chosen is in the address, so that it can be shared."""
    choice = _choice(place)
    xml = _message(place, choice)
    exchange = _sent_exchange(place)
    return place.page(
        "break.html",
        choice=choice,
        activities=place.sandbox.store.activities.page(place.sandbox.world.id, 0, _MOST_ACTIVITIES),
        groups=breakages.groups(_ways(place)),
        xml=xmlview.plain(xml) if xml else "",
        lines=xmlview.lay_out(xml, choice.way.marks) if xml else [],
        snippets=snippets(_shot(place, choice, xml)) if xml else (),
        kept={key: value for key, value in request.args.items() if key != "sent"},
        exchange=exchange,
        seen=wanted("seen") or "",
        answer_lines=xmlview.lay_out(exchange.response or "") if exchange else [],
        problem=_argument_problem(choice),
        takes=_takes(choice),
        gives_reason=choice.way.group == breakages.DECISIONS,
    )


def _ways(place: Place) -> dict[str, Breakage]:
    return breakages.all_ways(place.world.scenario_files)


def _choice(place: Place) -> Choice:
    sandbox = place.sandbox
    who = next(iter(physicians.named(sandbox, wanted("physician") or "PH-0001")), None)
    chosen = wanted("activity")
    known = sandbox.store.activities.page(sandbox.world.id, 0, 1)
    activity = sandbox.activity(chosen, None) if chosen else next(iter(known), None)
    way = _ways(place).get(wanted("how") or "303", BREAKAGES["303"])
    return Choice(who, activity, _completed(place, activity), way, wanted("argument") or "", wanted("board") or "")


def _completed(place: Place, activity: Activity | None) -> str:
    try:
        return date.fromisoformat(wanted("completed") or "").isoformat()
    except ValueError:
        return messages.good_date(place.sandbox, activity).isoformat() if activity else ""


def _message(place: Place, choice: Choice) -> str:
    if choice.who is None or choice.activity is None:
        return ""
    draft = replace(messages.happy_path(place.sandbox, choice.who, choice.activity), completed=choice.completed)
    if choice.board:
        credit = messages.board_credit(choice.activity, choice.who, choice.board)
        draft = replace(draft, credits=(*draft.credits, credit))
    return choice.way.message(Subject(place.sandbox, choice.who, choice.activity, draft))


def _takes(choice: Choice) -> str:
    """What may follow the scenario's name after a colon, if anything."""
    found = find_scenario(choice.way.scenario or "")
    return found.kind.argument or "" if found else ""


def _argument_problem(choice: Choice) -> str:
    found = find_scenario(choice.way.scenario or "")
    if found is None:
        return ""
    kind = found.kind
    if choice.argument and not kind.accepts(choice.argument):
        return f"{kind.name} takes {kind.argument or 'nothing'} here, not {choice.argument!r}."
    return ""


def _shot(place: Place, choice: Choice, xml: str) -> Shot:
    refused = choice.way.code is not None
    fault = choice.way.group == breakages.FAULTS
    return Shot(
        url=place.root + sending.path_of(place, choice.way.operation),
        xml=xmlview.plain(xml),
        scenario=choice.scenario,
        expected="" if fault else "Rejected" if refused else "Accepted",
        code=choice.way.code,
        name=choice.way.key.replace("-", "_")
        if choice.way.key[0].isalpha()
        else f"code_{choice.way.key}".replace("-", "_"),
    )


def send(place: Place) -> AnyResponse:
    """Sends the message as it now stands in the form, and shows the verdict."""
    way = _ways(place).get(sent("how"), BREAKAGES["nothing"])
    scenario = sent("scenario") or None
    xml = request.form.get("xml", "")
    answer = sending.send(place, way.operation, xml, scenario)
    if way.twice:
        answer = sending.send(place, way.operation, xml, scenario)
    kept = {key: request.form[f"kept_{key}"] for key in _KEPT if request.form.get(f"kept_{key}")}
    return place.to(
        "break", **kept, sent=answer.journal_id or 0, seen=_seen(answer.status, answer.exchange), _anchor="verdict"
    )


_KEPT = ("physician", "activity", "completed", "how", "argument", "board")


def _seen(status: int, exchange: Exchange) -> str:
    """What a client would have met, beyond the answer's own text."""
    if exchange.never_answer is not None:
        return f"no answer for {exchange.never_answer:g} seconds, then a reset connection"
    if exchange.reset:
        return "a connection that is reset before any answer"
    words = f"HTTP {status}"
    if exchange.delay:
        words += f", after {exchange.delay:.1f} seconds"
    if exchange.cut_at is not None:
        words += f", its body cut after {exchange.cut_at} bytes"
    return words


def _sent_exchange(place: Place) -> Any:
    wanted_id = number(wanted("sent"), 0)
    return place.sandbox.store.exchanges.find(place.sandbox.world.id, wanted_id) if wanted_id else None


def save(place: Place) -> AnyResponse:
    """Arms the scenario in this sandbox. Raises UnknownScenario."""
    body = _scenario_fields()
    scenario = read_scenario(str(body["scenario"]), sent("reason") or None)
    times = number(sent("times"), 0) or None
    arming.arm(place.sandbox, {**body, "scenario": scenario.name}, times)
    often = f"the next {times} matching requests" if times else "every matching request, until it is disarmed"
    tell(f"Armed: {scenario.name} acts on {often}.")
    return place.to("overview", _anchor="armed")


def _scenario_fields() -> dict[str, Any]:
    body: dict[str, Any] = {"scenario": sent("scenario")}
    for field in ("operation", "physician", "activity", "reason"):
        if sent(field):
            body[field] = sent(field)
    percent = number(sent("percent"), 100)
    if 1 <= percent < 100:
        body["percent"] = percent
    return body


def export(place: Place) -> Response:
    """The scenario as a file, to review and to load at start."""
    body = _scenario_fields()
    name = read_scenario(str(body["scenario"])).name
    times = number(sent("times"), 0) or None
    called = sent("name") or None
    title = sent("title") or name
    text = scenario_yaml(title, {"scenario": name, "name": called, "title": title, "times": times, **body})
    file = re.sub(r"[^\w.-]", "-", called or name, flags=re.ASCII)
    headers = {"Content-Disposition": f'attachment; filename="{file}.yaml"'}
    return Response(text, content_type="application/yaml", headers=headers)


def suggest(place: Place) -> str:
    """Physicians whose name begins to fit, for the field that chooses one."""
    text = wanted("physician") or ""
    found = physicians.search(place.sandbox.physicians(), physicians.Wanted(name=text)) if len(text) > 1 else iter(())
    return render_template("_suggestions.html", found=[entry for entry, _ in zip(found, range(12), strict=False)])


PAGES = (
    Page("/break", "break", page),
    Page("/break/physicians", "break-physicians", suggest),
    Page("/break/send", "break-send", send, "POST"),
    Page("/break/save", "break-save", save, "POST"),
    Page("/break/export", "break-export", export, "POST"),
)

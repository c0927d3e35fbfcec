"""Activities: registered, changed, closed and deleted by form, with the rules and the messages of the API."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import abort, request
from werkzeug.wrappers import Response

from mockpars.domain.accepted import ACTIVITY_FORMATS, MOC_CREDIT_TYPES
from mockpars.domain.clock import central_date
from mockpars.domain.model import Activity
from mockpars.service import learner_search
from mockpars.service.sandbox import Sandbox
from mockpars.web.studio import messages, sending, xmlview
from mockpars.web.studio.messages import ActivityDraft, RegistrationDraft
from mockpars.web.studio.place import Page, Place, number, sent, tell, wanted

_LIMIT = 50
_SPARE = 2
_SHOWN = frozenset(
    (
        "MedicalEducationMetrics", "ReportDescription", "ReportingStartDate", "ReportingEndDate", "lom", "general",
        "identifier", "catalog", "entry", "title", "string", "healthcareMetadata", "healthcareEducation", "credits",
        "activityCertification", "numberOfCredits", "startDateTime", "endDateTime", "activitySponsorship",
        "activityFormat", "commercialSupport", "XtensibleInfo", "CreditClaimDate", "MOCRegistrations",
        "MOCRegistration", "boardName", "mocPoints", "MOCCreditType", "DiplomateID", "activityRecordAction",
        "closeActivityRecord",
    )
)  # fmt: skip


def listing(place: Place) -> str:
    """Those that are registered."""
    after = number(wanted("after"), 0)
    found = place.sandbox.store.activities.page(place.sandbox.world.id, after, _LIMIT + 1)
    return place.page(
        "activities.html",
        found=found[:_LIMIT],
        following=found[_LIMIT - 1].id if len(found) > _LIMIT else None,
        total=place.sandbox.store.activities.count(place.sandbox.world.id),
    )


def new(place: Place) -> str:
    """An empty form, with dates that would do."""
    year = central_date(place.sandbox.now).year
    draft = ActivityDraft(starts=f"{year}-01-01", ends=f"{year}-12-31", claim_by=f"{year}-12-31")
    return _form(place, draft)


def edit(place: Place, activity: str) -> str:
    """The form, filled with what is registered."""
    found = the_activity(place.sandbox, activity)
    document = place.sandbox.store.activities.document(place.sandbox.world.id, found.id)
    return _form(place, ActivityDraft.of(found, _support(document)), found, dropped=_not_shown(document))


def _form(
    place: Place, draft: ActivityDraft, found: Activity | None = None, exchange: object = None, dropped: object = ()
) -> str:
    spare = (RegistrationDraft("", "", ""),) * _SPARE
    return place.page(
        "activity_form.html",
        draft=draft,
        activity=found,
        exchange=exchange,
        dropped=dropped,
        registrations=(*draft.registrations, *spare),
        formats=sorted(ACTIVITY_FORMATS),
        credit_types=MOC_CREDIT_TYPES,
    )


def save(place: Place) -> str | Response:
    """Sends what the form holds to SaveActivity, and shows the form again with the verdict if it is rejected."""
    draft = _read()
    answer = sending.send(place, "SaveActivity", messages.activity_message(place.sandbox, draft))
    exchange = _exchange(place, answer.journal_id)
    if exchange is not None and exchange.outcome == "Accepted":
        saved = place.sandbox.activity(draft.accme_id or None, draft.name or None)
        tell(f"PARS answered Accepted: {draft.title or draft.name}.")
        return place.to("activity", activity=saved.id) if saved else place.to("activities")
    found = place.sandbox.activity(draft.accme_id, None) if draft.accme_id else None
    return _form(place, draft, found, exchange)


def _read() -> ActivityDraft:
    lists = [request.form.getlist(f"moc_{part}") for part in ("board", "points", "kind", "claim_by", "diplomate_id")]
    rows = [RegistrationDraft(*(cell.strip() for cell in row)) for row in zip(*lists, strict=False)]
    return ActivityDraft(
        name=sent("provider_activity_id"),
        title=sent("title"),
        starts=sent("starts"),
        ends=sent("ends"),
        claim_by=sent("claim_by"),
        credits=sent("credits"),
        kind=sent("format"),
        support=sent("support"),
        closed=sent("closed") == "yes",
        action="Update" if sent("accme_id") else "Add",
        accme_id=sent("accme_id"),
        registrations=tuple(row for row in rows if row.board),
    )


def one(place: Place, activity: str) -> str:
    """An activity, its XML, and the records within."""
    found = the_activity(place.sandbox, activity)
    world = place.sandbox.world.id
    records = place.sandbox.store.records.page(world, 10**18, _LIMIT, None, found.id)
    return place.page(
        "activity.html",
        activity=found,
        document=xmlview.lay_out(place.sandbox.store.activities.document(world, found.id)),
        rows=[learner_search.row_of(place.sandbox, record) for record in records],
        more=len(records) == _LIMIT,
    )


def act(place: Place, activity: str) -> Response:
    """Closes, opens or deletes an activity, by a message."""
    found = the_activity(place.sandbox, activity)
    document = place.sandbox.store.activities.document(place.sandbox.world.id, found.id)
    draft = ActivityDraft.of(found, _support(document))
    acts = {"close": replace(draft, closed=True), "open": replace(draft, closed=False)}
    chosen = acts.get(sent("act"), replace(draft, action="Delete"))
    answer = sending.send(place, "SaveActivity", messages.activity_message(place.sandbox, chosen))
    exchange = _exchange(place, answer.journal_id)
    if exchange is None or exchange.outcome != "Accepted":
        tell(f"PARS did not take it (HTTP {answer.status}): the journal says why.", "bad")
        return place.to("activity", activity=found.id)
    tell({"close": "Closed.", "open": "Open again."}.get(sent("act"), "Deleted; its learner records stay."))
    return place.to("activities") if chosen.action == "Delete" else place.to("activity", activity=found.id)


def the_activity(sandbox: Sandbox, text: str) -> Activity:
    """The activity of an ACCME Activity ID. Aborts with 404."""
    found = sandbox.activity(text, None)
    if found is None:
        abort(404, f"No activity {text[:40]!r} is registered in this sandbox.")
    return found


def _exchange(place: Place, number_given: int | None) -> Any:
    """The journal's entry; the store's own type is not for pages to name."""
    return None if number_given is None else place.sandbox.store.exchanges.find(place.sandbox.world.id, number_given)


def _support(document: str) -> str:
    return _texts(document).get("commercialSupport", "")


def _not_shown(document: str) -> list[str]:
    """Elements of a registered document that the form has no field for, and would drop."""
    return sorted(set(_texts(document)) - _SHOWN)


def _texts(document: str) -> dict[str, str]:
    root = xmlview.parse(document)
    found: dict[str, str] = {}
    waiting = [root] if root else []
    while waiting:
        node = waiting.pop()
        found[node.name.rpartition(":")[2]] = node.text.strip()
        waiting.extend(node.children)
    return found


PAGES = (
    Page("/activities", "activities", listing),
    Page("/activities/new", "new-activity", new),
    Page("/activities/save", "save-activity", save, "POST"),
    Page("/activities/<activity>", "activity", one),
    Page("/activities/<activity>/edit", "edit-activity", edit),
    Page("/activities/<activity>/act", "act-on-activity", act, "POST"),
)

"""Ways to break it: a change to the message that really breaks a rule, or a scenario that makes PARS misbehave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mockpars.domain.model import Activity, Credit, Physician
from mockpars.domain.rejection import CATALOGUE
from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS
from mockpars.service.sandbox import Sandbox
from mockpars.service.scenario_files import ScenarioFiles
from mockpars.web.studio import messages
from mockpars.web.studio.messages import ActivityDraft, LearnerDraft, RegistrationDraft

LEARNER, ACTIVITY = "SaveLearnerActivity", "SaveActivity"
DECISIONS, FAULTS = "Board decisions", "Gateway faults"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who, what and when: what a message is drafted from."""

    sandbox: Sandbox
    who: Physician
    activity: Activity
    draft: LearnerDraft


LearnerChange = Callable[[Subject], LearnerDraft]
ActivityChange = Callable[[ActivityDraft], ActivityDraft]


@dataclass(frozen=True, slots=True)
class Breakage:
    """One way. `marks` are the elements that offend; `scenario` goes along as a request header."""

    key: str
    group: str
    title: str
    operation: str = LEARNER
    code: int | None = None
    marks: tuple[str, ...] = ()
    scenario: str | None = None
    learner: LearnerChange | None = None
    activity: ActivityChange | None = None
    twice: bool = False
    file: str = ""

    @property
    def saved_as(self) -> str | None:
        """The scenario that does the same to every client, whatever it sends; None for one that a file keeps."""
        if self.file:
            return None
        return self.scenario or (f"reject-{self.code}" if self.code else None)

    def message(self, about: Subject) -> str:
        """The XML to send."""
        if self.operation == ACTIVITY:
            whole = replace(
                ActivityDraft.of(about.activity), name=f"{about.activity.provider_activity_id}-BROKEN", accme_id="",
                action="Add",
            )  # fmt: skip
            draft = self.activity(whole) if self.activity else whole
            return messages.activity_message(about.sandbox, draft)
        record = self.learner(about) if self.learner else about.draft
        return messages.learner_message(about.sandbox, [record])


def _moved(text: str, days: int) -> str:
    return (date.fromisoformat(text) + timedelta(days=days)).isoformat()


def _after_claim_date(about: Subject) -> LearnerDraft:
    return replace(about.draft, completed=(about.activity.credit_claim_by + timedelta(days=1)).isoformat())


def _late_on_the_last_day(about: Subject) -> LearnerDraft:
    return replace(about.draft, completed=f"{about.activity.credit_claim_by.isoformat()}T20:00:00")


def _one_more_credit(about: Subject) -> LearnerDraft:
    first = about.draft.credits[0] if about.draft.credits else Credit(messages.AMA, "1.0")
    return replace(about.draft, credits=(replace(first, amount=format(about.activity.hours + 1, "f")),))


def _moc(board: str, spoil: Callable[[Credit], Credit]) -> LearnerChange:
    def change(about: Subject) -> LearnerDraft:
        credit = messages.board_credit(about.activity, about.who, board)
        return replace(about.draft, credits=(*about.draft.credits, spoil(credit)))

    return change


def _registered(board: str, points: str, kind: str) -> ActivityChange:
    return lambda draft: replace(draft, registrations=(RegistrationDraft(board, points, kind),))


def _by_message() -> Iterator[Breakage]:
    group = "Learner record: break a rule"
    yield Breakage("nothing", "No fault", "Nothing: send a good message")
    yield Breakage(
        "300", group, "300: a date of birth one day off", code=300, marks=("ar:DateOfBirth",),
        learner=lambda about: replace(about.draft, born=_moved(about.draft.born, 1)),
    )  # fmt: skip
    yield Breakage(
        "302", group, "302: an activity that PARS does not know", code=302, marks=("ar:AccmeActivityID",),
        learner=lambda about: replace(about.draft, activity_id="999999999"),
    )  # fmt: skip
    yield Breakage(
        "303", group, "303: completed the day after the credit claim date", code=303,
        marks=("ar:CompletedDateTime",), learner=_after_claim_date,
    )  # fmt: skip
    yield Breakage(
        "303-time", group, "303: a time of day that moves the date to the next day (L12)", code=303,
        marks=("ar:CompletedDateTime",), learner=_late_on_the_last_day,
    )  # fmt: skip
    yield Breakage("304", group, "304: the same record, sent twice", code=304, marks=("ar:LearnerRecord",), twice=True)
    yield Breakage(
        "305", group, "305: one credit more than the activity is registered for", code=305,
        marks=("ar:CreditAmount",), learner=_one_more_credit,
    )  # fmt: skip
    yield Breakage(
        "100", group, "100: another provider's ID in the record", code=100, marks=("ar:ProviderID",),
        learner=lambda about: replace(about.draft, provider_id="0000001"),
    )  # fmt: skip
    yield Breakage(
        "200", group, "200: ABIM points the activity is not registered for", code=200,
        marks=("ar:CreditAmount",), learner=_moc("ABIM", lambda credit: replace(credit, amount="99.5")),
    )  # fmt: skip
    yield Breakage(
        "322", group, "322: ABOS credit without the diplomate ID", code=322, marks=("ar:Credit",),
        learner=_moc("ABOS", lambda credit: replace(credit, board_id=None)),
    )  # fmt: skip
    yield from _on_activities()


def _on_activities() -> Iterator[Breakage]:
    group = "Activity: break a rule"

    def way(code: int, title: str, mark: str, change: ActivityChange) -> Breakage:
        return Breakage(
            f"activity-{code}", group, f"{code}: {title}", operation=ACTIVITY, code=code, marks=(mark,),
            activity=change,
        )  # fmt: skip

    yield way(
        101, "it ends before it starts", "hx:startDateTime",
        lambda draft: replace(draft, starts=draft.ends, ends=draft.starts),
    )  # fmt: skip
    yield way(102, "no credit at all", "hx:numberOfCredits", lambda draft: replace(draft, credits="0"))
    yield way(103, "a format nobody knows", "hx:activityFormat", lambda draft: replace(draft, kind="Campfire"))
    yield way(104, "commercial support: maybe", "hx:commercialSupport", lambda draft: replace(draft, support="maybe"))
    yield way(
        105, "credit claimed before it ends", "ex:CreditClaimDate",
        lambda draft: replace(draft, claim_by=_moved(draft.ends, -1)),
    )  # fmt: skip
    yield way(200, "ABIM points of 0.3", "ex:mocPoints", _registered("ABIM", "0.3", "Medical Knowledge"))
    yield way(322, "ABOS without a diplomate ID", "ex:MOCRegistration", _registered("ABOS", "1.0", "Self-Assessment"))


def _by_scenario() -> Iterator[Breakage]:
    for kind in CATALOGUE_OF_SCENARIOS.values():
        if kind.effect == "reject" and kind.code in (301, 306, 307):
            meaning = CATALOGUE[kind.code].meaning
            group, title = "Learner record: by scenario", f"{kind.code}: {meaning}, as a good message is answered"
            yield Breakage(kind.name, group, title, code=kind.code, scenario=kind.name)
        elif kind.effect in ("decide", "delay-delivery"):
            yield Breakage(kind.name, DECISIONS, f"{kind.name}: {kind.title}", scenario=kind.name)
        elif kind.effect == "fault":
            yield Breakage(kind.name, FAULTS, f"{kind.name}: {kind.title}", scenario=kind.name)


BREAKAGES: dict[str, Breakage] = {entry.key: entry for entry in (*_by_message(), *_by_scenario())}
"""Every way, by key."""


def all_ways(files: ScenarioFiles) -> dict[str, Breakage]:
    """Every way by key, those of scenario files included."""
    kept = [
        Breakage(
            f"file-{entry.name}", "Scenario files", f"{entry.name}: {entry.title}", scenario=entry.name, file=entry.file
        )
        for entry in files.all()
        if entry.name
    ]
    return BREAKAGES | {entry.key: entry for entry in kept}


def groups(ways: dict[str, Breakage]) -> dict[str, list[Breakage]]:
    """The ways as a menu shows them."""
    found: dict[str, list[Breakage]] = {}
    for entry in ways.values():
        found.setdefault(entry.group, []).append(entry)
    return found

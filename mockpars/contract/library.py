"""The data under contracts/, read and checked: cases, states, operations, sources, roles, bodies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from mockpars.contract.trouble import DataInvalid
from mockpars.resources import data_path

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOCK, SANDBOX = "mock", "sandbox"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a case does: `send`, `advance` or `control`; `expect` belongs to a send."""

    send: Mapping[str, Any] | None = None
    advance: str | None = None
    control: Mapping[str, Any] | None = None
    expect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """A named state of the world, and the steps that bring it about."""

    name: str
    title: str
    given: tuple[str, ...]
    needs: Mapping[str, str]
    values: Mapping[str, Any]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One statement about PARS. `file` is where it stands, for messages."""

    id: str
    title: str
    file: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    steps: tuple[Step, ...]
    rules: tuple[int, ...] = ()
    side: str | None = None
    because: str = ""
    given: tuple[str, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    clock: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of PARS as contracts/operations.yaml tells it; `path` is from the root of a host."""

    name: str
    service: str
    path: str
    writes: str
    answer: str
    also: tuple[str, ...]


class Library:
    """All of contracts/. Everything is read at first use and checked as it is read. Raises DataInvalid."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or data_path("contracts")

    @cached_property
    def cases(self) -> Mapping[str, Case]:
        """Every case by id, in the order of files and lists."""
        found: dict[str, Case] = {}
        for path, entries in self._checked_case_files():
            for entry in entries:
                case = _case(entry, path.name)
                if case.id in found:
                    raise DataInvalid(f"{path.name}: case {case.id} is there twice, first in {found[case.id].file}.")
                found[case.id] = case
        for case in found.values():
            self._check_references(case)
        return found

    @cached_property
    def states(self) -> Mapping[str, State]:
        """The named states."""
        from mockpars.contract.checking import check_states

        entries = self._mapping("states.yaml")
        entries = entries.get("states", entries)
        check_states(entries, "states.yaml", self._schema)
        return {name: _state(name, entry) for name, entry in entries.items()}

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """The operations of PARS by name."""
        table = self._mapping("operations.yaml")
        services = table["services"]
        return {
            name: Operation(
                name=name,
                service=entry["service"],
                path=f"{services[entry['service']]}/{name}",
                writes=entry.get("writes", "none"),
                answer=entry.get("answer", ""),
                also=tuple(entry.get("also", ())),
            )
            for name, entry in table["operations"].items()
        }

    @cached_property
    def sources(self) -> Mapping[str, Mapping[str, Any]]:
        """What is known about PARS, by id: basis, fact, kind, untestable."""
        table = self._mapping("sources.yaml")
        found: Mapping[str, Mapping[str, Any]] = table.get("sources", table)
        return found

    @cached_property
    def roles(self) -> Mapping[str, Mapping[str, Any]]:
        """The roles that cases ask for: what each must be."""
        table = self._mapping("roles.yaml")
        found: Mapping[str, Mapping[str, Any]] = table.get("roles", table)
        return found

    @cached_property
    def meanings(self) -> Mapping[int, str]:
        """What each rejection code means, by contracts/rejections.json."""
        path = self.root / "rejections.json"
        try:
            entries = json.loads(path.read_text(encoding="utf-8"))["rejections"]
            return {entry["code"]: entry["meaning"] for entry in entries}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataInvalid(f"{path} cannot be read: {error!r}") from None

    def preload(self) -> None:
        """Reads the larger part now. Raises DataInvalid."""
        self.cases, self.roles, self.sources  # noqa: B018  # each is read when it is first looked at

    def body(self, name: str) -> str:
        """The text of a base body. Raises DataInvalid."""
        return self._text("bodies", name)

    def sample(self, name: str) -> str:
        """The text of one of the reference's own samples. Raises DataInvalid."""
        return self._text("samples", name)

    def _text(self, folder: str, name: str) -> str:
        path = self.root / folder / f"{name.removesuffix('.xml')}.xml"
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            known = ", ".join(sorted(entry.stem for entry in path.parent.glob("*.xml")))
            raise DataInvalid(f"There is no {folder}/{path.name}.", f"Known: {known or 'none'}.") from None

    @cached_property
    def _schema(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads((self.root / "case.schema.json").read_text(encoding="utf-8"))
        return found

    def _mapping(self, name: str) -> Mapping[str, Any]:
        table = read_yaml(self.root / name)
        if not isinstance(table, Mapping):
            raise DataInvalid(f"{name} is no mapping.")
        return table

    def _checked_case_files(self) -> Iterator[tuple[Path, list[Mapping[str, Any]]]]:
        from mockpars.contract.checking import check_case_file

        paths = sorted((self.root / "cases").glob("*.yaml"))
        if not paths:
            raise DataInvalid(f"There are no cases in {self.root / 'cases'}.")
        for path in paths:
            entries = read_yaml(path)
            check_case_file(entries, path, self._schema)
            yield path, entries

    def _check_references(self, case: Case) -> None:
        for name in case.given:
            if name not in self.states:
                raise DataInvalid(
                    f"{case.file}: case {case.id}: given: there is no state {name!r}.",
                    f"Known: {', '.join(self.states)}.",
                )
        for step in case.steps:
            if step.send and step.send["operation"] not in self.operations:
                raise DataInvalid(
                    f"{case.file}: case {case.id}: there is no operation {step.send['operation']!r}.",
                    f"Known: {', '.join(self.operations)}.",
                )


def read_yaml(path: Path) -> Any:
    """What a YAML file holds. Raises DataInvalid with the line."""
    try:
        with path.open(encoding="utf-8") as file:
            return yaml.load(file, Loader=_LOADER)  # noqa: S506  # a safe loader, the C one where there is one
    except FileNotFoundError:
        raise DataInvalid(f"{path} is missing.") from None
    except yaml.YAMLError as error:
        raise DataInvalid(f"{path.name} is no YAML: {error}") from None


def steps_of(library: Library, case: Case) -> list[State]:
    """The states a case needs, each once, those it rests on first."""
    found: dict[str, State] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            raise DataInvalid(f"State {name} rests on itself: {' -> '.join((*trail, name))}.")
        if name not in library.states:
            raise DataInvalid(f"There is no state {name!r}.", f"Known: {', '.join(library.states)}.")
        for base in library.states[name].given:
            visit(base, (*trail, name))
        found.setdefault(name, library.states[name])

    for name in case.given:
        visit(name, ())
    return list(found.values())


def _case(entry: Mapping[str, Any], file: str) -> Case:
    return Case(
        id=entry["id"],
        title=entry["title"],
        file=file,
        sources=_many(entry["source"]),
        targets=tuple(entry["targets"]),
        steps=tuple(_step(step) for step in entry["steps"]),
        rules=tuple(entry.get("rules", ())),
        side=entry.get("side"),
        because=entry.get("because", ""),
        given=_many(entry.get("given", ())),
        needs=entry.get("needs", {}),
        clock=entry.get("clock"),
        values=entry.get("values", {}),
        notes=entry.get("notes", ""),
    )


def _state(name: str, entry: Mapping[str, Any]) -> State:
    return State(
        name=name,
        title=entry["title"],
        given=_many(entry.get("given", ())),
        needs=entry.get("needs", {}),
        values=entry.get("values", {}),
        steps=tuple(_step(step) for step in entry.get("steps", ())),
    )


def _step(entry: Mapping[str, Any]) -> Step:
    return Step(
        send=entry.get("send"),
        advance=entry.get("advance"),
        control=entry.get("control"),
        expect=entry.get("expect", {}),
    )


def _many(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)

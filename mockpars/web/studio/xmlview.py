"""XML laid out for reading: one element a line, prefixes as they were sent, the offending ones marked.

It reads with expat and without namespaces, so that a page shows what the client wrote; documents with a DTD are
shown as they stand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from mockpars.wire.names import PREFIXES

_LONGEST = 512 * 1024


@dataclass(slots=True)
class Node:
    """An element as it was written; `path` is as in findings."""

    name: str
    attributes: list[tuple[str, str]]
    namespaces: dict[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)
    path: str = ""

    @property
    def step(self) -> str:
        """The element's name with the prefix that people read, whatever was written."""
        prefix, _, local = self.name.rpartition(":")
        known = PREFIXES.get(self.namespaces.get(prefix, ""), "")
        return f"{known}:{local}" if known else local


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the layout: its depth, its pieces as (kind, text), and whether it offends."""

    depth: int
    pieces: tuple[tuple[str, str], ...]
    marked: bool = False


def parse(text: str) -> Node | None:
    """The document as a tree; None when it is not XML, or is XML of a kind that is not to be read."""
    if not text.strip() or len(text) > _LONGEST or "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    reader = _Reader()
    try:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.characters
        parser.Parse(_without_declaration(text), True)
    except (expat.ExpatError, ValueError, RecursionError):
        return None
    if reader.root is not None:
        _name_paths(reader.root, reader.root.step)
    return reader.root


def lay_out(text: str, marked: Collection[str] = ()) -> list[Line]:
    """The document line by line; elements whose path (or last step) is among `marked` are marked."""
    root = parse(text)
    if root is None:
        return [Line(0, (("text", line),)) for line in text.splitlines()[:5000]]
    return list(_lines(root, 0, marked))


def plain(text: str) -> str:
    """The document laid out, as text that is XML again."""
    return "\n".join("  " * line.depth + "".join(piece for _, piece in line.pieces) for line in lay_out(text))


class _Reader:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []

    def start(self, name: str, attributes: list[str]) -> None:
        if len(self._open) > 200:
            raise ValueError("nested too deeply to show")
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        declared = {key.partition(":")[2]: value for key, value in pairs if key == "xmlns" or key.startswith("xmlns:")}
        above = self._open[-1].namespaces if self._open else {}
        node = Node(name, pairs, {**above, **declared} if declared else above)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, name: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        self._open[-1].text += text


def _without_declaration(text: str) -> str:
    # The text is decoded already, so what encoding it once claimed is no longer true.
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped.startswith("<?xml"):
        return stripped[stripped.find("?>") + 2 :].lstrip()
    return stripped


def _name_paths(node: Node, path: str) -> None:
    node.path = path
    steps = [child.step for child in node.children]
    seen: dict[str, int] = {}
    many = {step for step in steps if steps.count(step) > 1} if len(steps) < 2000 else set(steps)
    for child, step in zip(node.children, steps, strict=True):
        seen[step] = seen.get(step, 0) + 1
        _name_paths(child, f"{path}/{step}[{seen[step]}]" if step in many else f"{path}/{step}")


def _lines(node: Node, depth: int, marked: Collection[str]) -> Iterator[Line]:
    is_marked = node.path in marked or node.step in marked
    opening: list[tuple[str, str]] = [("tag", f"<{node.name}")]
    for key, value in node.attributes:
        opening += [("attribute", f" {key}="), ("value", quoteattr(value))]
    closing = ("tag", f"</{node.name}>")
    text = node.text.strip()
    if not node.children:
        inner = [("tag", ">"), ("text", escape(text)), closing] if text else [("tag", "/>")]
        yield Line(depth, (*opening, *inner), is_marked)
        return
    yield Line(depth, (*opening, ("tag", ">")), is_marked)
    if text:
        yield Line(depth + 1, (("text", escape(text)),), is_marked)
    for child in node.children:
        yield from _lines(child, depth + 1, marked)
    yield Line(depth, (closing,), is_marked)

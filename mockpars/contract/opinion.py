"""The second opinion: every answer judged by xmlschema, an engine that the mock does not use, by xsd/responses.xsd."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from mockpars.contract import xmltree
from mockpars.resources import data_path

_MOST = 5


class Opinion:
    """Judges answers; made once and shared by threads."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or data_path("xsd")
        self._schema: Any = None
        self._lock = threading.Lock()

    def problems(self, body: bytes, expected_root: str | None = None) -> list[str]:
        """What is wrong with an answer; nothing where it follows the schema and has the root that was asked for."""
        try:
            root = xmltree.parse(body)
        except xmltree.NotXml as unread:
            return [unread.reason]
        name = xmltree.local(root.tag)
        if expected_root and expected_root not in (name, root.tag):
            return [f"The answer is <{name}>, not <{expected_root}>."]
        with self._lock:
            schema = self._schema = self._schema or self._build()
            if root.tag not in schema.maps.elements:
                return [f"<{name}> in namespace {xmltree.namespace(root.tag) or '(none)'} is no answer of PARS."]
            found = []
            for error in schema.iter_errors(root):
                found.append(f"{error.path}: {error.reason}")
                if len(found) >= _MOST:
                    break
        return found

    def _build(self) -> Any:
        import xmlschema  # here, because it is slow to import

        return xmlschema.XMLSchema(str(self._folder / "responses.xsd"), allow="local", defuse="always")

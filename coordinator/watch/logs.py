"""Logs: one JSON object a line on standard error; nothing that comes from outside can end a line or pose as another.

Fields come from `extra` (codes, chains, laptops), never from ballots: of an error its type and the places in our code
are told, its words only where we wrote them (CountyError) or where they cannot hold content (files, database).

Example: `{"time": 1764000000, "level": "WARNING", "event": "refused", "code": "E_FORK", "chain": "s/v1/1"}`.
"""

import json
import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from coordinator.settings import CountyError
from tally_protocol.errors import ProtocolError

LOG = logging.getLogger("changpiao")
FIELDS = ("code", "chain", "node", "error", "role", "part", "entry", "seconds", "count")
EVENT_MOST = 2000
# what a terminal or a viewer may take for a line's end, a command or another order of reading
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def one_line(line: Mapping[str, object]) -> str:
    """A JSON object without anything that could be taken for a line of its own."""
    text = json.dumps(line, ensure_ascii=False, default=str)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def said(error: BaseException) -> str:
    """What may be told of an error beside its type."""
    if isinstance(error, CountyError):
        return error.en
    if isinstance(error, ProtocolError):
        return str(error.code)
    if isinstance(error, SQLAlchemyError):
        return str(getattr(error, "orig", None) or error).split("\n", 1)[0]
    if isinstance(error, OSError):
        return f"{error.strerror or ''} {error.filename or ''}".strip()
    return ""


def places(trace: TracebackType | None) -> list[str]:
    """Where in the code it happened: file, line, function; no words of the error, no source text."""
    return [f"{Path(part.filename).name}:{part.lineno} {part.name}" for part in traceback.extract_tb(trace)]


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        event = record.getMessage()
        if not record.name.startswith("changpiao"):
            # libraries say many things; their first line says what it is about
            event = f"{record.name}: {event.splitlines()[0] if event else ''}"
        line: dict[str, object] = {"time": int(record.created), "level": record.levelname, "event": event[:EVENT_MOST]}
        line |= {key: getattr(record, key) for key in FIELDS if hasattr(record, key)}
        if record.exc_info and record.exc_info[1] is not None:
            _, error, trace = record.exc_info
            line |= {"error": type(error).__name__, "said": said(error), "trace": places(trace)}
            if isinstance(error, CountyError | ProtocolError) and error.code:
                line.setdefault("code", error.code)
        return one_line(line)


def log_to_stderr() -> None:
    """For a process that serves: everything that is said goes through the one formatter."""
    # the C core of gRPC writes lines of its own shape, with what peers sent
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda given: _uncaught(given.exc_type, given.exc_value, given.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> Any:
    if error is not None and not issubclass(kind, KeyboardInterrupt | SystemExit):
        LOG.critical("not caught", exc_info=(kind, error, trace))

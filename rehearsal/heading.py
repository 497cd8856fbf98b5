"""election.toml: what the election is, read strictly; every wrong field is noted.

A rehearsal is never a real election ([SEAL-1]), and a profile that is not shipped is noted and the default holds.
"""

import datetime
import re
import tomllib
from pathlib import Path
from typing import Final

from rehearsal.idents import TITLE_LIMIT, ElectionId, ProfileId, composed, name_fault, plain_id
from rehearsal.notes import MappedId, Problem, Sink, clip
from rehearsal.plan import ElectionPlan
from rehearsal.rules import DEFAULT_PROFILE, SAID_DEFAULT, SHIPPED

FIELDS: Final = frozenset({"id", "title", "date", "test", "profile"})


def read_election(path: Path, note: Sink) -> ElectionPlan | None:
    """Read election.toml; every wrong field is noted, and without a usable id or title there is no election."""

    def fault(what: str, expected: str, found: str) -> None:
        note(Problem(code="E_TOML", file=path.name, line=0, what=what, expected=expected, found=clip(found)))

    fields = _toml(path, note)
    if fields is None:
        return None
    for key in sorted(fields.keys() - FIELDS):
        note(
            Problem(
                code="W_COLUMN", file=path.name, line=0, what="field", expected="a documented field", found=clip(key)
            )
        )
    raw_id, raw_title, raw_date = fields.get("id"), fields.get("title"), fields.get("date")
    title = composed(raw_title) if isinstance(raw_title, str) else ""
    if not isinstance(raw_id, str) or not raw_id:
        fault("id", "a text", repr(raw_id))
        return None
    if name_fault(title, TITLE_LIMIT) is not None:
        fault("title", f"a text of 1 to {TITLE_LIMIT} permitted characters", repr(raw_title))
        return None
    date = _date(raw_date)
    if date is None:
        fault("date", "YYYY-MM-DD", repr(raw_date))
        return None
    if fields.get("test", True) is not True:
        note(
            Problem(
                code="E_NOT_TEST",
                file=path.name,
                line=0,
                what="test",
                expected="true",
                found=clip(repr(fields["test"])),
            )
        )
    ident = plain_id(raw_id)
    if ident != raw_id:
        note(MappedId(file=path.name, line=0, kind="election", raw=clip(raw_id), id=ident))
    return ElectionPlan(
        id=ElectionId(ident),
        title=title,
        date=date,
        test=True,
        profile=_profile(fields.get("profile", ""), path, note),
    )


def _profile(raw: object, path: Path, note: Sink) -> ProfileId:
    """The shipped profile that the folder names; the default where it names none or one that is not shipped."""
    if isinstance(raw, str) and raw in SHIPPED:
        return ProfileId(raw)
    if not isinstance(raw, str) or raw not in SAID_DEFAULT:
        found = clip(raw if isinstance(raw, str) else repr(raw))
        expected = "the id of a shipped profile"
        note(Problem(code="W_PROFILE", file=path.name, line=0, what="profile", expected=expected, found=found))
    return DEFAULT_PROFILE


def _toml(path: Path, note: Sink) -> dict[str, object] | None:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        note(
            Problem(
                code="E_FILE",
                file=path.name,
                line=0,
                what="file",
                expected="a readable TOML file",
                found=error.strerror or type(error).__name__,
            )
        )
        return None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        found = clip(f"{type(error).__name__}: {error}")
        note(Problem(code="E_TOML", file=path.name, line=0, what="file", expected="TOML in UTF-8", found=found))
        return None


def _date(raw: object) -> str | None:
    if isinstance(raw, datetime.date) and not isinstance(raw, datetime.datetime):
        return raw.isoformat()
    if isinstance(raw, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", raw):
        try:
            return datetime.date.fromisoformat(raw).isoformat()
        except ValueError:
            return None
    return None

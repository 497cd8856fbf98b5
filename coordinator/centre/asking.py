"""What endpoints are asked with: words, dates and names that a signed act may hold, checked at the door."""

import re
import unicodedata
from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from coordinator.centre.sessions import Known
from tally_protocol.ids import is_id
from tally_protocol.limits import NAME_CODE_POINTS
from tally_protocol.seal.canonical import bad_text

_BREAKS = re.compile(r"\s*[\r\n\t\u2028\u2029]+\s*")
LONG, SHORT = 1000, 100


def _tidy(text: object) -> object:
    """One line, in the one spelling that canonical JSON takes."""
    return unicodedata.normalize("NFC", _BREAKS.sub(" ", text)).strip() if isinstance(text, str) else text


def _from_sheet(text: str) -> str:
    closed = "".join(text.split()).lower()
    if not re.fullmatch(r"[0-9a-f]{12,64}", closed):
        raise ValueError("应为样张上核对码的前 12 位，或全部 64 位 · the first 12 characters on the sheet, or all 64")
    return closed


def _visible(text: str) -> str:
    if bad_text(text):
        raise ValueError("含有不可见的控制字符 · holds characters that cannot be seen")
    return text


def _ident(text: str) -> str:
    if not is_id(text):
        raise ValueError("应为 1 至 32 个字母、数字或 _ - . · expected an id of letters, digits, _ - .")
    return text


def _day(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() != text:
            raise ValueError
    except ValueError:
        raise ValueError("应为日期，如 2026-12-20 · expected a date like 2026-12-20") from None
    return text


_TIDY = BeforeValidator(_tidy)
Text = Annotated[str, _TIDY, StringConstraints(min_length=1, max_length=LONG), AfterValidator(_visible)]
Maybe = Annotated[str, _TIDY, StringConstraints(max_length=LONG), AfterValidator(_visible)]
Title = Annotated[str, _TIDY, StringConstraints(min_length=1, max_length=SHORT), AfterValidator(_visible)]
MaybeTitle = Annotated[str, _TIDY, StringConstraints(max_length=SHORT), AfterValidator(_visible)]
# two names of a place with a stroke between, as they were sealed: compared, so not tidied
MaybeLabel = Annotated[str, StringConstraints(max_length=2 * NAME_CODE_POINTS + 1), AfterValidator(_visible)]
Ident = Annotated[str, StringConstraints(max_length=32), AfterValidator(_ident)]
Day = Annotated[str, StringConstraints(max_length=10), AfterValidator(_day)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
# as a person types it from a printed sheet, where it stands in groups: its beginning is enough
SheetDigest = Annotated[str, StringConstraints(max_length=100), AfterValidator(_from_sheet)]


class Asked(BaseModel):
    """A body: exact fields and types, nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _who(request: Request) -> Known:
    found: Known = request.state.who
    return found


Who = Annotated[Known, Depends(_who)]

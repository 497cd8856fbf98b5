"""What stands on every form so that it can be checked: election, checkpoint, chain head, and the same as a QR code."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import segno

from coordinator.forms.record import Record
from tally_protocol.election.manifest import Election
from tally_protocol.fields import JsonObject
from tally_protocol.ids import Hash32

# the first word says how the rest is read; a reader that does not know it shows the text
QR_FORM = "CHANGPIAO1"
# China keeps one time everywhere (GB/T 7408, UTC+8)
BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Cited:
    """A head that a form cites: whose it is in both languages, and the hash."""

    zh: str
    en: str
    head: Hash32

    def to_body(self) -> JsonObject:
        """For the template."""
        return {"zh": self.zh, "en": self.en, "head": self.head.hex()}


def chinese_date(day: str) -> str:
    """2026-11-28 as 2026年11月28日."""
    year, month, date = day.split("-")
    return f"{int(year)}年{int(month)}月{int(date)}日"


def chinese_time(seconds: int) -> str:
    """UTC seconds as people in the village read a clock."""
    at = datetime.fromtimestamp(seconds, UTC).astimezone(BEIJING)
    return f"{at.year}年{at.month}月{at.day}日 {at.hour:02d}:{at.minute:02d}"


def qr_svg(text: str) -> str:
    """The QR code of a text as an SVG; error level M survives a crease in the paper."""
    buffer = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        buffer, kind="svg", xmldecl=False, svgns=True, border=2, omitsize=True, nl=False
    )
    return buffer.getvalue().decode()


def stamp(record: Record, subject: str, cited: Iterable[Cited], link: str = "") -> JsonObject:
    """The stamp of a form about `subject` (a unit's id, a township, the election) with the heads that it cites.

    The QR code holds the checkpoint, the subject and the first head; with a `link` it opens that page and carries the
    same behind it, so that the code still proves something when the page is gone.
    """
    heads = list(cited)
    point = record.checkpoint
    said = {"size": str(point.size), "root": point.root.hex()}
    if heads:
        said["head"] = heads[0].head.hex()
    if link:
        text = f"{link}{'&' if '?' in link else '?'}{'&'.join(f'{name}={value}' for name, value in said.items())}"
    else:
        text = "\n".join([QR_FORM, point.origin, subject, *said.values()])
    return {
        "link": link,
        "origin": point.origin,
        "size": point.size,
        "root": point.root.hex(),
        "time": chinese_time(record.time) if record.time else "",
        "heads": [one.to_body() for one in heads],
        "qr": qr_svg(text),
    }


def election_body(election: Election) -> JsonObject:
    """The election as every form names it."""
    return {
        "id": election.id, "title": election.title, "date": chinese_date(election.date), "iso": election.date,
        "test": election.test,
    }  # fmt: skip

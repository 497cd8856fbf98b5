"""From a wish to a finished form: the record is read to its checkpoint, the body filled in, the sheet set and hashed.

`make(setter, Wish(form="statement", unit="v1"), Sources(public=folder))`, with the setter as an open context.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from coordinator.forms.catalogue import FORMS, Form, Subject
from coordinator.forms.desk_words import Report, daily_lines, journal_lines, summary_more, unit_remarks
from coordinator.forms.facts import unit_body
from coordinator.forms.flow import flow_body
from coordinator.forms.notices import final_state, list_body, outcome_body, places_body, rules_body, staff_body
from coordinator.forms.paperwork import Paperwork, is_day
from coordinator.forms.proving import planned, proof_data
from coordinator.forms.record import Record, Scope, read_record
from coordinator.forms.reports import brief_body, daily_body, summary_body
from coordinator.forms.rolls import roll_body
from coordinator.forms.sheets import ballots_body, labels_body, tally_body, tally_paper_body
from coordinator.forms.stamp import Cited, chinese_date, election_body, stamp
from coordinator.forms.typesetting import Typesetter
from coordinator.settings import CountyError
from tally_protocol.fields import JsonObject
from tally_protocol.law.ratio import Ratio
from tally_protocol.record.unit_chain import UnitState

REHEARSAL: Final[JsonObject] = {"zh": "演练", "en": "REHEARSAL"}
LINK: Final = re.compile(r"https?://[!-~]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: a form, what it speaks of, how it is to look.

    `units` are those of a township where the caller has grouped them: `township` is their title then, and may be empty.
    `centre` is the centre's report as JSON, `issue` the number of a brief; `day` is the unit's own day of a later wave,
    as 2026-12-20.
    """

    form: str
    unit: str = ""
    township: str = ""
    units: tuple[str, ...] = ()
    station: str = ""
    layout: str = ""
    english: bool = False
    link: str = ""
    day: str = ""
    before: Ratio | None = None
    issue: int = 0
    remarks: Mapping[str, str] = field(default_factory=dict)
    centre: Report = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where it comes from: the published folder, a checkpoint that was kept (else the newest), the private tables."""

    public: Path
    checkpoint: Path | None = None
    paperwork: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A finished form; `size` is the checkpoint it was made from, `sha256` goes into the act of who printed it."""

    form: str
    subject: str
    election: str
    size: int
    data: bytes

    @property
    def sha256(self) -> str:
        """The hash of the file, in hex."""
        return sha256(self.data).hexdigest()

    @property
    def file(self) -> str:
        """A name for the file that says what it is."""
        parts = [self.election, self.subject, self.form, str(self.size)]
        return "-".join(part.replace("/", "_") for part in parts if part) + ".pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form's data before it is set: everything that the template prints."""

    form: Form
    subject: str
    record_size: int
    time: int
    election: str
    data: JsonObject


def known_form(name: str) -> Form:
    """The form of an id; CountyError that lists all for any other."""
    if name not in FORMS:
        raise CountyError(
            f"没有表格 {name}；有 {'、'.join(FORMS)}", f"there is no form {name}; there are {', '.join(FORMS)}"
        )
    return FORMS[name]


def make(setter: Typesetter, wish: Wish, sources: Sources) -> Made:
    """Make a form as PDF/A; CountyError says what is missing and what to do."""
    return set_form(setter, fill(wish, sources))


def set_form(setter: Typesetter, filled: Filled) -> Made:
    """Set a filled form."""
    data = setter.pdf(filled.form.template, filled.data, filled.time)
    return Made(
        form=filled.form.id, subject=filled.subject, election=filled.election, size=filled.record_size, data=data
    )


def fill(wish: Wish, sources: Sources) -> Filled:
    """Read what the form needs and fill it in."""
    form = known_form(wish.form)
    scope = _scope(form, wish)
    record = read_record(sources.public, scope, sources.checkpoint)
    return fill_from(record, wish, None if sources.paperwork is None else Paperwork(sources.paperwork))


def make_all(setter: Typesetter, wish: Wish, sources: Sources) -> Iterator[Made]:
    """A form about one unit for every unit of a township, or of the county if none is named; one reading."""
    form = known_form(wish.form)
    if form.subject is not Subject.UNIT or wish.unit:
        yield make(setter, wish, sources)
        return
    _check_link(wish)
    record = read_record(sources.public, Scope(township=wish.township), sources.checkpoint)
    if not record.units:
        raise CountyError(
            f"没有乡镇 {wish.township}；请核对名称", f"there is no township {wish.township}; check its name"
        )
    paperwork = None if sources.paperwork is None else Paperwork(sources.paperwork)
    for unit in record.units:
        yield set_form(setter, fill_from(record, replace(wish, unit=unit), paperwork))


def prove(setter: Typesetter, folder: Path, unit: str, *, english: bool = False) -> Made:
    """The proof sheet of a unit from the sealing folder, before there is any record."""
    form = FORMS["proof"]
    read = planned(folder)
    data = proof_data(form, read, unit, english=english)
    # no record yet: the day of the election stands in for the time of a checkpoint
    time = int(datetime.fromisoformat(f"{read.head.date}T00:00:00+08:00").timestamp())
    filled = Filled(form=form, subject=unit, record_size=0, time=time, election=read.head.id, data=data)
    return set_form(setter, filled)


def _check_link(wish: Wish) -> None:
    if wish.link and not LINK.fullmatch(wish.link):
        raise CountyError(
            f"链接应以 http:// 或 https:// 开头、不含空格，现为 {wish.link[:60]}",
            f"a link begins with http:// or https:// and has no spaces, found {wish.link[:60]}",
        )


def _scope(form: Form, wish: Wish) -> Scope:
    _check_link(wish)
    match form.subject:
        case Subject.UNIT:
            if not wish.unit:
                raise CountyError(f"{form.id} 要写明 --unit 单位编号", f"{form.id} needs --unit, the id of a unit")
            return Scope(unit=wish.unit)
        case Subject.TOWNSHIP:
            if not wish.township and not wish.units:
                raise CountyError(f"{form.id} 要写明 --township 乡镇名称", f"{form.id} needs --township, its name")
            return _township(wish)
        case Subject.COUNTY:
            return Scope()
        case Subject.FOLDER:
            raise CountyError(
                f"{form.id} 在封存前由封存文件夹制作：请用 --from",
                f"{form.id} is made from the sealing folder before sealing: use --from",
            )


def _township(wish: Wish) -> Scope:
    return Scope(township=wish.township, units=frozenset(wish.units))


def fill_from(record: Record, wish: Wish, paperwork: Paperwork | None) -> Filled:
    """Fill a form from a record that is read; a caller with many forms of one checkpoint reads it once."""
    form = known_form(wish.form)
    data: JsonObject = {
        "form": {"id": form.id, "zh": form.zh, "en": form.en, "number": form.number},
        "election": election_body(record.election),
        "english": wish.english,
        "watermark": REHEARSAL if record.election.test else None,
    }
    if form.subject is Subject.UNIT:
        state = record.unit(wish.unit)
        subject = f"{state.unit.name}（{state.unit.id}）"
        day = _day(state, wish, paperwork, record.election.date)
        # what a villager reads is the day of this village, not that of the county's first wave
        data["election"] |= {"date": chinese_date(day), "iso": day}
        data |= {"unit": unit_body(state.unit, state.profile.law), "body": _unit_body(state, wish, paperwork)}
        heads = _unit_heads(record, state, with_result=form.result)
    else:
        # the record may hold more: a caller with many townships reads it once
        wanted = _township(wish) if form.subject is Subject.TOWNSHIP else Scope()
        states = [state for state in record.units.values() if wanted.wants(state.unit)]
        subject = wish.township or record.election.title
        data["body"] = _REPORTS[form.id](states, wish)
        heads = [Cited("选举文件", "election note", record.election_hash)]
    data |= {"subject": subject, "stamp": stamp(record, wish.unit or wish.township or "county", heads, wish.link)}
    return Filled(
        form=form, subject=wish.unit or wish.township, record_size=record.checkpoint.size,
        time=record.time, election=record.election.id, data=data,
    )  # fmt: skip


_REPORTS: Final[dict[str, Callable[..., JsonObject]]] = {
    "daily": lambda states, wish: daily_body(states, unit_remarks(wish.centre, wish.remarks))
    | {"more": daily_lines(wish.centre)},
    "brief": lambda states, wish: brief_body(states, wish.before)
    | {"more": summary_more(wish.centre), "journal": journal_lines(wish.centre), "issue": wish.issue or ""},
    "summary": lambda states, wish: summary_body(states, wish.before) | {"more": summary_more(wish.centre)},
}


def _day(state: UnitState, wish: Wish, paperwork: Paperwork | None, sealed: str) -> str:
    """The day of a unit's vote: of the wish, else of places.csv, else the sealed one; CountyError if they disagree.

    The sealed election has one date. Notice 10 calls people to the vote: it is not printed while two papers differ.
    """
    if wish.day and not is_day(wish.day):
        raise CountyError(f"选举日应如 2026-12-20，现为 {wish.day}", f"expected a day like 2026-12-20: {wish.day}")
    if wish.day and wish.form != "notice-10":
        return wish.day
    said = "" if paperwork is None else paperwork.day(state.unit)
    unit = state.unit
    if wish.day and said and said != wish.day:
        raise CountyError(
            f"{unit.name}（{unit.id}）的选举日：places.csv 写 {said}，计划是 {wish.day}；"
            "请核对并改成一致，再打印第10号公告",
            f"the day of unit {unit.id}: places.csv has {said}, the plan has {wish.day}; correct one of them, then"
            " print notice 10",
        )
    if wish.day and not said and wish.day != sealed:
        raise CountyError(
            f"{unit.name}（{unit.id}）计划在 {wish.day} 选举，封存的日期是 {sealed}；"
            "请在 places.csv 该单位的 day 列写明选举日，再打印第10号公告",
            f"unit {unit.id} is planned for {wish.day}, the sealed date is {sealed}; write the unit's day into column"
            " day of places.csv, then print notice 10",
        )
    return said or wish.day or sealed


def _unit_body(state: UnitState, wish: Wish, paperwork: Paperwork | None) -> JsonObject:
    """The body of a form about one unit."""
    unit = state.unit
    match wish.form:
        case "notice-15":
            return rules_body(state)
        case "notice-16" | "statement":
            final_state(state, wish.form)
            return outcome_body(state) | {"tally": tally_body(state)}
        case "tally-sheet":
            return tally_body(state)
        case "tally-paper":
            return tally_paper_body(unit)
        case "ballot":
            return ballots_body(unit, state.profiles, wish.layout)
        case "box-label":
            return labels_body(unit)
        case "flow":
            return flow_body(state)
        case "roll-call":
            return roll_body(unit, paperwork, wish.station)
        case _:
            return _posted_body(state, wish, paperwork)


def _posted_body(state: UnitState, wish: Wish, paperwork: Paperwork | None) -> JsonObject:
    """Notices that are made of private tables."""
    if paperwork is None:
        raise CountyError(
            f"{wish.form} 需要私有表格：请用 --paperwork 指明该文件夹（docs/forms.md）",
            f"{wish.form} needs private tables: name their folder with --paperwork (docs/forms.md)",
        )
    match wish.form:
        case "notice-10":
            return places_body(state, paperwork)
        case "notice-11":
            return staff_body(state, paperwork)
        case _:
            return list_body(wish.form, state, paperwork)


def _unit_heads(record: Record, state: UnitState, *, with_result: bool) -> list[Cited]:
    """The heads that prove a form: of the unit's chains where it shows a result, else its sealed note.

    The unit's chain cites the heads of all its tables; before its first record each table speaks for itself.
    """
    if with_result and state.next_seq:
        return [Cited("单位链", "unit chain", state.head)]
    tables = [
        Cited(f"计票点 {name}", f"station {name}", table.head)
        for name, table in state.stations.items()
        if with_result and table.next_seq
    ]
    return tables or [Cited("封存的单位", "sealed unit", record.versions[state.unit.id])]

"""Endpoints of forms: made from the published record at its checkpoint, with the hash of the file in an act (ADR 8)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from fastapi import FastAPI, Response
from pydantic import Field

from coordinator.centre.asking import Asked, Day, Ident, MaybeLabel, Who
from coordinator.centre.figures import figures_of
from coordinator.centre.office import Office
from coordinator.centre.refusals import Refused
from coordinator.centre.registers import day_of
from coordinator.centre.reports import daily, summary
from coordinator.centre.still_elected import RESULT_FORMS, still_elected
from coordinator.centre.withdrawing import out_candidates
from coordinator.forms.catalogue import FORMS, Subject
from coordinator.settings import CountyError
from tally_protocol.law.ratio import Ratio
from tally_protocol.limits import FIGURE_MAXIMUM

Json = dict[str, Any]
OfUnit = Literal[
    "notice-10", "notice-11", "notice-12", "notice-13", "notice-14", "notice-15", "notice-16", "statement",
    "tally-sheet", "tally-paper", "ballot", "roll-call", "box-label", "flow",
]  # fmt: skip
# whose day of the plan stands on a unit's forms, by the law of its rules; all others elect a committee
BODY_OF_LAW = {"party_2020": "party", "congress_2020": "congress"}
OfCounty = Literal["daily", "brief", "summary"]


@dataclass(frozen=True, slots=True)
class Printer:
    """Where forms come from: `public` is the published folder, None where this process has none."""

    public: Path | None = None
    paperwork: Path | None = None
    link: str = ""


class UnitForm(Asked):
    """A form of one unit; `warned`: the person has read that a candidate who is out stands on it as elected."""

    form: OfUnit
    english: bool = False
    warned: bool = False


class CountyForm(Asked):
    """A report: the daily one of a township, the brief and the summary of the county.

    `township` is what this desk calls it; `issue` is the number of a brief; last term's turnout (0 of 0: not given)
    stands in brief and summary.
    """

    form: OfCounty
    township: MaybeLabel = ""
    day: Day | Literal[""] = ""
    issue: int = Field(default=0, ge=0, le=9999)
    before_voters: int = Field(default=0, ge=0, le=FIGURE_MAXIMUM)
    before_registered: int = Field(default=0, ge=0, le=FIGURE_MAXIMUM)
    english: bool = False

    def before(self) -> Ratio | None:
        """Last term's turnout, if somebody gave it; Refused 422 for one that cannot be."""
        if self.before_voters > self.before_registered:
            voters, registered = self.before_voters, self.before_registered
            raise Refused(
                422, f"上届参加投票 {voters} 人多于登记 {registered} 人：请核对",
                f"last term's {voters} voters are more than the {registered} registered: check them", "form",
            )  # fmt: skip
        return Ratio(self.before_voters, self.before_registered) if self.before_registered else None


class Printing:
    """The endpoints; one press for all, opened when the first form is asked for."""

    def __init__(self, office: Office, printer: Printer) -> None:
        """Of this office."""
        self._office, self._printer = office, printer
        self._press: Any = None

    def forms(self) -> Json:
        """Which forms there are, and whether this process can print."""
        found = [
            {"form": one.id, "zh": one.zh, "en": one.en, "subject": one.subject.name.lower(), "tables": one.tables}
            for one in FORMS.values()
            if one.subject is not Subject.FOLDER
        ]
        return {"forms": found, "prints": self._printer.public is not None}

    def unit_form(self, unit: Ident, asked: UnitForm, who: Who) -> Response:
        """Make one, keep its hash."""
        if asked.form in RESULT_FORMS and not asked.warned:
            self._warn(unit)
        day = self._planned_day(unit)
        return self._make(who.id, asked.form, unit=unit, english=asked.english, day=day)

    def _warn(self, unit: str) -> None:
        """Refused 409 `warned`, once, where the form would print somebody as elected who is out."""
        found = self._office.unit(unit)
        with self._office.journal.reading() as state:
            out = out_candidates(state, unit)
        warning = still_elected(found, self._office.view.profiles(found.note), out)
        if warning is not None:
            raise Refused(409, warning.zh, warning.en, "warned")

    def _planned_day(self, unit: str) -> str:
        """The day of the body that this unit elects, as the plan has it: the sealed election knows only one date."""
        note = self._office.unit(unit).note
        body = BODY_OF_LAW.get(self._office.view.profiles(note)[note.profile].law, "committee")
        with self._office.journal.reading() as state:
            planned = state.planning.of(unit).days.get(body)
        return planned.day if planned else ""

    def county_form(self, asked: CountyForm, who: Who) -> Response:
        """Make a report, with the centre's own figures in it."""
        return self._make(
            who.id, asked.form, township=asked.township, units=self._grouped(asked), english=asked.english,
            before=asked.before(), issue=asked.issue, centre=self._report(asked),
        )  # fmt: skip

    def _grouped(self, asked: CountyForm) -> tuple[str, ...]:
        """The villages under a name of this desk: it is not always the name of a place, and may be empty."""
        if asked.form != "daily":
            return ()
        view = self._office.view
        units = [str(found.note.id) for found in view.units()]
        return tuple(unit for unit in units if view.township(unit) == asked.township)

    def _report(self, asked: CountyForm) -> Json:
        office = self._office
        figures = figures_of(office.view) if asked.form == "summary" else {}
        with office.journal.reading() as state:
            if asked.form != "daily":
                return summary(office.view, state, office.journal.head, figures, office.now)
            day = asked.day or day_of(office.now)
            return daily(office.view, state, office.journal.head, date.fromisoformat(day).isoformat(), office.now)

    def _make(self, person: str, form: str, *, unit: str = "", township: str = "", **more: Any) -> Response:
        if self._printer.public is None:
            raise Refused(
                409, "本进程没有公开文件夹，不能打印：启动时加 --public",
                "this process has no published folder and cannot print: start it with --public",
            )  # fmt: skip
        made = self._said(lambda: self._print(form, unit, township, more))
        with self._office.journal.acting(person) as acting:
            acting.add("form", form=form, unit=unit or township, sha256=made.sha256, size=made.size)
        name = made.file.encode("ascii", "ignore").decode() or f"{form}.pdf"
        headers = {"content-disposition": f'attachment; filename="{name}"', "x-form-sha256": made.sha256}
        return Response(made.data, media_type="application/pdf", headers=headers)

    def _print(self, form: str, unit: str, township: str, more: Json) -> Any:
        from coordinator.forms.making import Sources, Wish  # noqa: PLC0415 - typst takes a moment to load
        from coordinator.forms.press import Press  # noqa: PLC0415

        if self._press is None:
            self._press = Press()
        public = self._printer.public
        if public is None:
            raise ValueError("no published folder")
        wish = Wish(form=form, unit=unit, township=township, link=self._printer.link, **more)
        return self._press.print(wish, Sources(public=public, paperwork=self._printer.paperwork))

    def _said(self, act: Callable[[], Any]) -> Any:
        """What a form lacks is a sentence for the person who asked, not a fault of the page."""
        try:
            return act()
        except CountyError as error:
            raise Refused(409, error.zh, error.en, "form") from None


def add_to(app: FastAPI, office: Office, printer: Printer) -> None:
    """Put the endpoints on an application."""
    desk = Printing(office, printer)
    app.add_api_route("/api/forms", desk.forms, methods=["GET"])
    app.add_api_route("/api/forms", desk.county_form, methods=["POST"], response_class=Response)
    app.add_api_route("/api/units/{unit}/forms", desk.unit_form, methods=["POST"], response_class=Response)

"""Endpoints that tell others: the audit trail, the daily report, the work summary."""

from typing import Annotated, Any

from fastapi import FastAPI, Query

from coordinator.centre.asking import Day
from coordinator.centre.figures import figures_of
from coordinator.centre.office import Office
from coordinator.centre.registers import day_of
from coordinator.centre.reports import daily, summary

Json = dict[str, Any]
MOST = 200
Above = Annotated[int, Query(ge=0, le=2**53 - 1)]
Most = Annotated[int, Query(ge=1, le=MOST)]


class Telling:
    """The endpoints."""

    def __init__(self, office: Office) -> None:
        """Of this office."""
        self._office = office

    def acts(self, above: Above = 0, most: Most = MOST) -> Json:
        """Acts above a number, as they were signed; the journal's head."""
        with self._office.journal.reading():
            number, digest = self._office.journal.head
            found = self._office.journal.acts(above, most)
        return {
            "last": number, "head": digest,
            "acts": [
                {
                    "id": one.id, "time": one.time, "person": one.person, "act": one.act, "body": dict(one.body),
                    "hash": one.hash.hex(),
                }
                for one in found
            ],
        }  # fmt: skip

    def daily(self, day: Annotated[Day | None, Query()] = None) -> Json:
        """Today's report, or another day's."""
        office = self._office
        with office.journal.reading() as state:
            return daily(office.view, state, office.journal.head, day or day_of(office.now), office.now)

    def summary(self) -> Json:
        """The whole election so far."""
        office = self._office
        figures = figures_of(office.view)
        with office.journal.reading() as state:
            return summary(office.view, state, office.journal.head, figures, office.now)


def add_to(app: FastAPI, office: Office) -> None:
    """Put the endpoints on an application."""
    desk = Telling(office)
    app.add_api_route("/api/acts", desk.acts, methods=["GET"])
    app.add_api_route("/api/reports/daily", desk.daily, methods=["GET"])
    app.add_api_route("/api/reports/summary", desk.summary, methods=["GET"])

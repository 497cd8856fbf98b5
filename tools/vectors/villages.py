"""What the vectors of areas `outcome`, `findings` and `declaration` are given: a unit, its profiles and its tally."""

from typing import Any

from tally_protocol.law.profile import Profile
from tally_protocol.law.tally import Opened, StationFigures
from tests.laws.village import Village
from tests.profiles import decide
from tools.vectors.form import Json

# a shipped profile's sentences may be mended without changing a vector
SAID = {"text": "村民委员会组织法（2025年10月28日修订）及本县所附各例", "title": "测试规则"}


def profile_json(profile: Profile) -> Json:
    """A profile's body; who decided the open values is filled in."""
    return decide(profile.to_body() | SAID)


def given(village: Village, *, running: bool = False) -> Json:
    """The input of a vector; `running` adds what `findings` needs of each station."""
    used = {village.unit.profile_of(contest) for contest in village.unit.contests} | {village.unit.profile}
    return {
        "profiles": [profile_json(one) for name, one in village.profiles.items() if name in used],
        "unit_json": village.unit.to_body(),
        "totals": [[layout, list(figures)] for layout, figures in village.tally.totals.items()],
        "stations": [_station(station, running=running) for station in village.tally.stations],
        "persons": [_person(person) for person in village.tally.persons],
    }


def _station(station: StationFigures, *, running: bool) -> Json:
    body: Json = {
        "station": station.station,
        "paper": dict(station.paper),
        "boxes": [[name, dict(counts)] for name, counts in station.boxes.items()],
    }
    if running:
        body["joined"] = station.joined
        body["running"] = [[layout, list(figures)] for layout, figures in station.running.items()]
    return body


def _person(person: Opened) -> dict[str, Any]:
    body: Json = {"contest": person.contest, "name": person.name, "votes": person.votes}
    if person.candidate is not None:
        body["candidate"] = person.candidate
    return body | ({} if person.sex is None else {"sex": person.sex})

"""Frauds on what was sealed: units, rosters, candidates, their roots and their order in the log."""

from tests.attacks.book import INCOMPLETE, UNSEALED, Book
from tests.attacks.forger import Draft
from tests.attacks.scene import Scene
from tests.world import public

BOOK = Book()
ONE, TWO = "s/v1/1", "s/v1/2"


def swap_unseen(draft: Draft) -> None:
    """From here on nobody's citation follows this record: those who cited it cited what it was."""
    draft.token = "0f" * 32


def second_version(scene: Scene, kind: str = "unit") -> Draft:
    """A further version of the first unit or roster, logged after the stations have opened."""
    forger = scene.forger
    first = forger.find(kind)
    later = forger.after(forger.find("close", TWO), forger.copy(first))
    later.body |= {"version": 2, "prev": first.token}
    return later


@BOOK.fraud("E_MANIFEST", also=("E_HEAD",), like="A6")
def candidates_swapped_afterwards(scene: Scene) -> None:
    """The unit note is replaced by one with two candidates' names exchanged [CHAIN-5]."""
    draft = scene.forger.find("unit")
    candidates = draft.body["contests"][0]["candidates"]
    candidates.reverse()
    swap_unseen(draft)


@BOOK.fraud("E_MANIFEST", also=("E_HEAD",), like="E11")
def unit_note_replaced(scene: Scene) -> None:
    """The unit note that the stations opened under is replaced by another of the authority's [CHAIN-5]."""
    draft = scene.forger.find("unit")
    draft.body["contests"][1]["max_marks"] = 3
    swap_unseen(draft)


@BOOK.fraud("E_MANIFEST", also=UNSEALED, like="E11")
def roster_replaced(scene: Scene) -> None:
    """A roster is replaced by one with another scrutineer; the unit note still cites the old one [SEAL-3]."""
    draft = scene.forger.find("roster")
    draft.body["officials"][2]["key"] = public("somebody else").hex()
    swap_unseen(draft)


@BOOK.fraud("E_MANIFEST", also=UNSEALED, like="E11")
def rosters_exchanged(scene: Scene) -> None:
    """The unit note cites each station's roster for the other [SEAL-3]."""
    one, two = scene.forger.find("unit").body["stations"]
    one["roster"], two["roster"] = two["roster"], one["roster"]


@BOOK.fraud("E_MANIFEST", like="E11")
def open_cites_an_old_unit_note(scene: Scene) -> None:
    """A new version of the unit is sealed before the box is opened, but the station counts under the old [CHAIN-5]."""
    forger = scene.forger
    first = forger.find("unit", place=1)
    later = forger.copy(first)
    later.body |= {"version": 2, "prev": first.token, "registered": 401}
    forger.drafts.insert(forger.drafts.index(forger.find("open", "s/v2/1")), later)
    forger.find("statement", "u/v2").body["unit_note"] = later.token


@BOOK.fraud("E_HEAD", like="E11")
def statement_under_an_old_unit_note(scene: Scene) -> None:
    """A newer version of the unit is in the log, the statement still cites the old [STATE-1]."""
    second_version(scene)


@BOOK.fraud("E_MANIFEST", also=("E_HEAD",), like="E11")
def version_that_cites_nothing(scene: Scene) -> None:
    """A new version of a unit does not cite the one it replaces [SEAL-5]."""
    second_version(scene).body["prev"] = "ee" * 32


@BOOK.fraud("E_MANIFEST", also=("E_HEAD",), like="E11")
def version_that_leaps(scene: Scene) -> None:
    """Version 3 follows version 1 [SEAL-5]."""
    second_version(scene).body["version"] = 3


@BOOK.fraud("E_MANIFEST_ROOT", like="E11")
def root_of_units_wrong(scene: Scene) -> None:
    """The election note seals another set of units [SEAL-2]."""
    scene.forger.find("election").body["units_root"] = "1d" * 32


@BOOK.fraud("E_MANIFEST_ROOT", also=("MISSING", "NOT_FINAL"), like="E11")
def unit_added(scene: Scene) -> None:
    """A third village appears that was never sealed [SEAL-2]."""
    forger = scene.forger
    unit, roster = forger.find("unit", place=1), forger.find("roster", place=2)
    new_roster = forger.after(unit, forger.copy(roster))
    new_roster.body |= {"unit": "v3", "station_key": public("v3 station").hex()}
    new_unit = forger.after(new_roster, forger.copy(unit))
    new_unit.body["id"] = "v3"
    new_unit.body["stations"][0]["roster"] = new_roster.token
    # its station never opens: that alone would only be missing


@BOOK.fraud("E_ORDER", also=("MISSING",), like="C2")
def unit_missing(scene: Scene) -> None:
    """A whole village is left out, with its note, roster and chains, while the others count [LOG-2]."""
    forger = scene.forger
    forger.drop(*forger.chain("s/v2/1"), *forger.chain("u/v2"))
    forger.drop(forger.find("unit", place=1), forger.find("roster", place=2))


@BOOK.fraud("MISSING", outcome=INCOMPLETE, also=("NOT_FINAL",), like="C2")
def unit_not_sealed_yet(scene: Scene) -> None:
    """Nobody counts yet, and a village has no note: not a contradiction [SEAL-2]."""
    scene.publish_as(scene.world.entries[:4])


@BOOK.fraud("E_ORDER", also=("MISSING",), like="C2")
def more_units_promised(scene: Scene) -> None:
    """The election note speaks of three units, counting begins with two [LOG-2]."""
    scene.forger.find("election").body["units"] = 3


@BOOK.fraud("E_ORDER", also=UNSEALED, like="C4")
def counting_before_sealing(scene: Scene) -> None:
    """A station opens before all units are sealed [LOG-2]."""
    forger = scene.forger
    roster, unit = forger.find("roster", place=2), forger.find("unit", place=1)
    forger.drop(roster, unit)
    forger.after(forger.find("open", ONE), roster)
    forger.after(roster, unit)


@BOOK.fraud("E_MANIFEST", also=UNSEALED, like="C4")
def unit_before_its_roster(scene: Scene) -> None:
    """A unit note comes before the roster that it cites [LOG-2] [SEAL-3]."""
    forger = scene.forger
    roster, unit = forger.find("roster", place=2), forger.find("unit", place=1)
    forger.drop(unit)
    unit.body["stations"][0]["roster"] = "77" * 32
    forger.drafts.insert(forger.drafts.index(roster), unit)


@BOOK.fraud("E_MANIFEST", also=UNSEALED, like="E6")
def one_key_for_two_people(scene: Scene) -> None:
    """Chair and chief scrutineer of a roster share one key, so one person is a quorum [SEAL-4]."""
    officials = scene.forger.find("roster").body["officials"]
    officials[1]["key"] = officials[0]["key"]


@BOOK.fraud("E_MANIFEST", also=UNSEALED, like="E6")
def one_key_for_two_stations(scene: Scene) -> None:
    """Two stations of the election have the same key [SEAL-4]."""
    one, two = scene.forger.find("roster"), scene.forger.find("roster", place=2)
    two.body["station_key"] = one.body["station_key"]


@BOOK.fraud("E_MANIFEST", also=UNSEALED, like="E11")
def profile_that_is_not(scene: Scene) -> None:
    """A unit names signing rules that the election does not have [SEAL-3]."""
    scene.forger.find("unit").body["profile"] = "p9"


@BOOK.fraud("E_MANIFEST", also=UNSEALED, like="A11")
def box_for_a_station_that_is_not(scene: Scene) -> None:
    """A sealed box belongs to a station that the unit does not have [SEAL-3]."""
    scene.forger.find("unit").body["boxes"][0]["station"] = "9"


@BOOK.fraud("E_MANIFEST", like="E7")
def log_under_another_name(scene: Scene) -> None:
    """The checkpoint bears another origin than the election note sealed [LOG-1]."""
    scene.forger.find("election").body["origin"] = "log.example/other-test"


@BOOK.fraud("E_RANGE", like="I5")
def threshold_lowered(scene: Scene) -> None:
    """The election note allows batches of ten papers, which would show how people voted."""
    scene.forger.find("election").body["threshold"] = 10


@BOOK.fraud("E_FIELD", also=UNSEALED, like="F6")
def unit_id_climbs_out(scene: Scene) -> None:
    """A unit is called `..`, so that careless programs write elsewhere [IDENT-1]."""
    scene.forger.find("unit").body["id"] = ".."


@BOOK.fraud("E_FIELD", also=UNSEALED, like="F6")
def station_id_with_a_path(scene: Scene) -> None:
    """A roster is for the station `../../1` [IDENT-1]."""
    scene.forger.find("roster").body["station"] = "../../1"

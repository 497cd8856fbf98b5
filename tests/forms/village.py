"""A village with names as they occur, played from seal to declaration (see tests/world.py). Test furniture.

Names are invented. 䶮 is of Extension A; 𬭎 and 𫖯 are of the extensions beyond it, in the list of common characters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tally_protocol.election.unit import BallotBox, Candidate, Contest, Layout, StationEntry, Unit
from tally_protocol.ids import BoxId, CandidateId, ContestId, LayoutId, StationId, UnitId
from tally_protocol.law.declared import Reason
from tally_protocol.record.chain import ZERO32
from tally_protocol.record.station_kinds import BoxCount
from tests.committee import Committee
from tests.published import log_files, write_files
from tests.world import BLANK, OVER, TIME, TORN, VOTE_A, VOTE_B, WRITE_IN, StationDesk, World, papers

NAMES = {"v1": "青石桥村", "v2": "白鹭湾村"}
PAPERWORK = {
    "places.csv": (
        "unit,kind,name,opens,closes,route,box,note\n"
        "v1,中心会场,村委会大院,8:00,12:00,,,\n"
        "v1,投票站,第二村民小组活动室,8:00,11:30,,,\n"
        "v1,流动票箱,流动票箱,8:30,11:00,河东自然村 — 北坡 — 敬老院,3,\n"
        "v1,开箱计票,村委会大院,12:30,-,,,\n"
    ),
    "staff.csv": (
        "unit,role,name,station\n"
        "v1,总监票人,田大山,\nv1,监票人,石小溪,1\nv1,监票人,林青禾,2\nv1,唱票人,白玉兰,\nv1,计票人,江远帆,\n"
        "v1,代写人,方知秋,\nv1,投票站工作人员,孟春草,2\n"
    ),
    "mobile.csv": (
        "unit,name,reason,box\nv1,田老根,年老行动不便,3\nv1,石阿婆,卧病在床,3\nv1,林守山,肢体残疾,3\n"
    ),
    "proxies.csv": (
        "unit,voter,holder,relation\nv1,田远行,田大山,父子\nv1,石外出,石小溪,姐弟\nv1,林在外,林青禾,同村村民\n"
    ),
    "writers.csv": "unit,name,place\nv1,方知秋,中心会场\nv1,孟春草,第二村民小组活动室\n",
    "roll.csv": (
        "unit,station,number,name,household,note\n"
        "v1,1,1,田大山,001,\nv1,1,2,田远行,001,外出\nv1,1,3,石小溪,002,\nv1,1,4,石外出,002,外出\n"
        "v1,2,1,林青禾,103,\nv1,2,2,林在外,103,外出\nv1,2,3,龚䶮,104,\n"
    ),
}


@dataclass
class Village(World):
    """The small county with names; one paper of two posts, three boxes in `v1`. `chair` is the first candidate."""

    registered: int = 300
    chair: str = "张䶮"

    def _unit(self, name: str, stations: Sequence[str]) -> Unit:
        def standing(*who: tuple[str, str, str]) -> tuple[Candidate, ...]:
            return tuple(Candidate(id=CandidateId(key), name=said, sex=sex) for key, said, sex in who)

        chair = Contest(
            id=ContestId("chair"), title="村民委员会主任", seats=1, max_marks=1, write_ins=1,
            candidates=standing(("a", self.chair, "f"), ("b", "买买提·阿不都", "m")),
        )  # fmt: skip
        member = Contest(
            id=ContestId("member"), title="村民委员会委员", seats=2, max_marks=2, write_ins=1,
            candidates=standing(("c", "陈𬭎", "m"), ("d", "欧阳春草", "f"), ("e", "何𫖯", "m")),
        )  # fmt: skip
        boxes = [("1", "main", "1"), ("2", "station", "2"), ("3", "mobile", "1")]
        return Unit(
            boxes=tuple(
                BallotBox(id=BoxId(box), kind=kind, layout=LayoutId("village"), station=StationId(station))
                for box, kind, station in boxes
                if station in stations
            ),
            committee=(self._official(name, "head", "chair"), self._official(name, "second", "member")),
            contests=(chair, member),
            election=self.election_hash,
            id=UnitId(name),
            layouts=(Layout(id=LayoutId("village"), contests=(chair.id, member.id)),),
            name=NAMES[name],
            node=self.laptop(name),
            place=self.towns.get(name, ("清河县", "东乡")),
            prev=ZERO32,
            profile="p1",
            registered=self.registered,
            rules=self.rules,
            stations=tuple(StationEntry(id=StationId(s), roster=self.rosters[name, s][1]) for s in stations),
            version=1,
        )


def count(desk: StationDesk, boxes: Sequence[str]) -> None:
    """A table's day: its boxes, two batches, one of them taken back and called again at station 2, the close."""
    desk.open()
    day = {"collected": 130, "delivered": 150, "issued": 130, "proxies": 4, "spoiled": 2, "unused": 18, "voters": 130}
    for box in boxes:
        share = tuple((name, figure // len(boxes)) for name, figure in day.items())
        desk.write("box", BoxCount(links=desk.state.links(TIME), box=box, papers=share))
    desk.batch(papers(60, VOTE_A) + papers(3, TORN) + papers(2, OVER))
    names = ["王小二", "李四"]
    desk.batch(papers(35, VOTE_A) + papers(23, VOTE_B) + papers(4, WRITE_IN) + papers(3, BLANK), names)
    if desk.station == "2":
        first = desk.state.next_seq - 2
        desk.correct(first, papers(61, VOTE_A) + papers(3, TORN) + papers(1, OVER))
    desk.close(**day, registered=150, valid=124, invalid=6)


def determined(world: Village) -> tuple[Committee, list[StationDesk]]:
    """`v1` counted, stated, its names opened, determined."""
    desks = [world.desk("v1", station) for station in ("1", "2")]
    for desk, boxes in zip(desks, (["1", "3"], ["2"]), strict=True):
        count(desk, boxes)
    committee = Committee(world, "v1", desks)
    committee.statement()
    committee.names()
    committee.determination()
    return committee, desks


def village(*, declared: bool = True, counted: bool = True, **options: object) -> Village:
    """`v1` counted, stated, determined and declared; `v2` still before its box is opened."""
    world = Village(**options)  # type: ignore[arg-type]
    if not counted:
        return world
    committee, _ = determined(world)
    if declared:
        committee.declaration()
    return world


def superseded_village(*, again: bool = False) -> Village:
    """`v1` declared with a reason, then both tables count a batch again and a new statement comes [DET-3].

    By the first statement `a` is chair, by the second one `b`. With `again` the committee declares anew, too.
    """
    world = Village()
    committee, desks = determined(world)
    reason = Reason(contest=ContestId("member"), reference="d", word="withdrew", text="本人书面退出")
    committee.write("declaration", committee.declaration_body({"member": ("c",)}, [reason]))
    for desk in desks:
        desk.correct(min(desk.state.batches), papers(65, VOTE_B))
    committee.statement()
    committee.names()
    committee.determination()
    if again:
        committee.declaration()
    return world


def publish(world: World, folder: Path) -> Path:
    """The published folder of a world."""
    return write_files(folder, log_files(world, world.entries))


def write_paperwork(folder: Path, **changed: str) -> Path:
    """The private tables; `changed` replaces some by name without the ending."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in PAPERWORK.items():
        (folder / name).write_text(changed.get(name.removesuffix(".csv"), text), "utf-8")
    return folder

"""Worked cases of reconciliation: forms, boxes, unit, contests; each finding as it must be printed, by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tally_protocol.law.tally import Stage
from tests.laws.village import Box, Post, Village, village

# code, expected, found, and where: "" the unit, "s1" station 1, "b:ID" box, "c:ID" contest, "l:ID" layout
Row = tuple[str, int, int, str]
POST = Post(id="c", votes={"A": 60, "B": 40})
FORM = {"voters": 100, "issued": 100, "collected": 100}


@dataclass(frozen=True, kw_only=True)
class FindingCase:
    """One unit and its findings. `form` adds to or takes from (-1) the plain form of station 1."""

    id: str
    due: Sequence[Row] = ()
    posts: Sequence[Post] = (POST,)
    papers: int | Mapping[str, int] = 100
    form: Mapping[str, int] = field(default_factory=dict)
    forms: Sequence[Mapping[str, int]] = ()
    boxes: Sequence[Box] = ()
    rules: Mapping[str, object] = field(default_factory=dict)
    registered: int | None = 150
    stations_registered: Sequence[int | None] = ()
    relatives: Sequence[tuple[str, str, str]] = ()
    joined: bool = False
    stage: Stage = Stage.FINAL

    def village(self) -> Village:
        """The unit of the case."""
        plain = {name: count for name, count in {**FORM, **self.form}.items() if count >= 0}
        return village(
            *self.posts, papers=self.papers, rules=self.rules, registered=self.registered,
            forms=self.forms or [plain], boxes=self.boxes, relatives=self.relatives, joined=self.joined,
            stage=self.stage, stations_registered=self.stations_registered,
        )  # fmt: skip


def box(counts: dict[str, int], name: str = "b1", station: str = "1", layout: str = "paper") -> Box:
    return Box(id=name, counts=counts, station=station, layout=layout)


RIGHT = {"collected": 100, "voters": 100, "issued": 100, "delivered": 120, "spoiled": 5, "unused": 15}
Case = FindingCase

FORMS = (
    Case(id="nothing"),
    Case(id="everything-right", form={
        "delivered": 120, "spoiled": 5, "unused": 15, "registered": 150, "proxies": 100, "valid": 100, "invalid": 0,
        "present": 3,
    }, rules={"proxy.limit": 10}, due=[("F_PROXY_LIMIT", 0, 100, "")]),  # 10 x (100 - 100)
    Case(id="balance-more", form={"delivered": 119, "spoiled": 5, "unused": 15}, due=[("F_BALANCE", 119, 120, "s1")]),
    Case(id="balance-less", form={"delivered": 121, "spoiled": 5, "unused": 15}, due=[("F_BALANCE", 121, 120, "s1")]),
    Case(id="balance-not-known", form={"delivered": 121, "spoiled": 5}),
    Case(id="collected-issued", form={"issued": 99, "voters": -1},
         due=[("F_COLLECTED_ISSUED", 99, 100, "s1")]),
    Case(id="collected-registered", form={"registered": 99, "voters": -1, "issued": -1},
         due=[("F_COLLECTED_REGISTERED", 99, 100, "s1"), ("W_OVERCOUNT_UNTESTED", 1, 0, "c:c")]),
    Case(id="counted-collected", form={"collected": 99}, due=[("F_COUNTED_COLLECTED", 99, 100, "s1")]),
    Case(id="counted-collected-with-void-papers", posts=[Post(id="c", votes={"A": 60, "B": 20}, void=10)],
         form={"collected": 99, "valid": 91},
         due=[("F_COUNTED_COLLECTED", 99, 100, "s1"), ("F_COUNTED_VALID", 91, 90, "s1")]),
    Case(id="counted-collected-joined", form={"collected": 99}, joined=True),
    Case(id="counted-collected-two-papers", form={"collected": 99}, papers={"paper": 100, "q": 100},
         posts=[POST, Post(id="d", votes={"A": 30, "B": 60}, layout="q")]),
    Case(id="counted-valid", form={"valid": 99}, due=[("F_COUNTED_VALID", 99, 100, "s1")]),
    Case(id="counted-valid-joined", form={"valid": 99}, joined=True),
    Case(id="counted-valid-two-posts", form={"valid": 99}, posts=[POST, Post(id="d", votes={"C": 30, "B": 60})]),
    Case(id="proxies-issued", form={"proxies": 101},
         due=[("F_PROXIES_ISSUED", 100, 101, "s1"), ("F_PROXY_LIMIT", -3, 101, "")]),
    Case(id="valid-invalid", form={"valid": 100, "invalid": 1}, due=[("F_VALID_INVALID", 100, 101, "s1")]),
    Case(id="voters-issued", form={"issued": 101}, due=[("F_VOTERS_ISSUED", 101, 100, "s1")]),
    Case(id="voters-registered", form={"registered": 99, "collected": -1},
         due=[("F_VOTERS_REGISTERED", 99, 100, "s1")]),
    Case(id="collected-voters", form={"voters": 99, "issued": -1},
         due=[("F_COLLECTED_VOTERS", 99, 100, "s1")]),
    Case(id="all-of-a-form", form={
        "collected": 300, "delivered": 1, "invalid": 1, "issued": 20, "proxies": 30, "registered": 4, "spoiled": 5,
        "unused": 6, "valid": 7, "voters": 8,
    }, due=[
        ("F_BALANCE", 1, 31, "s1"), ("F_COLLECTED_ISSUED", 20, 300, "s1"), ("F_COLLECTED_REGISTERED", 4, 300, "s1"),
        ("F_COUNTED_COLLECTED", 300, 100, "s1"), ("F_COUNTED_VALID", 7, 100, "s1"), ("F_PROXIES_ISSUED", 20, 30, "s1"),
        ("F_VALID_INVALID", 300, 8, "s1"), ("F_VOTERS_ISSUED", 20, 8, "s1"), ("F_VOTERS_REGISTERED", 4, 8, "s1"),
        ("F_COLLECTED_VOTERS", 8, 300, "s1"), ("F_PROXY_LIMIT", -30, 30, ""),
    ]),
    Case(id="two-stations-in-order", forms=[{**FORM, "valid": 99}, {"voters": 0, "issued": 1, "collected": 0}],
         due=[("F_COUNTED_VALID", 99, 100, "s1"), ("F_VOTERS_ISSUED", 1, 0, "s2")]),
)  # fmt: skip

BOXES = (
    Case(id="box-right", boxes=[box(RIGHT)]),
    Case(id="box-balance", boxes=[box(RIGHT | {"unused": 14})], due=[("F_BOX_BALANCE", 120, 119, "b:b1")]),
    Case(id="box-collected-issued", form={"voters": -1, "issued": -1}, boxes=[box({"collected": 100, "issued": 99})],
         due=[("F_BOX_COLLECTED_ISSUED", 99, 100, "b:b1")]),
    Case(id="box-proxies", boxes=[box({"proxies": 101, "issued": 100})],
         due=[("F_BOX_PROXIES_ISSUED", 100, 101, "b:b1")]),
    Case(id="box-voters-issued", form={"issued": -1}, boxes=[box({"voters": 100, "issued": 101})],
         due=[("F_BOX_VOTERS_ISSUED", 101, 100, "b:b1")]),
    Case(id="box-collected-voters", form={"voters": -1}, boxes=[box({"collected": 100, "voters": 99})],
         due=[("F_BOX_COLLECTED_VOTERS", 99, 100, "b:b1")]),
    Case(id="box-short-of-voters", form={"collected": -1}, boxes=[box({"collected": 99, "voters": 100, "issued": 99})],
         due=[("F_BOX_VOTERS_ISSUED", 99, 100, "b:b1"), ("W_BOX_SHORT", 100, 99, "b:b1"),
              ("F_BOX_SUM", 100, 99, "s1"), ("F_BOX_COUNTED", 99, 100, "l:paper")]),
    Case(id="box-short-of-issued", form={"collected": -1}, boxes=[box({"collected": 99, "issued": 100})],
         due=[("W_BOX_SHORT", 100, 99, "b:b1"), ("F_BOX_COUNTED", 99, 100, "l:paper")]),
    Case(id="box-missing", boxes=[box({})], due=[("W_BOX_MISSING", 1, 0, "b:b1")]),
    Case(id="box-sums", boxes=[box({
        "delivered": 1, "issued": 2, "spoiled": 3, "unused": 4, "proxies": 5, "collected": 6, "voters": 7,
    })], form={"delivered": 110, "spoiled": 5, "unused": 5, "proxies": 50}, due=[
        ("F_BOX_BALANCE", 1, 9, "b:b1"), ("F_BOX_COLLECTED_ISSUED", 2, 6, "b:b1"),
        ("F_BOX_PROXIES_ISSUED", 2, 5, "b:b1"), ("F_BOX_VOTERS_ISSUED", 2, 7, "b:b1"), ("W_BOX_SHORT", 7, 6, "b:b1"),
        ("F_BOX_SUM", 110, 1, "s1"), ("F_BOX_SUM", 100, 2, "s1"), ("F_BOX_SUM", 5, 3, "s1"), ("F_BOX_SUM", 5, 4, "s1"),
        ("F_BOX_SUM", 50, 5, "s1"), ("F_BOX_SUM", 100, 6, "s1"), ("F_BOX_SUM", 100, 7, "s1"),
        ("F_BOX_COUNTED", 6, 100, "l:paper"),
    ]),
    Case(id="box-sum-not-known", boxes=[box({"collected": 60, "voters": 60}), box({"voters": 40}, "b2")]),
    Case(id="box-sum-of-two", boxes=[box({"voters": 60}), box({"voters": 39}, "b2")],
         due=[("F_BOX_SUM", 100, 99, "s1")]),
    Case(id="box-sum-two-papers", papers={"paper": 100, "q": 100},
         posts=[POST, Post(id="d", votes={"A": 30, "B": 60}, layout="q")], boxes=[box({"voters": 60})]),
    Case(id="box-sum-by-station", forms=[{**FORM, "voters": 60, "issued": 60}, {"voters": 40, "issued": 40}],
         boxes=[box({"voters": 60}), box({"voters": 39}, "b2", "2")], due=[
             ("F_COLLECTED_ISSUED", 60, 100, "s1"), ("F_COLLECTED_VOTERS", 60, 100, "s1"), ("F_BOX_SUM", 40, 39, "s2"),
         ]),
    Case(id="V03a", papers=540, registered=600, posts=[Post(id="c", votes={"A": 271, "B": 200})],
         form={"voters": 540, "issued": -1, "collected": 540}, boxes=[
             box({"voters": 380, "collected": 380}, "centre"), box({"voters": 120, "collected": 119}, "station"),
             box({"voters": 40, "collected": 41}, "mobile"),
         ], due=[("W_BOX_SHORT", 120, 119, "b:station"), ("F_BOX_COLLECTED_VOTERS", 40, 41, "b:mobile")]),
    Case(id="V03b", papers=499, registered=600, posts=[Post(id="c", votes={"A": 271, "B": 200})],
         form={"voters": 540, "issued": -1, "collected": -1}, rules={"overcount.scope": "box"}, boxes=[
             box({"voters": 380, "collected": 380}, "centre"), box({"voters": 120, "collected": 119}, "station"),
             box({"voters": 40, "collected": 41}, "mobile"),
         ], due=[("W_BOX_SHORT", 120, 119, "b:station"), ("F_BOX_COLLECTED_VOTERS", 40, 41, "b:mobile")]),
    Case(id="boxes-counted-of-two-papers", papers={"paper": 100, "q": 90},
         posts=[POST, Post(id="d", votes={"A": 20, "B": 60}, layout="q")],
         boxes=[box({"collected": 99}), box({"collected": 91}, "q1", layout="q")],
         due=[("F_BOX_COUNTED", 99, 100, "l:paper"), ("F_BOX_COUNTED", 91, 90, "l:q")]),
    Case(id="boxes-counted-of-the-second-paper", papers={"paper": 100, "q": 90},
         posts=[POST, Post(id="d", votes={"A": 20, "B": 55}, void=5, layout="q")],
         boxes=[box({"collected": 91}, "q1", layout="q")], due=[("F_BOX_COUNTED", 91, 90, "l:q")]),
    Case(id="boxes-counted-one-unknown", boxes=[box({"collected": 99}), box({"voters": 1}, "b2")]),
)  # fmt: skip

UNIT = (
    Case(id="registered-sum", registered=150, stations_registered=[149], due=[("F_REGISTERED_SUM", 150, 149, "")]),
    Case(id="registered-sum-right", registered=150, stations_registered=[150]),
    Case(id="registered-sum-alone", registered=None, stations_registered=[150]),
    Case(id="unit-registered", registered=99, due=[("F_UNIT_REGISTERED", 99, 100, "")]),
    Case(id="unit-registered-equal", registered=100),
    Case(id="unit-registered-by-collected", registered=99, form={"voters": -1},
         due=[("F_UNIT_REGISTERED", 99, 100, "")]),
    Case(id="unit-registered-of-the-first-contest", registered=150,
         posts=[Post(id="c", votes={"A": 60, "B": 40}, registered=99)], due=[("F_UNIT_REGISTERED", 99, 100, "")]),
    Case(id="proxy-limit", form={"proxies": 76}, due=[("F_PROXY_LIMIT", 72, 76, "")]),
    Case(id="proxy-limit-kept", form={"proxies": 75}),  # 3 x 25
    Case(id="proxy-limit-not-known", form={"proxies": 76, "issued": -1}),
    Case(id="proxies-not-allowed", form={"proxies": 1, "issued": -1}, rules={"proxy.allowed": False},
         due=[("F_PROXY_LIMIT", 0, 1, "")]),
    Case(id="proxies-not-allowed-none", form={"proxies": 0}, rules={"proxy.allowed": False}),

            Case(id="proxies-of-one-station-of-two", forms=[
        {**FORM, "proxies": 90}, {"voters": 0, "issued": 0, "collected": 0},
    ]),
    Case(id="proxies-of-two-stations-issued-of-one",
         forms=[{**FORM, "proxies": 90}, {"voters": 0, "collected": 0, "proxies": 0}]),
    Case(id="proxies-of-two-stations", forms=[{**FORM, "proxies": 50}, {"voters": 0, "issued": 0, "proxies": 0}]),
)  # fmt: skip


def contest(votes: dict[str, int], **more: object) -> Post:
    return Post(id="c", votes=votes, **more)  # type: ignore[arg-type]


FLAG = {"female.method": "none"}
CONTESTS = (
    Case(id="margin-too-few", posts=[contest({"A": 60})], due=[("W_MARGIN", 2, 1, "c:c")]),
    Case(id="margin-too-many", posts=[contest({"A": 60, "B": 10, "D": 5, "E": 5})], due=[("W_MARGIN", 2, 4, "c:c")]),
    Case(id="margin-at-most", posts=[contest({"A": 60, "B": 10, "D": 5})]),
    Case(id="margin-with-a-slot", posts=[contest({"A": 60}, slots=1)]),
    Case(id="fewer-candidates-than-seats-with-a-slot", posts=[contest({"A": 60}, seats=2, slots=2)],
         due=[("W_MARGIN", 3, 1, "c:c")]),
    Case(id="margin-of-other-rules", posts=[contest({"A": 60}, rule="runoff")]),
    Case(id="turnout-untested", registered=None, due=[("W_TURNOUT_UNTESTED", 1, 0, "c:c")]),
    Case(id="turnout-untested-present", rules={"turnout.value": "present"}, due=[("W_TURNOUT_UNTESTED", 1, 0, "c:c")]),
    Case(id="turnout-not-asked", registered=None, posts=[contest({"A": 60}, rule="runoff")]),
    Case(id="overcount-untested", form={"voters": -1, "issued": -1}, due=[("W_OVERCOUNT_UNTESTED", 1, 0, "c:c")]),
    Case(id="overcount-untested-issued", form={"issued": -1}, rules={"overcount.base": "issued"},
         due=[("W_OVERCOUNT_UNTESTED", 1, 0, "c:c")]),
    Case(id="overcount-by-box", form={"voters": -1, "issued": -1}, rules={"overcount.scope": "box"}),
    Case(id="base", posts=[contest({"A": 51, "B": 40})], form={"voters": 102, "issued": 102},
         due=[("W_BASE", 0, 1, "c:c")]),
    Case(id="no-woman", posts=[contest({"A": 90, "B": 80, "C": 70, "D": 10}, seats=3)],
         due=[("W_NO_WOMAN", 1, 0, "")]),
    Case(id="a-woman", posts=[contest({"A": 90, "B": 80, "C": 70, "D": 10}, seats=3, women="C")]),
    Case(id="a-woman-not-elected", posts=[contest({"A": 90, "B": 80, "C": 70, "D": 10}, seats=3, women="D")],
         due=[("W_NO_WOMAN", 1, 0, "")]),
    Case(id="no-woman-of-two-seats", posts=[contest({"A": 90, "B": 80, "D": 10}, seats=2)]),
    Case(id="no-woman-of-two-posts",
         posts=[contest({"A": 90, "B": 8}), Post(id="d", votes={"C": 90, "D": 80, "E": 1}, seats=2)],
         due=[("W_NO_WOMAN", 1, 0, "")]),
    Case(id="no-woman-in-one-post-yet", posts=[
        contest({"A": 90, "B": 8}), Post(id="d", votes={"C": 60, "D": 60, "E": 60}, seats=2),
    ]),
    Case(id="no-woman-yet", posts=[contest({"A": 90, "B": 60, "C": 60, "D": 60}, seats=3)]),  # a runoff is to come
    # who sits since an earlier round counts too
    Case(id="a-woman-who-sits", posts=[
        contest({"F": 90, "G": 8}, women="F"),
        Post(id="s", votes={"A": 90, "B": 80, "C": 70}, seats=3, rule="supplementary", round=2),
    ]),
    Case(id="no-woman-in-either-round", posts=[
        contest({"F": 90, "G": 8}, women="G"),
        Post(id="s", votes={"A": 90, "B": 80, "C": 70}, seats=3, rule="supplementary", round=2),
    ], due=[("W_NO_WOMAN", 1, 0, "")]),
    Case(id="a-relative-who-sits", posts=[
        contest({"A": 90, "B": 8}), Post(id="s", votes={"D": 90, "E": 80}, seats=2, rule="supplementary", round=2),
    ], relatives=[("A", "E", "parent"), ("B", "D", "parent")], due=[("W_RELATIVES", 0, 1, "")]),
    Case(id="relatives", posts=[contest({"A": 90, "B": 80, "D": 10}, seats=2)],
         relatives=[("A", "B", "sibling"), ("B", "A", "sibling"), ("A", "D", "child")],
         due=[("W_RELATIVES", 0, 1, "")]),
    Case(id="relatives-three", posts=[contest({"A": 90, "B": 80, "F": 70, "D": 10}, seats=3, women="F")],
         relatives=[("A", "B", "child"), ("B", "F", "child"), ("A", "F", "grandchild")],
         due=[("W_RELATIVES", 0, 3, "")]),
    Case(id="relatives-not-listed", posts=[contest({"A": 90, "B": 80, "D": 10}, seats=2)],
         relatives=[("A", "B", "other")]),
    Case(id="relatives-by-the-rule", posts=[contest({"A": 90, "B": 80, "D": 10}, seats=2)],
         relatives=[("A", "B", "sibling")], rules={"avoidance.method": "highest_post_then_votes"}),
    Case(id="round-list", posts=[contest({"A": 40, "B": 30, "D": 20}),
                                 Post(id="s", votes={"A": 40, "D": 50}, rule="supplementary", round=2, of="c")],
         due=[("W_ROUND_LIST", 2, 2, "c:s")]),
    Case(id="round-list-right", posts=[contest({"A": 40, "B": 30, "D": 20}),
                                       Post(id="s", votes={"B": 40, "A": 50}, rule="supplementary", round=2, of="c")]),
    Case(id="round-list-of-a-runoff", posts=[
        contest({"A": 40, "B": 40}, rule="runoff"),
        Post(id="s", votes={"A": 40, "B": 50, "D": 5}, rule="runoff", round=2, of="c"),
    ], due=[("W_ROUND_LIST", 2, 3, "c:s")]),
    Case(id="round-list-of-women", posts=[
        contest({"A": 80, "B": 60, "F": 30, "G": 25}, seats=2, women="FG"),
        Post(id="s", votes={"F": 40}, women="F", rule="supplementary", round=2, of="c", female_only=True),
    ], rules={"female.method": "top_woman_first", "female.on_fail": "supplementary"},
        due=[("W_ROUND_LIST", 2, 1, "c:s")]),
    Case(id="round-list-of-a-womens-seat", posts=[
        Post(id="c", votes={"F": 40, "G": 30}, women="FG", female_only=True),
        Post(id="s", votes={"F": 40, "G": 30}, women="FG", rule="supplementary", round=2, of="c", female_only=True),
    ]),
    Case(id="round-list-of-a-nomination", posts=[
        Post(id="n", votes={"A": 40, "B": 30, "D": 20}, rule="nomination"),
        contest({"A": 60, "B": 40}, round=2, of="n"),
    ]),
    Case(id="round-list-elsewhere", posts=[contest({"A": 60, "B": 40}, of="another")]),
    Case(id="order-of-contests-and-committees", papers=100, registered=None, form={"voters": -1, "issued": -1}, posts=[
        contest({"A": 90}), Post(id="d", votes={"B": 90}, seats=2),
    ], due=[
        ("W_MARGIN", 2, 1, "c:c"), ("W_TURNOUT_UNTESTED", 1, 0, "c:c"), ("W_OVERCOUNT_UNTESTED", 1, 0, "c:c"),
        ("W_MARGIN", 3, 1, "c:d"), ("W_TURNOUT_UNTESTED", 1, 0, "c:d"), ("W_OVERCOUNT_UNTESTED", 1, 0, "c:d"),
    ]),
)  # fmt: skip
ROWS = (*FORMS, *BOXES, *UNIT, *CONTESTS)

# what is said before the unit is final
EARLY = (
    Case(id="counting", stage=Stage.COUNTING, form={"valid": 99, "proxies": 90, "issued": 90}, registered=50,
         stations_registered=[49], boxes=[box({"collected": 1})], posts=[contest({"A": 60}, rule="election")], due=[
             ("F_COLLECTED_ISSUED", 90, 100, "s1"), ("F_COUNTED_VALID", 99, 100, "s1"),
             ("F_VOTERS_ISSUED", 90, 100, "s1"), ("F_BOX_SUM", 100, 1, "s1"), ("F_REGISTERED_SUM", 50, 49, ""),
             ("W_MARGIN", 2, 1, "c:c"),
         ]),
    Case(id="stated", stage=Stage.STATED, form={"proxies": 90}, registered=None, boxes=[box({"collected": 1})],
         posts=[contest({"A": 90, "B": 80, "C": 70, "D": 10}, seats=3)], due=[
             ("F_BOX_SUM", 100, 1, "s1"), ("F_BOX_COUNTED", 1, 100, "l:paper"), ("F_PROXY_LIMIT", 30, 90, ""),
             ("W_TURNOUT_UNTESTED", 1, 0, "c:c"),
         ]),
)  # fmt: skip

"""Worked cases of figures: which number is asked, what is not known, what cannot be; bases, boxes, several papers."""

from tests.laws.cases import Case, Due, full, nobody, supplementary
from tests.laws.village import Box, Post
from tests.profiles import profile

P2 = profile(id="p2")
PARTY = profile(**{"id": "p2", "turnout.value": "present", "turnout.of": "due", "elected.base": "present"})


def chair(votes: dict[str, int], **more: object) -> Post:
    return Post(id="chair", votes=votes, **more)  # type: ignore[arg-type]


def boxes(*counts: dict[str, int], layout: str = "paper", station: str = "1") -> list[Box]:
    return [
        Box(id=f"{layout}{station}{place}", counts=one, layout=layout, station=station)
        for place, one in enumerate(counts)
    ]


A308 = chair({"A": 308})
# papers 612: 308 is more than half of 615 and less than half of 617
ROWS = (
    # --- V, I, present: forms, else boxes, else unknown --------------------------------------------------------------
    Case(
        id="voters-of-two-forms", covers="3", posts=[A308], papers=612, forms=[{"voters": 300}, {"voters": 315}],
        rules={"elected.base": "voters"}, due={"chair": full("A", base="voters", base_value=615)},
    ),
    Case(
        id="voters-of-one-form-of-two", covers="3", posts=[A308], papers=612,
        forms=[{"voters": 620, "issued": 310}, {"issued": 310}], rules={"elected.base": "voters"},
        due={"chair": supplementary(1, "A", base_value=620, sensitive=True)},  # V unknown: I stands in
    ),
    Case(
        id="voters-of-boxes", covers="J1", posts=[A308], papers=612, boxes=boxes({"voters": 600}, {"voters": 20}),
        rules={"elected.base": "voters"}, due={"chair": supplementary(1, "A", base_value=620, sensitive=True)},
    ),
    Case(
        id="voters-of-a-box-missing", covers="J1", posts=[A308], papers=612, boxes=boxes({"voters": 620}, {}),
        rules={"elected.base": "voters"}, due={"chair": full("A", base_value=612, sensitive=False)},  # C stands in
    ),
    Case(
        id="voters-without-a-box-at-a-station", covers="J1", posts=[A308], papers=612, forms=[{}, {}],
        boxes=boxes({"voters": 620}), rules={"elected.base": "voters"}, due={"chair": full("A", base_value=612)},
    ),
    Case(
        id="voters-with-a-box-at-each-station", covers="J1", posts=[A308], papers=612, forms=[{}, {}],
        boxes=[*boxes({"voters": 600}), *boxes({"voters": 20}, station="2")], rules={"elected.base": "voters"},
        due={"chair": supplementary(1, "A", base_value=620)},
    ),
    Case(
        id="forms-before-boxes", covers="3", posts=[A308], papers=612, forms=[{"voters": 615}],
        boxes=boxes({"voters": 620}), rules={"elected.base": "voters"}, due={"chair": full("A", base_value=615)},
    ),
    Case(
        id="issued-known", covers="3", posts=[A308], papers=612, forms=[{"issued": 620}],
        rules={"elected.base": "issued"}, due={"chair": supplementary(1, "A", base="issued", base_value=620)},
    ),
    Case(
        id="issued-unknown", covers="3", posts=[A308], papers=612, forms=[{"voters": 620}],
        rules={"elected.base": "issued"}, due={"chair": nobody("not_known")},
    ),
    Case(
        id="present-known", covers="Q7", posts=[A308], papers=612, forms=[{"present": 615}],
        rules={"elected.base": "present"}, due={"chair": full("A", base="present", base_value=615)},
    ),
    Case(
        id="present-never-of-boxes", covers="Q7", posts=[A308], papers=612, boxes=boxes({"voters": 615}),
        rules={"elected.base": "present"}, due={"chair": nobody("not_known")},
    ),
    # --- R: the contest's, the unit's, the stations', unknown ---------------------------------------------------------
    Case(
        id="registered-of-the-contest", covers="A3", posts=[chair({"A": 308}, registered=1224)], papers=612,
        registered=1000, due={"chair": nobody("invalid_turnout")},
    ),
    Case(
        id="registered-of-the-stations", covers="A3", posts=[A308], papers=612, registered=None, forms=[{}, {}],
        stations_registered=[600, 623], due={"chair": full("A")},
    ),
    Case(
        id="registered-of-the-stations-too-many", covers="A3", posts=[A308], papers=612, registered=None,
        forms=[{}, {}], stations_registered=[600, 624], due={"chair": nobody("invalid_turnout")},
    ),
    Case(
        id="registered-of-one-station", covers="A3", posts=[A308], papers=612, registered=None, forms=[{}, {}],
        stations_registered=[600, None], due={"chair": nobody("not_known")},
    ),
    Case(
        id="due-is-registered", covers="Q1", posts=[A308], papers=612, registered=1224,
        rules={"turnout.of": "due"}, due={"chair": nobody("invalid_turnout")},
    ),
    Case(
        id="elected-of-registered", covers="3", posts=[A308], papers=612, registered=616,
        rules={"elected.base": "registered"},
        due={"chair": supplementary(1, "A", base="registered", base_value=616, sensitive=True)},
    ),
    Case(
        id="elected-of-due", covers="Q9", posts=[A308], papers=612, registered=615, rules={"elected.base": "due"},
        due={"chair": full("A", base="due", base_value=615, sensitive=False)},
    ),
    # --- turnout ------------------------------------------------------------------------------------------------------
    Case(
        id="turnout-present", covers="Q1", posts=[A308], papers=612, registered=1000,
        forms=[{"present": 500, "voters": 700}], rules={"turnout.value": "present"},
        due={"chair": nobody("invalid_turnout")},
    ),
    Case(
        id="turnout-before-the-base", covers="B1", posts=[A308], papers=612, registered=1224,
        rules={"elected.base": "present"}, due={"chair": nobody("invalid_turnout")},  # what is failed stays failed
    ),
    Case(
        id="turnout-before-overcount", covers="B1 B2", posts=[A308], papers=612, registered=1224,
        forms=[{"voters": 600}], due={"chair": nobody("invalid_turnout")},
    ),
    Case(
        id="impossible-before-turnout", covers="invariant-5", posts=[chair({"A": 400, "B": 213})], papers=612,
        registered=9000, due={"chair": nobody("impossible")},
    ),
    Case(
        id="turnout-not-asked-of-a-runoff", covers="B1", posts=[chair({"A": 8}, rule="runoff")], papers=612,
        registered=9000, due={"chair": full("A")},
    ),
    Case(
        id="turnout-not-asked-of-a-nomination", covers="B1", posts=[chair({"A": 8}, rule="nomination")], papers=612,
        registered=9000, due={"chair": Due(outcome="nominated", next="A")},
    ),
    Case(
        id="turnout-not-asked-of-advice", covers="B1", posts=[chair({"A": 8}, rule="advisory")], papers=612,
        registered=None, due={"chair": Due(outcome="advisory", next="A")},
    ),
    Case(
        id="turnout-of-a-supplementary-round", covers="G6", posts=[chair({"A": 308}, rule="supplementary")],
        papers=612, registered=1224, due={"chair": nobody("invalid_turnout")},
    ),
    Case(
        id="no-turnout-of-a-supplementary-round", covers="G6", posts=[chair({"A": 308}, rule="supplementary")],
        papers=612, registered=1224, rules={"supplementary.turnout": False}, due={"chair": full("A")},
    ),
    # --- over-count ---------------------------------------------------------------------------------------------------
    Case(
        id="overcount-by-issued-where-voters-are-unknown", covers="B2", posts=[A308], papers=612,
        forms=[{"issued": 611}], due={"chair": nobody("invalid_overcount")},
    ),
    Case(
        id="overcount-issued-not-voters", covers="B2", posts=[A308], papers=612,
        forms=[{"voters": 600, "issued": 612}], rules={"overcount.base": "issued"}, due={"chair": full("A")},
    ),
    Case(
        id="overcount-issued-unknown", covers="B2", posts=[A308], papers=612, forms=[{"voters": 600}],
        rules={"overcount.base": "issued"}, due={"chair": full("A")},  # not tested; a finding says so
    ),
    Case(
        id="overcount-by-the-forms-papers", covers="B2", posts=[A308], papers=612,
        forms=[{"voters": 612, "collected": 613}], due={"chair": nobody("invalid_overcount")},
    ),
    Case(
        id="overcount-by-the-boxes-papers", covers="B2", posts=[A308], papers=612,
        boxes=boxes({"voters": 612, "collected": 613}), due={"chair": nobody("invalid_overcount")},
    ),
    Case(
        id="overcount-of-a-runoff", covers="B2", posts=[chair({"A": 308}, rule="runoff")], papers=612,
        forms=[{"voters": 611}], due={"chair": nobody("invalid_overcount")},
    ),
    Case(
        id="overcount-of-a-supplementary-round", covers="B2", posts=[chair({"A": 308}, rule="supplementary")],
        papers=612, forms=[{"voters": 611}], due={"chair": nobody("invalid_overcount")},
    ),
    Case(
        id="overcount-not-asked-of-a-nomination", covers="B2", posts=[chair({"A": 8}, rule="nomination")], papers=612,
        forms=[{"voters": 611}], due={"chair": Due(outcome="nominated", next="A")},
    ),
    # --- boxes (V03) --------------------------------------------------------------------------------------------------
    Case(
        id="V03a", covers="B3", posts=[chair({"A": 271})], papers=540, registered=600,
        boxes=boxes({"voters": 380, "collected": 380}, {"voters": 120, "collected": 119},
                    {"voters": 40, "collected": 41}),
        due={"chair": full("A")},  # 540 papers of 540 voters: valid; a finding tells of the two boxes
    ),
    Case(
        id="V03b", covers="B3", posts=[chair({"A": 250})], papers=499, registered=600, forms=[{"voters": 540}],
        boxes=boxes({"voters": 380, "collected": 380}, {"voters": 120, "collected": 119},
                    {"voters": 40, "collected": 41}),
        rules={"overcount.scope": "box"},
        due={"chair": full("A", base_value=499, sensitive=True)},  # 500 > 499, but not > 540
    ),
    Case(
        id="V03b-voters-of-boxes", covers="B3", posts=[chair({"A": 250})], papers=499, registered=600,
        boxes=boxes({"voters": 380, "collected": 380}, {"voters": 119, "collected": 119},
                    {"voters": 40, "collected": 41}),
        rules={"overcount.scope": "box", "elected.base": "voters"},
        due={"chair": full("A", base_value=499)},  # the void box's 40 voters are left out of the sum
    ),
    Case(
        id="void-box-by-issued", covers="B3", posts=[chair({"A": 250})], papers=499, registered=600,
        boxes=boxes({"voters": 499, "issued": 499, "collected": 499}, {"voters": 39, "issued": 41, "collected": 41}),
        rules={"overcount.scope": "box", "overcount.base": "issued", "elected.base": "voters"},
        due={"chair": supplementary(1, "A", base_value=538)},  # 41 papers of 41 issued: the box stands
    ),
    Case(
        id="void-box-without-voters", covers="B3", posts=[chair({"A": 250})], papers=499, registered=600,
        boxes=boxes({"issued": 499, "collected": 499}, {"issued": 40, "collected": 41}),
        rules={"overcount.scope": "box", "elected.base": "issued"},
        due={"chair": full("A", base_value=499)},
    ),
    Case(
        id="no-election-wide-test-with-boxes", covers="B3", posts=[A308], papers=612, forms=[{"voters": 600}],
        rules={"overcount.scope": "box"}, due={"chair": full("A")},
    ),
    # --- what cannot be -----------------------------------------------------------------------------------------------
    Case(
        id="more-votes-than-valid", covers="invariant-5", posts=[
            Post(id="chair", seats=3, marks=4, votes={"A": 10}, written={"W": 101}),
        ],
        papers=100, due={"chair": nobody("impossible", 3)},
    ),
    Case(
        id="written-in-and-approved-too-many", covers="invariant-5 C10", posts=[
            Post(id="chair", seats=2, votes={"A": 90, "B": 80}, written={"W": 20}, hidden=11),
        ],
        papers=100, due={"chair": nobody("impossible", 2)},  # 90 + 80 + 20 + 11 = 201 > 2 x 100
    ),
    Case(
        id="as-many-as-possible", covers="invariant-5 C10", posts=[
            Post(id="chair", seats=2, votes={"A": 90, "B": 80}, written={"W": 20}, hidden=10),
        ],
        papers=100, due={"chair": full("A B")},
    ),
    Case(
        id="only-blank-papers", covers="invariant-5 C9", posts=[Post(id="chair", slots=1, blank=100)], papers=100,
        due={"chair": supplementary(1, "")},
    ),
    Case(
        id="fewer-marks-than-seats", covers="invariant-5", posts=[
            Post(id="chair", seats=2, marks=1, votes={"A": 60, "B": 50}),
        ],
        papers=100, due={"chair": supplementary(1, "B", "A")},  # 110 within 2 x 100; a paper's own limit is [FIG-2]
    ),
    Case(
        id="more-marks-than-seats-allowed", covers="invariant-5", posts=[
            Post(id="chair", seats=1, marks=2, votes={"A": 70, "B": 60}),
        ],
        papers=100, due={"chair": full("A")},  # a paper may carry two approvals for one seat: not tested
    ),
    Case(
        id="total-within-the-paper", covers="C2", posts=[
            chair({"A": 0}, blank=100), Post(id="member", seats=1, votes={"B": 90, "C": 80}),
        ],
        papers=100, rules={"ballot.overvote.compare": "total"},
        due={"chair": supplementary(1, "A"), "member": full("B")},  # two names for two seats of the paper
    ),
    Case(
        id="total-beyond-the-paper", covers="C2", posts=[
            chair({"A": 0}, blank=100), Post(id="member", seats=1, votes={"B": 90, "C": 80, "D": 40}),
        ],
        papers=100, rules={"ballot.overvote.compare": "total"},
        due={"chair": supplementary(1, "A"), "member": nobody("impossible")},
    ),
    # --- names that are not opened ------------------------------------------------------------------------------------
    Case(
        id="hidden-could-win", covers="D4", posts=[chair({"A": 40}, hidden=60)], papers=100,
        rules={"names.min_votes": 52}, due={"chair": nobody("not_known")},  # one of them may have 51 votes
    ),
    Case(
        id="hidden-could-not-win", covers="D4", posts=[chair({"A": 40}, hidden=60)], papers=100,
        rules={"names.min_votes": 51}, due={"chair": supplementary(1, "A")},
    ),
    Case(
        id="hidden-one-vote-of-one-paper", covers="D4", posts=[chair({}, hidden=1)], papers=1,
        rules={"names.min_votes": 2}, due={"chair": nobody("not_known")},
    ),
    Case(
        id="opened-votes-are-not-hidden", covers="D4", posts=[chair({"A": 30}, written={"W": 40}, hidden=10)],
        papers=100, rules={"names.min_votes": 90}, due={"chair": supplementary(1, "+W A")},
    ),
    Case(
        id="hidden-too-few", covers="D4", posts=[chair({"A": 40}, hidden=50)], papers=100,
        rules={"names.min_votes": 90}, due={"chair": supplementary(1, "A")},
    ),
    Case(
        id="hidden-beside-opened", covers="D4", posts=[chair({"A": 30}, written={"W": 19}, hidden=51)], papers=100,
        rules={"names.min_votes": 90}, due={"chair": nobody("not_known")},
    ),
    Case(
        id="hidden-a-third", covers="D4 G1", posts=[chair({"A": 60}, hidden=34, rule="supplementary")], papers=100,
        rules={"names.min_votes": 90}, due={"chair": nobody("not_known")},
    ),
    Case(
        id="hidden-less-than-a-third", covers="D4 G1", posts=[chair({"A": 60}, hidden=33, rule="supplementary")],
        papers=100, rules={"names.min_votes": 90}, due={"chair": full("A")},
    ),
    Case(
        id="hidden-in-a-runoff", covers="D4", posts=[chair({"A": 30}, hidden=60, rule="runoff")], papers=100,
        rules={"names.min_votes": 90}, due={"chair": full("A")},  # no share is asked
    ),
    Case(
        id="hidden-in-a-nomination", covers="D4", posts=[chair({"A": 30}, hidden=60, rule="nomination")], papers=100,
        rules={"names.min_votes": 90}, due={"chair": Due(outcome="nominated", next="A")},
    ),
    Case(
        id="hidden-nobody-where-the-base-is-zero", covers="D4", posts=[chair({"A": 40}, hidden=60)], papers=100,
        forms=[{"present": 0}], rules={"names.min_votes": 1, "elected.base": "present", "elected.strict": False},
        due={"chair": full("A", base="present", base_value=0)},  # 2 x 0 >= 0, but without a vote nobody is elected
    ),
    Case(
        id="hidden-none-at-one-vote", covers="D4", posts=[chair({"A": 30}, hidden=60)], papers=100,
        rules={"names.min_votes": 1}, due={"chair": supplementary(1, "A")},
    ),
    # --- several kinds of paper ---------------------------------------------------------------------------------------
    Case(
        id="separate-papers", covers="C2", posts=[
            chair({"A": 308}), Post(id="member", votes={"B": 308}, layout="member"),
        ],
        papers={"paper": 612, "member": 616}, registered=700, forms=[{"voters": 616}],
        rules={"ballot.form": "separate"},
        due={"chair": full("A"), "member": supplementary(1, "B")},
    ),
    Case(
        id="own-electorate-beside-the-village", covers="P Q7", posts=[
            chair({"A": 308}), Post(id="branch", votes={"B": 20}, layout="party", registered=40, profile="p2"),
        ],
        papers={"paper": 612, "party": 36}, registered=700, forms=[{"voters": 616, "present": 38}], more=[PARTY],
        due={"chair": full("A"), "branch": nobody("not_known")},  # the village's form says nothing of the members
    ),
    Case(
        id="own-electorate-with-boxes", covers="P Q7", posts=[
            chair({"A": 308}), Post(id="branch", votes={"B": 20}, layout="party", registered=40, profile="p2"),
        ],
        papers={"paper": 612, "party": 36}, registered=700, forms=[{"voters": 616}], more=[P2],
        boxes=boxes({"voters": 35}, layout="party"),
        due={"chair": full("A"), "branch": nobody("invalid_overcount")},  # 36 papers of 35 members who voted
    ),
    Case(
        id="own-electorate-alone", covers="P Q7", posts=[chair({"A": 20}, registered=40)], papers=36, registered=700,
        forms=[{"voters": 36}], due={"chair": full("A")},  # one kind of paper: the form speaks of it
    ),
)  # fmt: skip

"""Worked cases of declarations: what a committee may declare beside the rules' result (E5, L3, ZJ-32), by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.laws.village import Post, Village, village

Reasons = Sequence[tuple[str, str, str, str]]


@dataclass(frozen=True, kw_only=True)
class DeclarationCase:
    """One declaration: persons by contest, reasons as (contest, reference, word, text), and whether it stands."""

    id: str
    stands: bool
    declared: Sequence[tuple[str, str]]
    reasons: Reasons = ()
    posts: Sequence[Post]
    rules: Mapping[str, object] = field(default_factory=dict)

    def village(self) -> Village:
        """The unit of the case: a hundred papers."""
        return village(*self.posts, papers=100, rules=self.rules)


CHAIR = Post(id="c", votes={"A": 60, "B": 40})
MEMBERS = Post(id="m", seats=2, votes={"D": 70, "E": 60, "G": 20}, written={"W": 30})
NOMINATION = Post(id="n", votes={"A": 60, "B": 40}, rule="nomination")
BOTH = (CHAIR, MEMBERS)
SAME = (("c", "A"), ("m", "D E"))
WON = Post(id="c", votes={"A": 10}, written={"W": 60})
DOWN = (Post(id="c", votes={"A": 60, "B": 30}), Post(id="v", votes={"D": 40}))
ROLL = {"roll_down": True, "names.full": True}
MEANT = (
    Post(id="c", votes={"A": 60, "B": 30}),
    Post(id="v", votes={"D": 10}, written={"阿宝": 60}, meant={"阿宝": "B"}),
)
Case = DeclarationCase

ROWS = (
    Case(id="as-the-rules", stands=True, posts=BOTH, declared=SAME),
    Case(id="everybody-who-stood", stands=True, posts=(Post(id="c", seats=2, votes={"A": 60, "B": 55}),),
         declared=[("c", "A B")]),
    Case(id="in-another-order", stands=True, posts=BOTH, declared=[("c", "A"), ("m", "E D")]),
    Case(id="a-nomination-is-not-declared", stands=True, posts=(NOMINATION, CHAIR), declared=[("c", "A")]),
    Case(id="a-nomination-declared", stands=False, posts=(NOMINATION, CHAIR), declared=[("n", "A"), ("c", "A")]),
    Case(id="a-contest-missing", stands=False, posts=BOTH, declared=[("c", "A")]),
    Case(id="contests-out-of-order", stands=False, posts=BOTH, declared=SAME[::-1]),
    Case(id="a-contest-twice", stands=False, posts=BOTH, declared=[*SAME, SAME[1]]),
    Case(id="an-unknown-contest", stands=False, posts=BOTH, declared=[SAME[0], ("z", "D E")]),
    # V23b: the disqualified winner's seat stays open
    Case(id="V23b", stands=True, posts=(WON,), declared=[("c", "")],
         reasons=[("c", "+W", "disqualified", "不具备条件")]),
    Case(id="V23b-not-the-next-person-unexplained", stands=False, posts=(WON,), declared=[("c", "A")],
         reasons=[("c", "+W", "disqualified", "")]),
    Case(id="no-reason", stands=False, posts=BOTH, declared=[("c", ""), ("m", "D E")]),
    Case(id="withdrew", stands=True, posts=BOTH, declared=[("c", ""), ("m", "D E")],
         reasons=[("c", "A", "withdrew", "")]),
    Case(id="two-reasons-for-one", stands=False, posts=BOTH, declared=[("c", ""), ("m", "D E")],
         reasons=[("c", "A", "withdrew", ""), ("c", "A", "other", "")]),
    Case(id="a-reason-too-many", stands=False, posts=BOTH, declared=SAME, reasons=[("c", "A", "other", "")]),
    Case(id="another-person-for-a-reason", stands=True, posts=BOTH, declared=[("c", "A"), ("m", "D G")],
         reasons=[("m", "E", "death", ""), ("m", "G", "court", "判决书")]),
    Case(id="half-of-the-reasons", stands=False, posts=BOTH, declared=[("c", "A"), ("m", "D G")],
         reasons=[("m", "E", "death", "")]),
    Case(id="reasons-out-of-order", stands=False, posts=BOTH, declared=[("c", "A"), ("m", "D G")],
         reasons=[("m", "G", "court", ""), ("m", "E", "death", "")]),
    Case(id="reasons-by-contest-in-unit-order", stands=True, posts=BOTH, declared=[("c", "B"), ("m", "D")],
         reasons=[("c", "A", "avoidance", ""), ("c", "B", "runoff", ""), ("m", "E", "runoff", "")]),
    Case(id="reasons-of-contests-out-of-order", stands=False, posts=BOTH, declared=[("c", ""), ("m", "D")],
         reasons=[("m", "E", "runoff", ""), ("c", "A", "avoidance", "")]),
    Case(id="written-in-person", stands=True, posts=BOTH, declared=[("c", "A"), ("m", "D +W")],
         reasons=[("m", "+W", "avoidance", ""), ("m", "E", "other", "")]),
    Case(id="a-name-that-nobody-wrote", stands=False, posts=BOTH, declared=[("c", "A"), ("m", "D +V")],
         reasons=[("m", "+V", "court", ""), ("m", "E", "other", "")]),
    Case(id="a-candidate-of-another-contest", stands=False, posts=BOTH, declared=[("c", "D"), ("m", "D E")],
         reasons=[("c", "A", "other", ""), ("c", "D", "court", "")]),
    Case(id="more-than-seats", stands=False, posts=BOTH, declared=[("c", "A B"), ("m", "D E")],
         reasons=[("c", "B", "court", "")]),
    Case(id="one-person-twice", stands=False, posts=BOTH, declared=[("c", "A"), ("m", "D D")],
         reasons=[("m", "E", "other", "")]),
    Case(id="rolled-down-person", stands=True, posts=DOWN, rules=ROLL, declared=[("c", "A"), ("v", "B")],
         reasons=[("v", "B", "court", "")]),
    # a seat never goes to the next person by itself: whoever comes in needs a court, a runoff or avoidance
    *(
        Case(id=f"the-next-person-{word}", stands=word in {"avoidance", "court", "runoff"}, posts=BOTH,
             declared=[("c", "A"), ("m", "D G")], reasons=[("m", "E", "disqualified", ""), ("m", "G", word, "")])
        for word in ("avoidance", "court", "death", "disqualified", "other", "runoff", "withdrew")
    ),
    Case(id="not-rolled-down", stands=False, posts=DOWN, declared=[("c", "A"), ("v", "B")],
         reasons=[("v", "B", "court", "")]),
    Case(id="written-in-candidate-of-another-contest", stands=True, posts=MEANT, declared=[("c", "A"), ("v", "B")]),
    Case(id="written-in-candidate-by-name", stands=False, posts=MEANT, declared=[("c", "A"), ("v", "+阿宝")],
         reasons=[("v", "+阿宝", "court", ""), ("v", "B", "other", "")]),
    Case(id="nobody-by-the-rules", stands=True, posts=(Post(id="c", votes={"A": 90, "B": 80}),), declared=[("c", "A")],
         reasons=[("c", "A", "court", "")]),
)  # fmt: skip

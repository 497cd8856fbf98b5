"""What a committee, a table and the county do by the law, as drafts of a forger: steps, declarations, rules.

The honest election of tests/published.py knows no `step` and no `declaration`; here they are added to it, honestly or
not, so that each fraud differs from an honest act by one thing. Results of the honest election: in v1 `chair` is
supplementary (nobody has more than half of 260), `member` elects d and c, `deputy` fails for turnout; v2 fails.
"""

import json
from copy import deepcopy
from hashlib import sha256
from typing import Any

from tally_protocol.seal.keys import person_name
from tests.attacks.forger import Body, Draft
from tests.attacks.scene import Scene
from tests.world import TIME, signer

ONE, TWO, UNIT = "s/v1/1", "s/v1/2", "u/v1"
RULES: Body = {"chair": [], "member": ["d", "c"], "deputy": []}  # who is elected in v1 by the rules
WHO = "清河县选举工作领导小组 2026-05-08"


def add(scene: Scene, kind: str, chain: str, people: tuple[str, ...], behind: Draft, **fields: object) -> Draft:
    """A further record of a chain, signed by people of its unit, behind another; the chain is linked anew."""
    forger = scene.forger
    token = sha256(f"{kind} {chain} {len(forger.drafts)} {json.dumps(fields, sort_keys=True)}".encode()).hexdigest()
    body = {"chain": chain, "election": behind.body["election"], "epoch": 1, "prev": "", "seq": 0, "time": TIME}
    unit = chain.split("/")[1]
    signers = [signer(person_name(scene.world.id, unit, person)) for person in people]
    draft = forger.after(behind, Draft(kind, body | fields, signers, token))
    forger.relink(chain)
    forger.add_up(unit)
    return draft


def step(scene: Scene, word: str, behind: Draft, chain: str = UNIT, **fields: object) -> Draft:
    """A `step`, with a reason if one is given."""
    _, _, *station = chain.split("/")
    people = (station[0], f"chair-{station[0]}") if station else ("head",)
    return add(scene, "step", chain, people, behind, step=word, **fields)


def declared(
    scene: Scene, behind: Draft | None = None, reasons: tuple[list[str], ...] = (), **elected: object
) -> Draft:
    """The committee of v1 declares what the rules give, but for the contests named; behind the names by itself."""
    forger = scene.forger
    contests = [{"contest": contest, "elected": found} for contest, found in (RULES | elected).items()]
    return add(
        scene, "declaration", UNIT, ("head", "second"), behind or forger.find("names", UNIT),
        contests=contests, reasons=list(reasons), statement=forger.find("statement", UNIT).token,
    )  # fmt: skip


def last(scene: Scene, chain: str) -> Draft:
    """The newest record of a chain."""
    return scene.forger.chain(chain)[-1]


def result(scene: Scene, contest: str, unit: str = "v1", **changes: object) -> None:
    """The county's determination says something else of one contest."""
    draft = determination(scene, unit)
    contests = draft.force.setdefault("contests", deepcopy(draft.body["contests"]))
    found = next(one for one in contests if one["contest"] == contest)
    assert any(found.get(name) != value for name, value in changes.items())
    found.update(changes)


def determination(scene: Scene, unit: str = "v1") -> Draft:
    """The county's determination of a unit."""
    return next(d for d in scene.forger.drafts if d.kind == "determination" and d.body["unit"] == unit)


def insist(draft: Draft, **fields: object) -> Draft:
    """The county's word stands as it is written, also where the forger would see that it cannot hold."""
    draft.force |= {"contests": deepcopy(draft.body["contests"])} | fields
    return draft


def profile(scene: Scene) -> Body:
    """The one profile of the sealed election."""
    found: Body = scene.forger.find("election").body["profiles"][0]
    return found


def decide(scene: Scene, **values: object) -> None:
    """Another value in the sealed profile, decided by the county as it must be; `__` stands for the dot of a path."""
    body = profile(scene)
    for name, value in values.items():
        path = name.replace("__", ".")
        *above, field = path.split(".")
        place = body
        for one in above:
            place = place[one]
        assert place[field] != value
        place[field] = value
        if path not in dict(body["decided_by"]):
            body["decided_by"] = sorted([*body["decided_by"], [path, WHO]])


def rule(scene: Scene, path: str, value: Any, who: str = "村民代表会议 2026-08-01") -> None:
    """The first village decides something for itself (一村一策)."""
    unit = scene.forger.find("unit").body
    unit["rules"] = sorted([*unit["rules"], [path, value, who]], key=lambda one: str(one[0]))

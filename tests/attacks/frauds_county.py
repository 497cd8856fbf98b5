"""Frauds of committee and county: statements, opened names, standings."""

from tests.attacks.book import INCOMPLETE, Book
from tests.attacks.scene import Scene

BOOK = Book()
ONE, TWO, UNIT = "s/v1/1", "s/v1/2", "u/v1"


@BOOK.fraud("NOT_FINAL", outcome=INCOMPLETE, like="G7")
def statement_missing(scene: Scene) -> None:
    """A unit's result is never declared."""
    scene.forger.drop(*scene.forger.chain(UNIT))


@BOOK.fraud("NOT_FINAL", outcome=INCOMPLETE, like="G7")
def names_missing(scene: Scene) -> None:
    """Written-in votes are declared, but the persons are never opened."""
    scene.forger.drop(scene.forger.find("names", UNIT))


@BOOK.fraud("NOT_FINAL", outcome=INCOMPLETE, like="C1")
def names_half_opened(scene: Scene) -> None:
    """Of two parts of the opened names only the first is in the log."""
    scene.forger.find("names", UNIT).body["parts"] = 2


@BOOK.fraud("E_TOTAL", also=("E_NAMES",), like="D3")
def statement_with_other_totals(scene: Scene) -> None:
    """The committee declares seven votes more than its stations counted [STATE-2]."""
    totals = scene.forger.find("statement", UNIT).body["totals"][0][1]
    totals[10] += 7
    totals[13] -= 7


@BOOK.fraud("E_HEAD", also=("E_NAMES",), like="C1")
def statement_over_old_heads(scene: Scene) -> None:
    """The statement cites a station as it stood before its close [STATE-1]."""
    chain = scene.forger.chain(TWO)
    scene.forger.find("statement", UNIT).body["closes"][1][2:] = [chain[-2].body["seq"], chain[-2].token]


@BOOK.fraud("E_HEAD", also=("E_NAMES",), like="C2")
def statement_without_a_station(scene: Scene) -> None:
    """The statement leaves one of the unit's stations out [STATE-1]."""
    scene.forger.find("statement", UNIT).body["closes"].pop()


@BOOK.fraud("NOT_FINAL", outcome=INCOMPLETE, like="A8")
def correction_after_the_statement(scene: Scene) -> None:
    """A station corrects after the result was declared; the declaration is no longer final."""
    forger = scene.forger
    late = forger.copy(forger.find("correction", TWO))
    forger.after(forger.find("names", UNIT), late)
    forger.relink(TWO)
    late.body |= {"effect": [0] * len(late.body["effect"]), "table": [], "write_ins": [], "names": []}
    late.body["running"] = list(forger.find("close", TWO).body["running"][0][1])


@BOOK.fraud("E_NAMES", like="D3")
def name_opened_with_a_wrong_salt(scene: Scene) -> None:
    """An entry of the register is opened with a salt that does not fit its commitment [STATE-4]."""
    scene.forger.find("names", UNIT).body["persons"][0]["entries"][0][3] = "00" * 16


@BOOK.fraud("E_NAMES", like="D3")
def another_name_opened(scene: Scene) -> None:
    """An entry is opened as somebody else [STATE-4]."""
    scene.forger.find("names", UNIT).body["persons"][0]["entries"][0][2] = "钱七"


@BOOK.fraud("E_NAMES", like="D3")
def opened_with_more_votes(scene: Scene) -> None:
    """An opened person gets more votes than its entries have [STATE-4]."""
    scene.forger.find("names", UNIT).body["persons"][0]["votes"] += 2


@BOOK.fraud("E_NAMES", like="C5")
def entry_opened_twice(scene: Scene) -> None:
    """One entry counts for two persons [STATE-4]."""
    persons = scene.forger.find("names", UNIT).body["persons"]
    persons.append({**persons[0], "name": "钱七"})


@BOOK.fraud("E_NAMES", like="I5")
def opened_below_the_minimum(scene: Scene) -> None:
    """Persons with fewer votes than the profile demands are named in public [STATE-5]."""
    scene.forger.find("election").body["profiles"][0]["names"]["min_votes"] = 9


@BOOK.fraud("E_NAMES", like="D3")
def person_left_unopened_and_forgotten(scene: Scene) -> None:
    """A written-in person is neither opened nor counted in the rest [STATE-5]."""
    scene.forger.find("names", UNIT).body["persons"].pop()


@BOOK.fraud("E_NAMES", like="D3")
def person_with_enough_votes_hidden_in_the_rest(scene: Scene) -> None:
    """The sums are right, and somebody whose entry alone reaches the threshold stays without a name [STATE-5]."""
    names = scene.forger.find("names", UNIT).body
    gone = names["persons"].pop()
    rest = dict(map(tuple, names["rest"]))
    rest[gone["contest"]] = rest.get(gone["contest"], 0) + gone["votes"]
    names["rest"] = [[contest, votes] for contest, votes in rest.items()]


@BOOK.fraud("E_NAMES", like="D3")
def rest_invented(scene: Scene) -> None:
    """The rest of the written-in votes is larger than it can be [STATE-5]."""
    scene.forger.find("names", UNIT).body["rest"] = [["chair", 5]]


@BOOK.fraud("E_NAMES", like="D3")
def profile_wants_all_names_but_some_rest(scene: Scene) -> None:
    """The profile demands every person, yet votes remain unopened [STATE-5]."""
    forger = scene.forger
    forger.find("election").body["profiles"][0]["names"]["full"] = True
    names = forger.find("names", UNIT).body
    gone = names["persons"].pop()
    names["rest"] = [[gone["contest"], gone["votes"]]]


@BOOK.fraud("E_NAMES", like="C1")
def second_part_without_the_first(scene: Scene) -> None:
    """The names begin with part 2 [STATE-3]."""
    scene.forger.find("names", UNIT).body.update(part=2, parts=2)


@BOOK.fraud("E_NAMES", like="C1")
def names_of_another_statement(scene: Scene) -> None:
    """The names cite the other unit's statement [STATE-3]."""
    scene.forger.find("names", "u/v2").body["statement"] = scene.forger.find("statement", UNIT).token


@BOOK.fraud("E_STANDINGS", like="D3")
def standings_over_another_root(scene: Scene) -> None:
    """The board shows a root that this log never had [STAND-1]."""
    scene.forger.find("standings", place=1).force["root"] = "5a" * 32


@BOOK.fraud("E_STANDINGS", like="D3")
def standings_of_the_future(scene: Scene) -> None:
    """Standings cite more entries than stand before them [STAND-1]."""
    draft = scene.forger.find("standings", place=1)
    draft.force["size"] = scene.forger.drafts.index(draft) + 3


@BOOK.fraud("E_STANDINGS", like="D3")
def standings_going_back(scene: Scene) -> None:
    """The size falls from one standings record to the next [STAND-1]."""
    scene.forger.find("standings", place=2).force["size"] = 8


@BOOK.fraud("E_STANDINGS", like="D3")
def standings_of_nothing_new(scene: Scene) -> None:
    """Standings cover nothing but the standings before them [STAND-3]."""
    forger = scene.forger
    first = forger.find("standings", place=1)
    forger.after(first, forger.copy(first))
    forger.relink("c")


@BOOK.fraud("E_TOTAL", like="D1")
def standings_with_other_results(scene: Scene) -> None:
    """The results on the board are not those of the log [STAND-2]."""
    scene.forger.find("standings", place=1).force["results"] = "99" * 32


@BOOK.fraud("E_TOTAL", like="D1")
def standings_with_more_papers(scene: Scene) -> None:
    """The board counts one paper more than the log [STAND-2]."""
    forger = scene.forger
    notes = forger.notes()
    draft = forger.find("standings", place=1)
    totals = scene.standings_in(notes, forger.drafts.index(draft))
    draft.force["totals"] = totals | {"papers": totals["papers"] + 1}


@BOOK.fraud("E_GAP", like="C3")
def standings_dropped(scene: Scene) -> None:
    """One of the county's standings is left out of the log [CHAIN-2]."""
    scene.forger.drop(scene.forger.find("standings", place=1))


@BOOK.fraud("E_GAP", also=("E_FORK", "E_STANDINGS"), like="C4")
def standings_reordered(scene: Scene) -> None:
    """Two standings records change places [LOG-3]."""
    drafts = scene.forger.drafts
    one, two = (drafts.index(scene.forger.find("standings", place=place)) for place in (0, 1))
    drafts[one], drafts[two] = drafts[two], drafts[one]


@BOOK.fraud("E_CHAIN", like="C4")
def standings_linked_to_something_else(scene: Scene) -> None:
    """Standings do not cite the standings before them [CHAIN-3]."""
    scene.forger.find("standings", place=1).body["prev"] = "31" * 32


@BOOK.fraud("E_STANDINGS", like="F5")
def standings_of_a_giant_log(scene: Scene) -> None:
    """Standings claim to cover more entries than any log has [STAND-1]."""
    scene.forger.find("standings", place=1).force["size"] = 999_999_999

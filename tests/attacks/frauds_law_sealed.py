"""Frauds on the rules that were sealed: profiles that hide who decided, bend national law or serve one candidate."""

from copy import deepcopy

from tests.attacks.book import UNSEALED, Book
from tests.attacks.forger import Body
from tests.attacks.law_acts import TWO, UNIT, decide, profile, result, rule
from tests.attacks.scene import Scene

BOOK = Book()
RULED = ("MISSING", "E_ORDER", "E_UNKNOWN_CHAIN")  # a unit whose rules are refused is not sealed


def undecided(scene: Scene, path: str) -> None:
    """Take the name of who decided a value out of the profile."""
    body = profile(scene)
    left = [entry for entry in body["decided_by"] if entry[0] != path]
    assert len(left) == len(body["decided_by"]) - 1
    body["decided_by"] = left


def first_unit(scene: Scene) -> Body:
    """The note of v1."""
    found: Body = scene.forger.find("unit").body
    return found


# --- the profile


@BOOK.fraud("E_PROFILE", like="E11")
def decided_by_nobody(scene: Scene) -> None:
    """The base of the majority, which national law leaves open, was decided by nobody [PROF-2]."""
    undecided(scene, "elected.base")


@BOOK.fraud("E_PROFILE", like="E11")
def tie_rule_of_nobody(scene: Scene) -> None:
    """What happens in a tie was decided by nobody [PROF-2]."""
    undecided(scene, "tie")


@BOOK.fraud("E_PROFILE", like="E11")
def decision_about_nothing(scene: Scene) -> None:
    """Somebody decided a thing that the profile does not have [PROF-2]."""
    body = profile(scene)
    body["decided_by"] = sorted([*body["decided_by"], ["elected.bonus", "村党支部 2026-05-08"]])


@BOOK.fraud("E_NAME", like="E11")
def decided_by_a_blank(scene: Scene) -> None:
    """Who decided is a blank [IDENT-2]."""
    profile(scene)["decided_by"][0][1] = " "


@BOOK.fraud("E_PROFILE", like="E11")
def majority_lowered_silently(scene: Scene) -> None:
    """A third elects in the first round, where national law says more than half [PROF-2]."""
    profile(scene)["elected"] |= {"num": 1, "den": 3}


@BOOK.fraud("E_PROFILE", like="E11")
def exactly_half_elects_silently(scene: Scene) -> None:
    """Half is made enough, where national law says more than half [PROF-2] [SHARE-1]."""
    profile(scene)["elected"]["strict"] = False


@BOOK.fraud("E_PROFILE", like="E11")
def turnout_lowered_silently(scene: Scene) -> None:
    """A fifth of the electors makes the election valid, where national law says more than half [PROF-2]."""
    profile(scene)["turnout"] |= {"num": 1, "den": 5}


@BOOK.fraud("E_PROFILE", like="E11")
def third_raised_silently(scene: Scene) -> None:
    """The supplementary round asks two thirds instead of one [PROF-2]."""
    profile(scene)["supplementary"]["num"] = 2


@BOOK.fraud("E_PROFILE", like="E11")
def ten_proxies_each_silently(scene: Scene) -> None:
    """One person may carry ten proxies, where national law says three [PROF-2] [PROXY-1]."""
    profile(scene)["proxy"]["limit"] = 10


@BOOK.fraud("E_PROFILE", like="E11")
def candidates_carry_proxies_silently(scene: Scene) -> None:
    """Candidates may vote for others by proxy, where national law forbids it [PROF-2] [PROXY-1]."""
    profile(scene)["proxy"]["candidates"] = True


@BOOK.fraud("E_PROFILE", like="E11")
def recall_made_easy_silently(scene: Scene) -> None:
    """A third of the voters recalls, where national law says more than half [PROF-2]."""
    profile(scene)["recall"] |= {"num": 1, "den": 3}


@BOOK.fraud("E_PROFILE", like="E11")
def law_that_is_not(scene: Scene) -> None:
    """The profile stands under a law that was never passed [PROF-2]."""
    profile(scene)["law"] = "village_2099"


@BOOK.fraud("E_PROFILE", like="E11")
def electorate_that_the_law_does_not_know(scene: Scene) -> None:
    """The profile gives the vote to people of whom the law does not speak [PROF-2]."""
    profile(scene)["electorate"] = "member"


@BOOK.fraud("E_RANGE", like="E11")
def fraction_turned_round(scene: Scene) -> None:
    """The share is 2/1: nobody can ever reach it [SHARE-1] [PROF-1]."""
    decide(scene, elected__num=2, elected__den=1)


@BOOK.fraud("E_RANGE", like="E11")
def share_of_nothing(scene: Scene) -> None:
    """The share is 0/2: everybody with no vote at all has reached it [SHARE-1] [PROF-1]."""
    decide(scene, elected__num=0)


@BOOK.fraud("E_RANGE", like="E11")
def margins_crossed(scene: Scene) -> None:
    """At least three candidates more than seats, and at most two [PROF-1]."""
    decide(scene, margin__least=3)


@BOOK.fraud("E_FIELD", like="E11")
def rule_left_unsaid(scene: Scene) -> None:
    """The profile is silent about ties, to decide it when there is one [PROF-1]."""
    profile(scene).pop("tie")


@BOOK.fraud("E_FIELD", like="E11")
def base_that_no_law_knows(scene: Scene) -> None:
    """The majority is asked of a number that the county thinks out itself [PROF-1]."""
    decide(scene, elected__base="estimated")


@BOOK.fraud("E_UNKNOWN_FIELD", like="B2")
def rule_smuggled_in(scene: Scene) -> None:
    """A rule of the county's own, which no reader knows, is in the profile [PROF-1]."""
    profile(scene)["bonus"] = {"chair": 10}


@BOOK.fraud("E_PROFILE", like="I5")
def cells_smaller_than_the_threshold(scene: Scene) -> None:
    """The election promises batches of 60 papers, its profile allows 50 [PROF-3]."""
    scene.forger.find("election").body["threshold"] = 60


@BOOK.fraud("E_RANGE", like="I5")
def cells_of_ten(scene: Scene) -> None:
    """The profile allows ten papers in a batch, which would show how people voted [PROF-1]."""
    profile(scene)["publish"]["min_ballots_per_cell"] = 10


@BOOK.fraud("E_PROFILE", like="G7")
def batches_without_a_scrutineer(scene: Scene) -> None:
    """Tellers sign their batches alone, although a scrutineer must be there [PROF-3]."""
    profile(scene)["signers"]["batch"] = ["teller"]


@BOOK.fraud("E_PROFILE", like="G7")
def more_scrutineers_promised_than_sign(scene: Scene) -> None:
    """The profile promises two scrutineers a batch, and one signs [PROF-3]."""
    decide(scene, scrutineers__per_batch_min=2)


@BOOK.fraud("E_FIELD", like="G7")
def declaration_that_nobody_signs(scene: Scene) -> None:
    """The profile lets a declaration stand without any signature [PROF-1]."""
    profile(scene)["signers"]["declaration"] = []


@BOOK.fraud("E_PROFILE", like="I5")
def votes_roll_down_from_hidden_names(scene: Scene) -> None:
    """Votes roll down to lower posts while written-in names stay closed: nobody can check it [PROF-3]."""
    decide(scene, roll_down=True)


# --- a village's own decisions


@BOOK.fraud("E_PROFILE", also=RULED, like="E11")
def village_lowers_its_signatures(scene: Scene) -> None:
    """A village decides that nobody need sign its batches [PROF-4]."""
    rule(scene, "signers.batch", [])


@BOOK.fraud("E_PROFILE", also=RULED, like="I5")
def village_lowers_the_threshold(scene: Scene) -> None:
    """A village decides how few papers it may publish [PROF-4]."""
    rule(scene, "publish.min_ballots_per_cell", 60)


@BOOK.fraud("E_PROFILE", also=RULED, like="I5")
def village_opens_all_names(scene: Scene) -> None:
    """A village decides to open every written-in name [PROF-4]."""
    rule(scene, "names.min_votes", 1)


@BOOK.fraud("E_PROFILE", also=RULED, like="E11")
def village_leaves_the_law(scene: Scene) -> None:
    """A village chooses another law for itself [PROF-4]."""
    rule(scene, "law", "residents_2026")


@BOOK.fraud("E_PROFILE", also=RULED, like="E11")
def village_rewrites_who_decided(scene: Scene) -> None:
    """A village writes itself into the county's decisions [PROF-4]."""
    rule(scene, "decided_by", ["tie"])


@BOOK.fraud("E_PROFILE", also=RULED, like="E11")
def village_rule_about_nothing(scene: Scene) -> None:
    """A village's rule names a value that no profile has [PROF-4]."""
    rule(scene, "elected.bonus", 10)


@BOOK.fraud("E_PROFILE", also=RULED, like="E11")
def village_turns_the_fraction_round(scene: Scene) -> None:
    """A village's rule makes the share of the supplementary round 4/3 [PROF-4]."""
    rule(scene, "supplementary.num", 4)


@BOOK.fraud("E_PROFILE", also=RULED, like="E11")
def village_rule_of_another_type(scene: Scene) -> None:
    """A village's rule for ties is a number [PROF-4]."""
    rule(scene, "tie", 1)


@BOOK.fraud("E_PROFILE", also=RULED, like="I5")
def village_rolls_votes_down(scene: Scene) -> None:
    """A village lets votes roll down while written-in names stay closed [PROF-4] [PROF-3]."""
    rule(scene, "roll_down", True)


@BOOK.fraud("E_PROFILE", also=RULED, like="G7")
def village_asks_for_more_scrutineers_than_sign(scene: Scene) -> None:
    """A village's rule promises two scrutineers a batch, and one signs [PROF-4] [PROF-3]."""
    rule(scene, "scrutineers.per_batch_min", 2)


@BOOK.fraud("E_NAME", also=RULED, like="E11")
def village_rule_of_nobody(scene: Scene) -> None:
    """A village's rule was decided by a blank [IDENT-2]."""
    rule(scene, "tie", "fewer_against", " ")


# --- people and papers


@BOOK.fraud("E_MANIFEST", also=UNSEALED, like="E11")
def layout_of_two_profiles(scene: Scene) -> None:
    """One paper carries two contests of different profiles: nobody knows by whose rules it is judged [SEAL-6]."""
    other = deepcopy(profile(scene)) | {"id": "p2"}
    scene.forger.find("election").body["profiles"].append(other)
    first_unit(scene)["contests"][1]["profile"] = "p2"


@BOOK.fraud("E_MANIFEST", also=UNSEALED, like="E11")
def contest_under_a_profile_that_is_not(scene: Scene) -> None:
    """A contest stands under rules that the election does not have [SEAL-6]."""
    first_unit(scene)["contests"][2]["profile"] = "p9"


@BOOK.fraud("E_MANIFEST", also=UNSEALED, like="E6")
def official_who_is_a_candidate(scene: Scene) -> None:
    """A member of the committee stands for chair [SEAL-7]."""
    for candidate in first_unit(scene)["contests"][0]["candidates"][1:]:
        candidate["id"] = "second"


@BOOK.fraud("E_MANIFEST", also=UNSEALED, like="E6")
def scrutineer_who_is_a_candidate(scene: Scene) -> None:
    """A scrutineer of a table stands for member [SEAL-7]."""
    first_unit(scene)["contests"][1]["candidates"][0]["id"] = "scrutineer-2"


@BOOK.fraud("E_MANIFEST", also=UNSEALED, like="E6")
def teller_who_is_the_candidate_brother(scene: Scene) -> None:
    """A teller is a declared brother of a candidate [SEAL-7]."""
    first_unit(scene)["relations"] = [["a", "teller-1", "sibling"]]


@BOOK.fraud("E_MANIFEST", also=UNSEALED, like="E6")
def chair_of_the_committee_who_is_the_candidate_mother(scene: Scene) -> None:
    """The committee's chair is a declared parent of a candidate, named the other way round [SEAL-7]."""
    first_unit(scene)["relations"] = [["head", "c", "parent"]]


@BOOK.fraud("E_FIELD", also=RULED, like="E6")
def relative_of_herself(scene: Scene) -> None:
    """A candidate is declared her own relative, so that she removes herself [POST-5]."""
    first_unit(scene)["relations"] = [["a", "a", "sibling"]]


@BOOK.fraud("E_FIELD", also=RULED, like="E11")
def recall_of_two(scene: Scene) -> None:
    """Two people are recalled by one vote [LAW-4]."""
    first_unit(scene)["contests"][2]["rule"] = "recall"


# --- rules that move after the first paper


def sealed_again(scene: Scene, **changes: object) -> None:
    """The authority seals another version of v1 after all tables have closed; the committee states under it."""
    forger = scene.forger
    first = forger.find("unit")
    later = forger.after(forger.find("close", TWO), forger.copy(first))
    later.body |= {"version": 2, "prev": first.token} | changes
    forger.find("statement", UNIT).body["unit_note"] = later.token


@BOOK.fraud("E_MANIFEST", also=("E_HEAD",), like="E11")
def rules_changed_after_the_count(scene: Scene) -> None:
    """When it is known that 121 are less than half of 260, the base becomes the 238 valid papers [SEAL-5]."""
    sealed_again(scene, rules=[["elected.base", "valid", "村民代表会议 2026-09-21"]])
    result(scene, "chair", base="valid", base_value=238, elected=["a"], outcome="full", short=0, next=[])
    result(scene, "member", base="valid", base_value=241)


@BOOK.fraud("E_MANIFEST", also=("E_HEAD",), like="E11")
def electors_found_after_the_count(scene: Scene) -> None:
    """500 electors more are found after the count, so that too few of them came [SEAL-5]."""
    sealed_again(scene, registered=900)
    nobody: Body = {"base": "none", "base_value": 0, "elected": [], "outcome": "invalid_turnout", "sensitive": False}
    result(scene, "chair", "v1", **nobody, next=[])
    result(scene, "member", "v1", **nobody, short=2)


@BOOK.fraud("E_MANIFEST", also=("E_HEAD",), like="E11")
def relatives_found_after_the_count(scene: Scene) -> None:
    """The two elected members are declared relatives after the count [SEAL-5]."""
    sealed_again(scene, relations=[["d", "c", "sibling"]])


@BOOK.fraud("E_MANIFEST", also=("E_HEAD",), like="A6")
def candidates_exchanged_after_the_count(scene: Scene) -> None:
    """The candidates for chair change places after the count, and with them their votes [SEAL-5]."""
    contests = deepcopy(first_unit(scene)["contests"])
    contests[0]["candidates"].reverse()
    sealed_again(scene, contests=contests)

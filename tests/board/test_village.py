"""A unit's page after a new statement: the earlier declaration is shown as superseded, never as the winners."""

import json
from typing import Any

from tests.board.played import Played
from tests.forms.village import superseded_village
from tests.world import World


def page(world: World, before: int = 0) -> dict[str, Any]:
    played = Played(entries=list(world.entries))
    played.until(len(played.entries) - before)
    found: dict[str, Any] = json.loads(played.feed.village_bytes("v1") or b"{}")
    return found


def declarations(found: dict[str, Any]) -> list[tuple[object, object]]:
    return [(one["declared"], one["superseded"]) for one in found["contests"]]


def test_a_declaration_stands_as_long_as_its_statement_does() -> None:
    """[DET-3] corrections alone are not yet a new statement; with it the names are told as superseded."""
    world = superseded_village()
    corrected = page(world, before=3)
    assert corrected["declared"]
    assert declarations(corrected) == [(["a"], None), (["c"], None)]
    stated = page(world, before=2)
    assert not stated["declared"]
    assert declarations(stated) == [(None, ["a"]), (None, ["c"])]
    chair = page(world)["contests"][0]
    assert (chair["result"]["elected"], chair["declared"], chair["superseded"]) == (["b"], None, ["a"])


def test_a_new_declaration_takes_the_place_of_the_old_one() -> None:
    """[DET-3]"""
    found = page(superseded_village(again=True))
    assert found["declared"]
    assert [superseded for _, superseded in declarations(found)] == [None, None]
    assert found["contests"][0]["declared"] == ["b"]

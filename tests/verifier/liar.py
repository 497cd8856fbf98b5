"""The story of the maker told again with one lie in it, by people who sign and link what they say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.verifier.conftest import Codes
from tests.verifier.maker import Maker
from tests.verifier.profiles import Body, result
from tests.verifier.signing import Fields

Told = Callable[[Maker], None]


class Liar(Maker):
    """Tells the story with other results, other words, other steps."""

    def __init__(self, **lies: Any) -> None:
        self.result = lies.pop("result", {})  # fields of v1's result
        self.fields = lies.pop("fields", {})  # fields of v1's determination
        self.untold = lies.pop("untold", ())  # units without a determination
        self.twice = lies.pop("twice", False)
        self.early = lies.pop("early", False)  # v1's determination before its names
        self.unsaid = lies.pop("unsaid", ())  # words of steps that are left out
        self.after: Told | None = lies.pop("after", None)
        self.person = lies.pop("person", {})
        super().__init__(**lies)

    def determination(self, unit: str, *results: Body) -> None:
        if unit in self.untold:
            return
        if unit == "v1":
            results = tuple([{**one, **self.result} for one in results])
        for _ in range(1 + self.twice):
            fields = {"contests": list(results), "statement": self.statements[unit], "unit": unit}
            self.chained("determination", "c", ["county"], **{**fields, **(self.fields if unit == "v1" else {})})

    def names(self, unit: str, persons: list[Fields], rest: list[list[Any]]) -> None:
        if self.early:
            self.determination(unit, result("chief", "full", base="valid", base_value=92, elected=["c2"]))
        super().names(unit, [{**person, **self.person} for person in persons], rest)

    def step(self, chain: str, word: str, **reason: str) -> None:
        if word not in self.unsaid:
            super().step(chain, word, **reason)

    def afterwards(self) -> None:
        if self.after is None:
            super().afterwards()
        else:
            self.after(self)


def told(tmp_path: Path, codes: Codes, **lies: Any) -> tuple[int, set[str]]:
    return codes(Liar(**lies).story().publish(tmp_path))

"""The form of a catalogue entry: a named fraud, its story, what the observer must be told [VERIFY-1] [VERIFY-3]."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.attacks.scene import Scene

FAILED, INCOMPLETE, UNANCHORED, VERIFIED = "FAILED", "INCOMPLETE", "UNANCHORED", "VERIFIED"
# what follows when a unit's note is refused: it is missing when counting begins and nobody knows its chains
UNSEALED = ("MISSING", "E_MANIFEST", "E_ORDER", "E_UNKNOWN_CHAIN")
EXITS = {VERIFIED: 0, FAILED: 1, INCOMPLETE: 2, UNANCHORED: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fraud:
    """One tampering: `code` must be found, nothing beyond `also` may be; `like` is its id among the known attacks."""

    name: str
    story: str
    outcome: str
    code: str
    also: frozenset[str]
    like: str
    fillers: int
    election: str
    commit: Callable[[Scene], None]

    def scene(self) -> Scene:
        """The tampered record, ready to be written."""
        scene = Scene(self.fillers, self.election)
        self.commit(scene)
        return scene


class Book:
    """The frauds of one chapter; `fraud` is the decorator that enters them, the docstring is the story."""

    def __init__(self) -> None:
        """An empty chapter."""
        self.frauds: list[Fraud] = []

    def fraud(
        self,
        code: str,
        *,
        outcome: str = FAILED,
        also: tuple[str, ...] = (),
        like: str = "",
        fillers: int = 0,
        election: str = "county-test",
    ) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
        """Enter a fraud under its function's name."""

        def enter(commit: Callable[[Scene], None]) -> Callable[[Scene], None]:
            self.frauds.append(
                Fraud(
                    name=commit.__name__.replace("_", "-"),
                    story=" ".join((commit.__doc__ or "").split()),
                    outcome=outcome,
                    code=code,
                    also=frozenset(also),
                    like=like,
                    fillers=fillers,
                    election=election,
                    commit=commit,
                )
            )
            return commit

        return enter

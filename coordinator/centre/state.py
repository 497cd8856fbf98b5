"""The state of the centre: the fold of its acts, section by section. Pure.

Each section says which acts it takes. An act that no section takes is a fault of the program that wrote it, and stops
the reading: a state that leaves something out would be a wrong state.
"""

from collections.abc import Callable, Iterable

from coordinator.centre.acts import Act
from coordinator.centre.papers import Papers
from coordinator.centre.people import People
from coordinator.centre.planning import Planning
from coordinator.centre.proposals import Proposals
from coordinator.centre.registers import Registers

Take = Callable[[Act], None]


class State:
    """Everything that the acts amount to, up to `last`."""

    def __init__(self) -> None:
        """Before the first act."""
        self.last = 0
        self.people = People()
        self.registers = Registers()
        self.planning = Planning()
        self.proposals = Proposals()
        self.papers = Papers()
        self._takes: dict[str, Take] = {}
        for section in (self.people, self.registers, self.planning, self.proposals, self.papers):
            self._takes |= section.takes()

    def take(self, act: Act) -> None:
        """Take the next act in."""
        self._takes[act.act](act)
        self.last = act.id

    @property
    def known(self) -> Iterable[str]:
        """The kinds of acts."""
        return self._takes.keys()

"""One open typesetter for a program that prints now and then from several threads: the desk's page."""

import threading
from pathlib import Path

from coordinator.fonts import county_fonts
from coordinator.forms.making import Made, Sources, Wish, make, prove
from coordinator.forms.typesetting import Typesetter


class Press:
    """Prints a form at a time; the fonts are opened with the first one and stay open until `close`."""

    def __init__(self) -> None:
        """Nothing is opened yet, so that a county without fonts can still start."""
        self._guard = threading.Lock()
        self._setter: Typesetter | None = None

    def print(self, wish: Wish, sources: Sources) -> Made:
        """A form from the record; CountyError as `make`."""
        with self._guard:
            return make(self._opened(), wish, sources)

    def prove(self, folder: Path, unit: str, *, english: bool = False) -> Made:
        """A proof sheet from the sealing folder; CountyError as `making.prove`."""
        with self._guard:
            return prove(self._opened(), folder, unit, english=english)

    def close(self) -> None:
        """Give the fonts back."""
        with self._guard:
            if self._setter is not None:
                self._setter.__exit__(None, None, None)
                self._setter = None

    def _opened(self) -> Typesetter:
        if self._setter is None:
            self._setter = Typesetter(county_fonts()).__enter__()
        return self._setter

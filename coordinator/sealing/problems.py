"""Everything that is wrong with a sealing folder, said at once, with file and line, in Chinese and English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault; line 0 means the whole file."""

    file: str
    line: int
    zh: str
    en: str

    def text(self) -> str:
        """One line for people."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.zh} / {self.en}"


class SealingFault(Exception):
    """The folder cannot be sealed; nothing was made."""

    def __init__(self, problems: list[Problem]) -> None:
        """All of them."""
        self.problems = problems
        super().__init__(f"{len(problems)} problems")


class Problems:
    """Collects; `raise_any` ends the reading."""

    def __init__(self) -> None:
        """None yet."""
        self.found: list[Problem] = []

    def add(self, file: str, line: int, zh: str, en: str) -> None:
        """Note one."""
        self.found.append(Problem(file, line, zh, en))

    def raise_any(self) -> None:
        """Raise SealingFault if anything was noted."""
        if self.found:
            raise SealingFault(self.found)

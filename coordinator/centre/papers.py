"""Printed forms and destroyed papers, as the acts say. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from coordinator.centre.acts import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that was printed: its hash, and the checkpoint whose figures it shows."""

    form: str
    unit: str
    sha256: str
    size: int
    time: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """Sealed parts of a unit that are gone: how many, and the hash over all of them."""

    unit: str
    proposal: str
    parts: int
    digest: str
    time: int


class Papers:
    """Both."""

    def __init__(self) -> None:
        """Nothing was printed, nothing destroyed."""
        self.forms: list[Form] = []
        self.destroyed: dict[str, Destroyed] = {}

    def takes(self) -> dict[str, Callable[[Act], None]]:
        """Which acts change this."""
        return {"form": self._form, "destroyed": self._destroyed}

    def _form(self, act: Act) -> None:
        body = act.body
        self.forms.append(
            Form(
                form=body["form"], unit=body["unit"], sha256=body["sha256"], size=body["size"], time=act.time,
                by=act.person,
            )
        )  # fmt: skip

    def _destroyed(self, act: Act) -> None:
        body = act.body
        self.destroyed[body["unit"]] = Destroyed(
            unit=body["unit"], proposal=body["proposal"], parts=body["parts"], digest=body["digest"], time=act.time
        )

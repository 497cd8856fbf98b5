"""How anybody checks a unit without us: the verifier's command, and a QR code that leads a phone to the unit's page.

`Outside` says where the page and the record are seen from outside; both may be empty, then the page says so instead.
"""

import io
import re
from dataclasses import dataclass
from typing import Any

import segno

_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:]{2,45}\](:\d{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Outside:
    """`page` and `record`: addresses that end in `/`, or empty."""

    page: str = ""
    record: str = ""

    def seen_by(self, host: str, *, has_record: bool) -> "Outside":
        """The same for a visitor who reached us under a name, where nothing else was set."""
        if _HOST.fullmatch(host) is None:
            return self
        page = self.page or f"http://{host}/"
        return Outside(page, self.record or (f"{page}record/" if has_record else ""))

    def to_json(self) -> dict[str, Any]:
        """What the page needs to know."""
        return {"page": self.page, "record": self.record}


NOWHERE = Outside()


def with_slash(address: str) -> str:
    """An address as a folder."""
    return address if not address or address.endswith("/") else address + "/"


def qr_svg(unit: str, outside: Outside) -> bytes:
    """The QR code of a unit's page; empty if nobody knows the page's address."""
    if not outside.page:
        return b""
    out = io.BytesIO()
    code = segno.make(f"{outside.page}#/village/{unit}/check", error="m", micro=False)
    code.save(out, kind="svg", xmldecl=False, border=4, dark="#14213d", light="#ffffff", unit=None, omitsize=True)
    return out.getvalue()

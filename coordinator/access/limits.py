"""The limits and lives of access as data: one file, every setting in it, nothing guessed [ACCESS-9] [ACCESS-11].

The shipped `limits.toml` is the documentation of the settings; a county's own copy replaces it as a whole. A file with
a missing, unknown or impossible setting stops the start.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coordinator.settings import CountyError, Home

SHIPPED = Path(__file__).with_name("limits.toml")
HOUR, DAY = 3600.0, 86400.0
# the envelopes that an honest laptop sends in one group (the window of Resume)
GROUP = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """What one laptop may do, how long things live. Times in seconds unless the name says otherwise."""

    records_per_second: float
    burst: float
    records_per_second_most: float
    burst_most: float
    patience_seconds: float
    streams: int
    calls: int
    renewals_per_hour: int
    message_bytes: int
    idle_seconds: float
    age_seconds: float
    age_grace_seconds: float
    stranger_seconds: float
    silence_seconds: float
    strangers_per_address: int
    connections_per_address: int
    laptop_hours: float
    server_days: float
    code_days: float

    def bucket(self, chains: int) -> tuple[float, float]:
        """Rate and burst of a laptop that hosts so many tables and units."""
        shares = max(1, chains)
        return (
            min(self.records_per_second * shares, self.records_per_second_most),
            min(self.burst * shares, self.burst_most),
        )

    @property
    def turnstile(self) -> bool:
        """Whether connections are counted before the door."""
        return self.strangers_per_address > 0


# setting -> (least, most, whole number); below the least an honest laptop could not work
_RANGES: dict[str, dict[str, tuple[float, float, bool]]] = {
    "laptop": {
        "records_per_second": (0.1, 1e6, False),
        "burst": (1, 1e6, False),
        "records_per_second_most": (0.1, 1e6, False),
        "burst_most": (1, 1e6, False),
        "patience_seconds": (0, 60, False),
        "streams": (1, 1000, True),
        "calls": (1, 10_000, True),
        "renewals_per_hour": (1, 100_000, True),
    },
    "door": {
        "message_bytes": (1024 * 1024, 16 * 1024 * 1024, True),
        "idle_seconds": (1, DAY, False),
        "age_seconds": (1, DAY, False),
        "age_grace_seconds": (1, HOUR, False),
        "stranger_seconds": (1, 120, False),
        "silence_seconds": (1, HOUR, False),
        "strangers_per_address": (0, 1e6, True),
        "connections_per_address": (0, 1e6, True),
    },
    "certificates": {
        "laptop_hours": (1 / HOUR, 24 * 400, False),
        "server_days": (1 / DAY, 400, False),
    },
    "codes": {"days": (1 / DAY, 60, False)},
}


def read_limits(home: Home, path: Path | None = None) -> Limits:
    """The county's own file if one is named or stands in the home, else the shipped one; CountyError if it is wrong."""
    own = home.path / "limits.toml"
    chosen = path if path is not None else own if own.exists() else SHIPPED
    try:
        with chosen.open("rb") as stream:
            return _read(tomllib.load(stream), chosen)
    except OSError as error:
        raise CountyError(
            f"读不到限额文件 {chosen}: {error.strerror}", f"cannot read the limits file {chosen}: {error.strerror}"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CountyError(f"限额文件 {chosen} 读不懂: {error}", f"{chosen} is not TOML: {error}") from None


def shipped_limits() -> Limits:
    """What holds where nobody has decided otherwise."""
    return read_limits(Home(SHIPPED.parent), SHIPPED)


def _read(body: dict[str, Any], path: Path) -> Limits:
    values: dict[str, Any] = {}
    for part, settings in _RANGES.items():
        found = body.pop(part, {})
        if not isinstance(found, dict):
            raise _wrong(path, part, "a table", found)
        for name, (least, most, whole) in settings.items():
            values[name] = _number(found.pop(name, None), path, f"{part}.{name}", least, most, whole=whole)
        for name in found:
            raise _wrong(path, f"{part}.{name}", "no such setting", "it")
    for part in body:
        raise _wrong(path, part, "no such part", "it")
    values["code_days"] = values.pop("days")
    if (values["strangers_per_address"] == 0) != (values["connections_per_address"] == 0):
        raise _wrong(path, "door.connections_per_address", "0 exactly where strangers_per_address is 0", "one of both")
    limits = Limits(**values)
    rate, burst = limits.bucket(1)
    if burst + limits.patience_seconds * rate < GROUP:
        raise _wrong(path, "laptop.burst", f"burst + patience x rate of at least {GROUP}, a laptop's own group", burst)
    return limits


def _number(value: object, path: Path, name: str, least: float, most: float, *, whole: bool) -> float:
    good = type(value) is int or (type(value) is float and not whole)
    if not good or not isinstance(value, int | float) or not least <= value <= most:
        kind = "a whole number" if whole else "a number"
        raise _wrong(path, name, f"{kind} from {least:g} to {most:g}", "nothing" if value is None else value)
    return value


def _wrong(path: Path, name: str, expected: str, found: object) -> CountyError:
    return CountyError(
        f"限额文件 {path}: {name} 不对，应为 {expected}，现为 {found}；改正后再启动（各项说明见随附的 limits.toml）",
        f"{path}: {name}: expected {expected}, found {found}; correct it, start again (limits.toml explains each line)",
    )

"""Brings a sealed home into a volume: `wait` ends when it is there, `take` unpacks it from standard input.

    tar -C COUNTY -c . | kubectl -n changpiao exec -i deployment/all -c home -- \
        /opt/changpiao/bin/python -I /tools/receive.py take /county

The home appears by one rename, so a torn transfer leaves none. Keys keep their mode (0600) and never pass through a
Secret or ConfigMap. Nothing is ever overwritten.
"""

import shutil
import sys
import tarfile
import time
from pathlib import Path


def take(volume: Path) -> int:
    """Unpack beside, then rename; refuses if a home is there."""
    home, half = volume / "home", volume / "home.half"
    if home.exists():
        print("receive: a home is there already; nothing done", file=sys.stderr)  # noqa: T201 - talks to a terminal
        return 1
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700)
    with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as archive:
        archive.extractall(half, filter="data")
    if not (half / "store.db").is_file():
        print("receive: no store.db in it: not a sealed home", file=sys.stderr)  # noqa: T201 - as above
        return 1
    half.rename(home)
    return 0


def wait(volume: Path) -> int:
    """Return when the home is there."""
    while not (volume / "home/store.db").is_file():
        time.sleep(1)
    return 0


if __name__ == "__main__":
    sys.exit({"take": take, "wait": wait}[sys.argv[1]](Path(sys.argv[2])))

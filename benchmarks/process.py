"""What the kernel says of another process: CPU seconds, resident memory (Linux, /proc)."""

import contextlib
import os
import re
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, all threads, in ticks of 10 ms."""
    # the name in brackets may hold spaces
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident(pid: int) -> int:
    """Resident bytes of a process and its children; pages that forks share count each time."""
    total = 0
    for one in (pid, *_children(pid)):
        with contextlib.suppress(OSError):
            found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{one}/status").read_text("ascii"))
            total += int(found[1]) * 1024 if found else 0
    return total


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    return []

"""After a fault that a person must mend: the process becomes a plain door that tells the code, and then ends.

    python -m coordinator.watch.last_words HOST:PORT CODE SECONDS STATUS

A supervisor starts a process again that ends, and one that is refused lives shorter than the time between two scrapes:
its code would be in no metric. `exec` keeps the number of the process and nothing else of it: threads, connections,
locks and the laptops' door end at once, as with an exit; whoever waits in line leads. `/livez` 200, `/readyz` 503.
"""

import contextlib
import logging
import os
import signal
import sys
import threading
from typing import NoReturn

from coordinator.admin import AdminServer
from coordinator.metrics import LastWords

LOG = logging.getLogger("changpiao.watch")


def become(door: str, code: str, seconds: float, status: int) -> NoReturn:
    """Be that door for so many seconds, then end with `status`; never returns."""
    LOG.info("the admin door tells the code for a while, then this process ends", extra={"code": code})
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # -P: nothing is imported from wherever the process was started
    words = [sys.executable, "-P", "-m", __name__, door, code, str(seconds), str(status)]
    os.execv(sys.executable, words)  # noqa: S606 - our own program, no shell


def main(door: str, code: str, seconds: str, status: str) -> int:
    """Tell it; SIGTERM and SIGINT end it at once."""
    told = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: told.set())
    host, _, port = door.rpartition(":")
    # a port that somebody else has taken meanwhile: then there is nothing to tell
    with contextlib.suppress(OSError):
        admin = AdminServer(host.strip("[]"), int(port), LastWords(code), lambda: False)
        admin.start()
        told.wait(float(seconds))
        admin.stop()
    return int(status)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""How the other threads of a process ask its writer, and wait: for `standings`, for what others have admitted."""

import threading
from collections.abc import Callable

from coordinator.intake.jobs import Append, Gather
from coordinator.intake.writer import Writer
from coordinator.settings import CountyError

PATIENCE = 60.0


def append_standings(writer: Writer, size: int, root: bytes, results: bytes, totals: dict[str, int]) -> int:
    """Have the writer append `standings`, and wait until it is durable; gives its log index."""
    return _asked(lambda reply: writer.put(Append(size, root, results, totals, reply)))


def gather(writer: Writer) -> int:
    """Have the writer place what other processes have admitted; gives how many records these were."""
    return _asked(lambda reply: writer.put(Gather(reply)))


def _asked(ask: Callable[[Callable[[int], None]], None]) -> int:
    done = threading.Event()
    found: list[int] = []

    def reply(answer: int) -> None:
        found.append(answer)
        done.set()

    ask(reply)
    if not done.wait(PATIENCE):
        raise CountyError("写入线程没有回应", "the writer does not answer")
    return found[0]


class Gathering:
    """Asks again and again; a thread of its own, for a process that admits and places on a server with others."""

    def __init__(self, writer: Writer, fatal: Callable[[BaseException], None], every: float = 0.5) -> None:
        """Nothing is asked before `start`."""
        self._writer = writer
        self._fatal = fatal
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gathering", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; the writer must still be running."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._every):
                gather(self._writer)
        except CountyError as error:
            self._fatal(error)

"""A process that counts until it is killed and says what was acknowledged; started by test_journal.py.

Each line on standard output stands for something that was durable before it was printed: `paper N` and `batches N`.
"""

import sys
from pathlib import Path

from tally_node.marks import Paper
from tally_node.service import Station
from tally_node.table import Stack
from tests.node.laptop import PASSPHRASE, TORN, VOTE_A, VOTE_B, WRITTEN
from tests.world import TIME

ROWS = (Paper(VOTE_A, ()), Paper(VOTE_B, ()), Paper(WRITTEN, ("王小二", "李四")), Paper(TORN, ()))


def say(text: str) -> None:
    """One line, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(home: Path) -> None:
    """Go on where the journal stands: keyboard papers at v1/1, whole stacks at the other tables of the plan."""
    station = Station.start(home, PASSPHRASE)
    say("ready")
    for unit, name in station.manifest.stations():
        table = station.table(unit, name)
        if not table.chain.state.opened:
            table.open("123456789012", TIME)
        if (unit, name) != ("v1", "1") and not table.chain.state.batches:
            table.papers(Stack("village", (VOTE_A + TORN) * 75, ()), TIME)
        say(f"batches {unit} {name} {len(table.chain.state.batches)}")
    table = station.table("v1", "1")
    number = station.journal.count_papers(table.name)
    while True:
        number = table.call("village", ROWS[number % len(ROWS)])
        say(f"paper {number}")


main(Path(sys.argv[1]))

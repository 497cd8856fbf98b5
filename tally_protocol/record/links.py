"""The chain fields that every record of a chain carries (spec/2) [CHAIN-1] [CHAIN-2] [CHAIN-3]."""

from dataclasses import dataclass
from typing import Self

from tally_protocol.errors import Malformed
from tally_protocol.fields import JsonObject, Reader
from tally_protocol.ids import ChainName, Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where a record stands: chain, place in it, the record before it, the election, the writer's clock."""

    chain: ChainName
    election: Hash32
    epoch: int
    prev: Hash32
    seq: int
    time: int

    @classmethod
    def read(cls, read: Reader) -> Self:
        """Take the chain fields; raises Malformed E_FIELD, E_RANGE, E_EPOCH."""
        return cls(
            chain=ChainName(read.take("chain", str)),
            election=read.hash("election"),
            epoch=read_epoch(read),
            prev=read.hash("prev"),
            seq=read.integer("seq"),
            time=read.time(),
        )

    def to_body(self) -> JsonObject:
        """The JSON fields; inverse of `read`."""
        return {
            "chain": self.chain,
            "election": self.election.hex(),
            "epoch": self.epoch,
            "prev": self.prev.hex(),
            "seq": self.seq,
            "time": self.time,
        }


def read_epoch(read: Reader) -> int:
    """Take `epoch`, which is 1 in this version; another integer is Malformed E_EPOCH."""
    epoch = read.take("epoch", int)
    if epoch != 1:
        raise Malformed("E_EPOCH", read.at("epoch"), expected=1, found=epoch)
    return epoch

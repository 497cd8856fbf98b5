"""One unit out of the store, with its tables and its committee, without reading the rest of the log.

A running county may be writing meanwhile: what is read is a prefix of the log, in which a statement is never without
its determination.
"""

from coordinator.ledger.county import County
from coordinator.settings import CountyError
from coordinator.store import entries as log
from coordinator.store.database import Database, damage
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import Hash32
from tally_protocol.record.kinds import Receipt, decode_record
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Determination, Standings


def read_unit(store: Database, unit: str) -> UnitState:
    """The state of a unit's chains; CountyError if the election does not have it or the store is damaged."""
    try:
        with damage("store.db"):
            return _read_unit(store, unit)
    except (ProtocolError, ValueError, KeyError) as error:
        raise CountyError(
            f"E_SELF_CHECK: 单位 {unit} 的存储内容读不懂 ({error})；请执行 check",
            f"E_SELF_CHECK: what is stored of unit {unit} cannot be read ({error}); run check",
        ) from error


def _read_unit(store: Database, unit: str) -> UnitState:
    county: County | None = None
    rosters: dict[Hash32, Roster] = {}
    determined: Determination | None = None
    for entry in log.of_unit(store, unit):
        decoded = decode_record(entry.note)
        body = decoded.body
        match body:
            case Election():
                county = County(body, decoded.hash)
            case Roster():
                rosters[decoded.hash] = body
            case Unit() if county is not None and body.id == unit:
                county.add_unit(body, decoded.hash, rosters)
            case Determination():
                if body.unit == unit:
                    determined = body
            case Receipt() | Standings() | Unit():
                continue
            case _ if county is not None:
                county.take(body, decoded.hash)
            case _:
                raise KeyError("election")
    state = None if county is None else county.units.get(unit)
    if state is None:
        raise CountyError(f"本次选举没有单位 {unit}", f"the election has no unit {unit}")
    if determined is not None:
        state.take_determination(determined.statement)
    return state

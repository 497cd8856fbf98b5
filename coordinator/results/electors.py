"""How many electors a village has, for its turnout: one number for the desk, the public page and the forms.

Of the first contest of the village committee, as the law counts them (the contest's own, else the unit's, else its
stations' added up); what nobody recorded is unknown, never zero.
"""

from collections.abc import Mapping

from tally_protocol.election.unit import Unit
from tally_protocol.law.composition import COMMITTEE_LAWS
from tally_protocol.law.profile import Profile
from tally_protocol.law.quantities import Known, registered_of


def electors_of(unit: Unit, profiles: Mapping[str, Profile]) -> int | None:
    """The electors whom the turnout is of; None where they are not recorded."""
    ours = [one for one in unit.contests if profiles[unit.profile_of(one)].law in COMMITTEE_LAWS]
    found = registered_of(unit, (ours or list(unit.contests))[0])
    return found.value if isinstance(found, Known) else None

"""Who may call what: every method of every service has a policy, or nothing starts [ACCESS-11].

A method that somebody adds to the schema and forgets here is found at the start, not by an attacker.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from google.protobuf.descriptor import ServiceDescriptor

from coordinator.settings import CountyError
from tally_protocol.wire.v1 import access_pb2, intake_pb2


@dataclass(frozen=True, slots=True)
class Policy:
    """For one method: `stream` counts against the streams of a laptop, else against its calls; `cost` in records."""

    stream: bool
    cost: float


# every method of the laptops' door wants a certificate that is not revoked; the policy says what it is charged
LAPTOPS: Mapping[str, Policy] = {
    "/tally_protocol.wire.v1.IntakeService/Deliver": Policy(stream=True, cost=0),
    # as dear as a record, so that proofs of all that was delivered are had in the time that delivering took
    "/tally_protocol.wire.v1.IntakeService/Prove": Policy(stream=False, cost=0.5),
    "/tally_protocol.wire.v1.AccessService/Renew": Policy(stream=False, cost=5),
}
# the reception's door takes strangers: each request proves itself by its code, addresses are counted
STRANGERS: Mapping[str, Policy] = {
    "/tally_protocol.wire.v1.ReceptionService/Enrol": Policy(stream=False, cost=1),
    "/tally_protocol.wire.v1.ReceptionService/Collect": Policy(stream=False, cost=1),
}
LAPTOP_SERVICES = (
    intake_pb2.DESCRIPTOR.services_by_name["IntakeService"],
    access_pb2.DESCRIPTOR.services_by_name["AccessService"],
)
RECEPTION_SERVICES = (access_pb2.DESCRIPTOR.services_by_name["ReceptionService"],)


def check_policies(services: Iterable[ServiceDescriptor], policies: Mapping[str, Policy]) -> None:
    """CountyError unless every method of the services has a policy, and every policy a method."""
    methods = {f"/{service.full_name}/{method.name}" for service in services for method in service.methods}
    for name in sorted(methods ^ policies.keys()):
        what = "a policy for this method" if name in methods else "a method for this policy"
        raise CountyError(
            f"接口 {name} 没有准入规定，不启动；这是程序缺陷，请报告",
            f"{name}: expected {what}, found none; a defect of the program, report it",
        )

"""The gRPC service by which a laptop renews its certificate over the running connection [ACCESS-5] [ACCESS-6].

The old certificate is the proof: mutual TLS has shown that the laptop holds its key, the gate has seen that it is not
revoked. The list of acts is asked once more, alone with it, before the new certificate is durable: a revocation that
came first wins. If the process dies before the answer, the laptop asks again and gets another one.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
from grpc import aio

from coordinator.access.acts import CERTIFICATE
from coordinator.access.certificates import Authority, Shown, facts, read_csr
from coordinator.access.credentials import utc
from coordinator.access.doorkeeper import abort, certificate_of
from coordinator.access.gate import REVOKED, Gate, Refused
from coordinator.access.limits import HOUR
from coordinator.access.registry import Registry
from tally_protocol.errors import ProtocolError
from tally_protocol.wire.v1 import access_pb2, access_pb2_grpc


class AccessService(access_pb2_grpc.AccessServiceServicer):
    """Serves laptops that are known and want to stay so."""

    def __init__(
        self, election: str, gate: Gate, registry: Registry, authority: Callable[[float], Authority | None]
    ) -> None:
        """`authority` gives the CA as of a moment, None where its key is not kept."""
        self._election = election
        self._gate = gate
        self._registry = registry
        self._authority = authority

    def add_to(self, server: aio.Server) -> None:
        """Serve on this server."""
        access_pb2_grpc.add_AccessServiceServicer_to_server(self, server)

    async def Renew(self, request: access_pb2.RenewRequest, context: Any) -> access_pb2.RenewResponse:
        """A certificate for the same laptop over the key of the request."""
        shown = self._gate.identify(certificate_of(context))
        authority = self._authority(self._gate.now())
        if authority is None:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, "no CA key here: renew by file")
            raise AssertionError("abort raises")
        try:
            csr = read_csr(request.csr, self._election, shown.node, f"laptop {shown.node}")
        except ProtocolError as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{error.code} {error.found or ''}".strip())
            raise
        try:
            self._gate.count_renewal(shown.node)
            until = utc(self._gate.now() + self._gate.limits.laptop_hours * HOUR)
            made = authority.laptop(shown.node, csr, until)
            await asyncio.get_running_loop().run_in_executor(None, self._enter, shown, made)
        except Refused as refused:
            await abort(context, refused.refusal)
            raise
        life = self._gate.limits.laptop_hours * HOUR
        return access_pb2.RenewResponse(certificate=made, renew_in=int(life / 2))

    def _enter(self, shown: Shown, certificate: bytes) -> None:
        with self._registry.acting() as acting:
            if not acting.state.admits(shown.node, shown.serial):
                raise Refused(REVOKED)
            generation = acting.state.next_generation(shown.node)
            acting.add(CERTIFICATE, shown.node, facts(certificate, generation, "renew"))

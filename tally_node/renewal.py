"""Asking the county for a new certificate over the running connection, with a new key [ACCESS-6] [ACCESS-7].

The county says in the first words of a stream how long the certificate should be used (its clock, because a laptop's
may be wrong). If the process dies after the county has signed and before the pair is kept, it asks again.
"""

import contextlib
from collections.abc import Callable, Iterable

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from grpc import aio

from tally_node.certificate import Pair, new_request
from tally_node.keyring import tls_pem
from tally_protocol.wire.v1 import access_pb2, access_pb2_grpc

RENEW_IN = "changpiao-renew-in"
DEADLINE = 10.0
# between two attempts: the old certificate is good for half of its life
PAUSE = 60.0


def seconds_of(metadata: Iterable[tuple[str, object]] | None) -> float | None:
    """What the county said of the certificate's life; None from a county that says nothing."""
    for name, value in metadata or ():
        if name == RENEW_IN:
            with contextlib.suppress(ValueError):
                return max(0.0, float(str(value)))
    return None


class Renewal:
    """Makes a key, asks, keeps the pair."""

    def __init__(
        self,
        election: str,
        node: str,
        make_key: Callable[[], ec.EllipticCurvePrivateKey],
        keep: Callable[[Pair], None],
    ) -> None:
        """`keep` must be durable before it returns; it raises NodeError for a certificate over another key."""
        self._election = election
        self._node = node
        self._make_key = make_key
        self._keep = keep

    async def ask(self, channel: aio.Channel) -> None:
        """One renewal; AioRpcError if the county does not answer or refuses."""
        key = self._make_key()
        csr = new_request(self._election, self._node, key).public_bytes(serialization.Encoding.DER)
        stub = access_pb2_grpc.AccessServiceStub(channel)
        answer = await stub.Renew(access_pb2.RenewRequest(csr=csr), timeout=DEADLINE)
        self._keep(Pair(tls_pem(key), answer.certificate))

"""The county's reception over the network: hand in a request, collect the folder, before there is any certificate.

The request is proved by its code and the folder is signed by the authority, so the connection itself need not be
trusted; it is TLS all the same, and the six groups of its certificate can be compared with the code sheet. Only files
of the documented names are written, whatever the county sends.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

import grpc
from grpc import aio

from tally_node.voice import NodeError
from tally_protocol.seal.enrolment import same_groups, six_groups
from tally_protocol.wire.v1 import access_pb2, access_pb2_grpc

SERVER_NAME = "changpiao-county"
FILES = ("ca.pem", "node.pem", "county.json", "election.note", "notes.bin")
BUNDLE_BYTES = 512 * 1024 * 1024
DEADLINE = 60.0


@asynccontextmanager
async def _door(address: str, groups: str) -> "AsyncIterator[access_pb2_grpc.ReceptionServiceAsyncStub]":
    """A connection to the reception; N_RECEPTION if its certificate is not the one on paper."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise NodeError("N_RECEPTION", address, expected="host:port")
    try:
        pem = await asyncio.to_thread(ssl.get_server_certificate, (host.strip("[]"), int(port)), timeout=DEADLINE)
    except OSError as error:
        raise NodeError("N_RECEPTION", address, expected="the county's reception", found=error) from None
    digest = sha256(ssl.PEM_cert_to_DER_cert(pem)).digest()
    if groups and not same_groups(groups, digest):
        raise NodeError("N_RECEPTION", address, expected=f"the groups on paper: {groups}", found=six_groups(digest))
    # exactly this certificate: another one in the second connection is refused by the handshake
    credentials = grpc.ssl_channel_credentials(pem.encode())
    options = [("grpc.ssl_target_name_override", SERVER_NAME), ("grpc.max_send_message_length", -1)]
    async with aio.secure_channel(address, credentials, options) as channel:
        yield access_pb2_grpc.ReceptionServiceStub(channel)


def _refused(error: aio.AioRpcError, address: str) -> NodeError:
    details = error.details() or ""
    code = details.split(":", 1)[0].split(" ", 1)[0]
    if code in ("E_TOKEN", "E_IDENTITY", "E_RATE"):
        return NodeError(code, address, found=details)
    return NodeError("N_RECEPTION", address, found=f"{error.code().name}: {details}")


async def hand_in(address: str, request: bytes, digest: bytes, groups: str) -> None:
    """Give a request to the county; E_TOKEN if its code does not open, E_IDENTITY if the county has read another."""
    async with _door(address, groups) as stub:
        try:
            answer = await stub.Enrol(access_pb2.EnrolRequest(request=request), timeout=DEADLINE)
        except aio.AioRpcError as error:
            raise _refused(error, address) from None
    if answer.digest != digest:
        raise NodeError("E_IDENTITY", address, expected=six_groups(digest), found=six_groups(answer.digest))


async def collect(address: str, node: str, digest: bytes, groups: str) -> dict[str, bytes]:
    """The files of the county's folder, none if it is not ready. Nothing in them is believed before `install`."""
    found: dict[str, bytearray] = {}
    size = 0
    async with _door(address, groups) as stub:
        try:
            async for answer in stub.Collect(access_pb2.CollectRequest(node=node, digest=digest), timeout=DEADLINE):
                size += len(answer.part)
                if answer.name not in FILES or size > BUNDLE_BYTES:
                    raise NodeError("N_BUNDLE", address, expected=" ".join(FILES), found=answer.name)
                found.setdefault(answer.name, bytearray()).extend(answer.part)
        except aio.AioRpcError as error:
            raise _refused(error, address) from None
    return {name: bytes(data) for name, data in found.items()}

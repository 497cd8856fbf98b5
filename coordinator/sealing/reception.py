"""The reception: laptops hand in requests over the network, and collect what the county has made for them.

A door of its own, open only on the days of enrolment: laptops have no certificate yet, so nobody is known here. A
request proves itself by its code [ACCESS-2], what is handed out is public and signed, and addresses have a rate. The
connection is TLS with a certificate whose six groups stand on the code sheets; even without comparing them, somebody in
between can only withhold.

Order for a request: address -> size -> is its laptop's code open and its proof right (one signature) -> everything in
it -> durable -> kept as a file for `requests`, `confirm` and `init` [ACCESS-10].
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import grpc
from grpc import aio

from coordinator.access.acts import WrongCode, check_code
from coordinator.access.bucket import Bucket
from coordinator.access.certificates import KeyPair, self_signed
from coordinator.access.credentials import replace_private, utc
from coordinator.access.policies import RECEPTION_SERVICES, STRANGERS, check_policies
from coordinator.access.turnstile import address_of
from coordinator.sealing.code_desk import Desk
from coordinator.sealing.enrolments import take
from coordinator.sealing.requests import Handed, read_handed
from coordinator.settings import read_private
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import is_id
from tally_protocol.wire.v1 import access_pb2, access_pb2_grpc

MESSAGE_BYTES = 4 * 1024 * 1024
PART = 256 * 1024
# requests and questions of one address: a school's computer room enrols in a minute, a guesser gets nowhere
RATE, BURST, PATIENCE = 1.0, 60.0, 5.0
ADDRESSES_MOST = 10_000
DAYS = 400
BUNDLE = ("ca.pem", "node.pem", "county.json", "election.note", "notes.bin")


class Reception(access_pb2_grpc.ReceptionServiceServicer):
    """Serves strangers, a few at a time for each address; the desk works in one thread, one request after the other."""

    def __init__(self, desk: Desk, monotonic: Callable[[], float]) -> None:
        """Nobody has come yet."""
        self._desk = desk
        self._monotonic = monotonic
        self._buckets: dict[str, Bucket] = {}
        self._turn = threading.Lock()

    async def Enrol(self, request: access_pb2.EnrolRequest, context: Any) -> access_pb2.EnrolResponse:
        """Take a request; UNAUTHENTICATED E_TOKEN if its code does not open, whatever the reason."""
        await self._wait_turn(context)
        try:
            digest = await asyncio.get_running_loop().run_in_executor(None, self._take, request.request)
        except ProtocolError as error:
            status = grpc.StatusCode.UNAUTHENTICATED if error.code == "E_TOKEN" else grpc.StatusCode.INVALID_ARGUMENT
            # why a code does not open is for the county's screen, not for whoever asks
            await context.abort(status, error.code if error.code == "E_TOKEN" else str(error)[:400])
            raise
        return access_pb2.EnrolResponse(digest=digest)

    def _take(self, data: bytes) -> bytes:
        with self._turn:
            handed = _envelope(data)
            registry, election = self._desk.registry, self._desk.election
            # one signature before anything dear; a wrong one is a try, and durable before it is said
            try:
                check_code(registry.state(), election, handed.node, handed.digest, handed.proof, int(registry.clock()))
            except WrongCode:
                take(registry, election, handed)
                raise
            taken = self._desk.take(data, f"{handed.node}.json")
            if taken.fault[0]:
                raise ProtocolError(taken.code or "E_FIELD", "request", found=taken.fault[1])
            folder = self._desk.folder / "enrolments"
            folder.mkdir(mode=0o700, exist_ok=True)
            # its name is an id, so it stands in this folder [IDENT-1]; the same laptop's older request is gone
            replace_private(folder / f"{handed.node}.json", data)
            return bytes(handed.digest)

    async def Collect(
        self, request: access_pb2.CollectRequest, context: Any
    ) -> AsyncIterator[access_pb2.CollectResponse]:
        """The laptop's folder in parts; nothing until it is ready."""
        await self._wait_turn(context)
        files = await asyncio.get_running_loop().run_in_executor(None, self._files, request.node, request.digest)
        for name, data in files:
            for start in range(0, len(data), PART):
                yield access_pb2.CollectResponse(name=name, part=data[start : start + PART])

    def _files(self, node: str, digest: bytes) -> list[tuple[str, bytes]]:
        with self._turn:
            folder = self._desk.ready(node, digest) if is_id(node) else None
            if folder is None:
                return []
            return [(name, (folder / name).read_bytes()) for name in BUNDLE if (folder / name).exists()]

    async def _wait_turn(self, context: Any) -> None:
        address = address_of(context.peer().partition(":")[2].rpartition(":")[0].strip("[]"))
        if address not in self._buckets:
            if len(self._buckets) >= ADDRESSES_MOST:
                self._buckets.clear()
            self._buckets[address] = Bucket(RATE, BURST, self._monotonic())
        wait = self._buckets[address].take(1.0, self._monotonic(), PATIENCE)
        if wait is None:
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "E_RATE address")
            return
        if wait:
            await asyncio.sleep(wait)


def _envelope(data: bytes) -> Handed:
    try:
        return read_handed(json.loads(data), "request")
    except (ValueError, RecursionError):
        # no words of a parser for strangers
        raise ProtocolError("E_JSON", "request") from None


def reception_pair(folder: Path, now: float) -> KeyPair:
    """The door's own key and certificate; made when first wanted, and carried into the home by `init`."""
    place = folder / "reception"
    key, certificate = place / "server.key", place / "server.pem"
    if not certificate.exists():
        place.mkdir(mode=0o700, exist_ok=True)
        made = self_signed(utc(now), DAYS)
        replace_private(key, made.key)
        replace_private(certificate, made.certificate)
    return KeyPair(read_private(key), certificate.read_bytes())


async def open_reception(reception: Reception, listen: str, pair: KeyPair) -> tuple[aio.Server, int]:
    """A server on `listen` that shows this certificate and asks for none; gives it and its port."""
    check_policies(RECEPTION_SERVICES, STRANGERS)
    options = [
        ("grpc.max_receive_message_length", MESSAGE_BYTES),
        ("grpc.compression_enabled_algorithms_bitset", 1),
        ("grpc.max_metadata_size", 8 * 1024),
        ("grpc.max_concurrent_streams", 4),
        ("grpc.max_connection_age_ms", 60_000),
        ("grpc.max_connection_idle_ms", 30_000),
        ("grpc.server_handshake_timeout_ms", 20_000),
        ("grpc.so_reuseport", 0),
    ]
    server = aio.server(options=options, compression=grpc.Compression.NoCompression, maximum_concurrent_rpcs=256)
    access_pb2_grpc.add_ReceptionServiceServicer_to_server(reception, server)
    try:
        port = server.add_secure_port(listen, grpc.ssl_server_credentials([(pair.key, pair.certificate)]))
    except RuntimeError as error:
        raise OSError(f"{listen}: {error}") from None
    await server.start()
    return server, port

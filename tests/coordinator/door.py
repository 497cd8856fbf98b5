"""Laptops at the county's real door: streams that stay open, calls with a status, settings of access."""

import asyncio
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from grpc import aio

from coordinator.access.certificates import SERVER_NAME, Authority
from coordinator.access.limits import SHIPPED
from tally_protocol.wire.v1 import access_pb2, access_pb2_grpc, intake_pb2, intake_pb2_grpc
from tests.coordinator.scene import PROGRAM, Laptop, Running

HOUR = 3600.0


def limits_file(path: Path, **changes: float) -> Path:
    """The shipped limits with some settings changed."""
    text = SHIPPED.read_text("utf-8")
    for name, value in changes.items():
        text, count = re.subn(rf"^{name} = \S+$", f"{name} = {value!r}", text, flags=re.MULTILINE)
        assert count == 1, name
    path.write_text(text, "utf-8")
    return path


def laptop_for(authority: Authority, node: str, election: str, seconds: float = 3 * 86_400) -> Laptop:
    """A laptop with a certificate that lives so long."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    made = Authority(election, datetime.now(UTC), authority.pair).laptop(node, csr_of(key, election, node), until)
    return Laptop(authority.pair.certificate, pem, made)


def csr_of(key: Any, election: str, node: str) -> x509.CertificateSigningRequest:
    """A request as a laptop makes it."""
    names = [x509.UniformResourceIdentifier(f"urn:tally:{election}:{node}")]
    builder = x509.CertificateSigningRequestBuilder(subject_name=x509.Name([]))
    return builder.add_extension(x509.SubjectAlternativeName(names), critical=False).sign(key, hashes.SHA256())


def der(csr: x509.CertificateSigningRequest) -> bytes:
    return csr.public_bytes(serialization.Encoding.DER)


def channel(laptop: Laptop, address: str, compression: grpc.Compression | None = None) -> aio.Channel:
    """A connection of its own: streams of one laptop must not share it by accident."""
    credentials = grpc.ssl_channel_credentials(laptop.ca, laptop.key, laptop.certificate)
    options = [
        ("grpc.ssl_target_name_override", SERVER_NAME), ("grpc.use_local_subchannel_pool", 1),
        ("grpc.max_send_message_length", -1), ("grpc.enable_retries", 0),
    ]  # fmt: skip
    return aio.secure_channel(address, credentials, options, compression=compression)


@dataclass
class Open:
    """One open stream."""

    channel: aio.Channel
    call: Any

    async def say(self, request: intake_pb2.DeliverRequest) -> intake_pb2.DeliverResponse:
        """Send, and wait for the answer; AioRpcError if the county ended the stream."""
        await self.call.write(request)
        answer = await self.call.read()
        if not isinstance(answer, intake_pb2.DeliverResponse):
            await self.ended()
            raise AssertionError(f"the stream ended: {await self.status()}")
        return answer

    async def ended(self) -> None:
        """Wait until the county ends the stream."""
        while True:
            try:
                if not isinstance(await self.call.read(), intake_pb2.DeliverResponse):
                    return
            except (aio.AioRpcError, asyncio.InvalidStateError):
                return

    async def status(self) -> tuple[str, str]:
        """How it ended: status, details."""
        return (await self.call.code()).name, await self.call.details()

    async def close(self) -> None:
        """The connection lives as long as anything refers to one of its calls."""
        self.call.cancel()
        self.call = None
        await self.channel.close()


async def open_stream(laptop: Laptop, address: str) -> Open:
    """A stream, nothing said yet."""
    one = channel(laptop, address)
    return Open(one, intake_pb2_grpc.IntakeServiceStub(one).Deliver())


async def prove(laptop: Laptop, address: str, digest: bytes = bytes(32)) -> tuple[str, str]:
    """Ask for a proof: status and details."""
    async with channel(laptop, address) as one:
        stub = intake_pb2_grpc.IntakeServiceStub(one)
        return await status_of(stub.Prove(intake_pb2.ProveRequest(record_hash=digest)))


async def renew(laptop: Laptop, address: str, csr: bytes) -> access_pb2.RenewResponse:
    """Ask for a certificate; AioRpcError if refused."""
    async with channel(laptop, address) as one:
        answer: access_pb2.RenewResponse = await access_pb2_grpc.AccessServiceStub(one).Renew(
            access_pb2.RenewRequest(csr=csr), timeout=20
        )
        return answer


async def status_of(call: Any) -> tuple[str, str]:
    try:
        await call
    except aio.AioRpcError as error:
        return error.code().name, error.details() or ""
    return "OK", ""


def command(*words: str, url: str = "", code: int = 0) -> str:
    """A command of tally-coordinator; gives standard output, or standard error where it must fail."""
    whole = [str(PROGRAM), *words, *(["--database", url] if url else [])]
    done = subprocess.run(whole, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr


async def until(done: Callable[[], bool], seconds: float = 20.0) -> float:
    """Wait for something; gives how long it took."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def metric(county: Running, name: str) -> float:
    """One series of the metrics page."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", county.get("/metrics")[1], re.MULTILINE)
    return float(found[1]) if found else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Of measured times."""
    found = sorted(values)
    return found[min(len(found) - 1, int(share * len(found)))]

"""A sealing folder of an invented county: thousands of units with one station and one laptop each (docs/sealing.md)."""

import json
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from benchmarks.desk import PROFILE_BODY, ROLES, private_key, station_people
from benchmarks.record import CONTESTS
from tally_protocol.ids import StationId, UnitId
from tally_protocol.seal.keys import person_name

ELECTION = "intake-test"
STATION = "1"
HEAD = "head"
_ELECTION = f"""id = "{ELECTION}"
title = "测速（演练）"
date = "2026-09-21"
test = true
origin = "log.example/{ELECTION}"
threshold = 50
profiles = ["p.json"]
"""


def unit_name(number: int) -> str:
    """Unit, and with it station and laptop, number `number`."""
    return f"u{number}"


def node_name(number: int) -> str:
    """The laptop of a unit."""
    return f"n{number}"


def write_folder(folder: Path, units: int) -> None:
    """Write the tables and one enrolment a laptop; TLS keys go to `folder`/tls."""
    for part in ("enrolments", "tls"):
        (folder / part).mkdir(parents=True)
    (folder / "election.toml").write_text(_ELECTION, "utf-8")
    (folder / "p.json").write_text(json.dumps(PROFILE_BODY), "utf-8")
    tables: dict[str, list[str]] = {
        "units.csv": ["unit,name,level1,level2,registered,profile,node"],
        "contests.csv": ["unit,contest,title,seats,max_marks,layout,round,registered,write_ins"],
        "candidates.csv": ["unit,contest,candidate,name,sex"],
        "stations.csv": ["unit,station,registered,node"],
        "boxes.csv": ["unit,box,kind,layout,station"],
    }
    for number in range(units):
        unit, node = unit_name(number), node_name(number)
        tables["units.csv"].append(f"{unit},村{number},某县,乡{number // 40},900,p,{node}")
        tables["stations.csv"].append(f"{unit},{STATION},900,{node}")
        tables["boxes.csv"].append(f"{unit},b1,main,v,{STATION}")
        for contest, candidates, most in CONTESTS:
            tables["contests.csv"].append(f"{unit},{contest},{contest},{most},{most},v,1,,0")
            people = [f"{contest}{i}" for i in range(candidates)]
            tables["candidates.csv"] += [f"{unit},{contest},{one},候选人{one}," for one in people]
        enrol(folder, unit, node)
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines) + "\n", "utf-8")


def enrol(folder: Path, unit: str, node: str) -> None:
    """The laptop's request, as docs/enrolment.md has it."""
    tls = ec.generate_private_key(ec.SECP256R1())
    uri = x509.UniformResourceIdentifier(f"urn:tally:{ELECTION}:{node}")
    csr = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node)]))
        .add_extension(x509.SubjectAlternativeName([uri]), critical=False)
        .sign(tls, hashes.SHA256())
    )
    people = dict(zip(station_people(UnitId(unit), StationId(STATION)), ROLES, strict=True)) | {HEAD: "chair"}
    keys = {name: private_key(person_name(ELECTION, unit, name)) for name in (STATION, *people)}
    public = {name: key.public_key().public_bytes_raw().hex() for name, key in keys.items()}
    prefix = f"changpiao/v1 enrolment\n{ELECTION}\n{node}\n"
    officials = [{"id": name, "key": public[name], "role": role} for name, role in people.items() if name != HEAD]
    request = {
        "election": ELECTION,
        "node": node,
        "csr_pem": csr.public_bytes(serialization.Encoding.PEM).decode(),
        "stations": [{"unit": unit, "station": STATION, "station_key": public[STATION], "officials": officials}],
        "units": [{"unit": unit, "committee": [{"id": HEAD, "key": public[HEAD], "role": "chair"}]}],
        "proofs": [[public[name], key.sign((prefix + public[name]).encode()).hex()] for name, key in keys.items()],
    }
    (folder / "enrolments" / f"{node}.json").write_text(json.dumps(request), "utf-8")
    pem = tls.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "tls" / f"{node}.key"
    path.touch(mode=0o600)
    path.write_bytes(pem)

"""A good sealing folder of two units on two laptops, for tests to spoil."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.profiles import profile
from tests.world import ROLES, signer

ELECTION = "sealing-test"
PROFILES = 'profiles = [\n  "profiles/p1.json",\n  "cn-party-branch-2020",\n]'


def request_pem(node: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node)])
    uri = x509.UniformResourceIdentifier(f"urn:tally:{ELECTION}:{node}")
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    csr = builder.add_extension(x509.SubjectAlternativeName([uri]), critical=False).sign(key, hashes.SHA256())
    return csr.public_bytes(serialization.Encoding.PEM).decode()


def enrolment(node: str, tables: list[tuple[str, str]], units: list[str]) -> dict[str, object]:
    """A laptop's request as tally-node makes it (docs/enrolment.md)."""
    proofs: dict[str, str] = {}

    def key(name: str) -> str:
        holder = signer(name)
        message = f"changpiao/v1 enrolment\n{ELECTION}\n{node}\n{holder.public.hex()}"
        proofs[holder.public.hex()] = holder.sign(message.encode()).signature.hex()
        return holder.public.hex()

    stations = [
        {
            "unit": unit, "station": station, "station_key": key(f"{unit}/{station}"),
            "officials": [{"id": f"{r}-{station}", "role": r, "key": key(f"{unit}/{r}-{station}")} for r in ROLES],
        }
        for unit, station in tables
    ]  # fmt: skip
    committees = [
        {
            "unit": unit,
            "committee": [{"id": f"p-{r}", "role": r, "key": key(f"{unit}/p-{r}")} for r in ("chair", "member")],
        }
        for unit in units
    ]
    return {
        "election": ELECTION, "node": node, "csr_pem": request_pem(node), "stations": stations, "units": committees,
        "proofs": [list(pair) for pair in proofs.items()],
    }  # fmt: skip


@dataclass
class SealingFolder:
    """A folder of two units on two laptops, to be spoilt by the tests."""

    path: Path
    files: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.files = {
            "election.toml": f'id = "{ELECTION}"\ntitle = "县换届选举（演练）"\ndate = "2026-09-21"\ntest = true\n'
            f'origin = "log.test.example/{ELECTION}"\n'
            f"{PROFILES}\n",
            "profiles/p1.json": json.dumps(profile().to_body(), ensure_ascii=False, indent=1) + "\n",
            "units.csv": "unit,name,level1,level2,registered,profile,node\nv1,一村,甲县,东乡,400,p1,n1\n"
            "v2,二村,甲县,,,,n2\n",
            "contests.csv": "unit,contest,title,seats,max_marks,layout,round,registered,write_ins\n"
            "v1,chair,主任,1,1,village,1,,1\nv1,member,委员,2,2,village,1,,1\nv2,chair,主任,1,1,,,,\n",
            "candidates.csv": "unit,contest,candidate,name,sex\nv1,chair,a,张䶮,f\n"
            "v1,member,b,李四,\nv1,member,c,王五,m\n"
            "v2,chair,a,买买提·阿不都,\n",
            "stations.csv": "unit,station,registered,node\nv1,1,200,n1\nv1,2,200,n1\nv2,1,,n2\n",
            "boxes.csv": "unit,box,kind,layout,station\nv1,main,main,village,1\nv1,mobile,mobile,village,2\n",
            "enrolments/n1.json": json.dumps(enrolment("n1", [("v1", "1"), ("v1", "2")], ["v1"])),
            "enrolments/n2.json": json.dumps(enrolment("n2", [("v2", "1")], ["v2"])),
        }  # fmt: skip

    def write(self) -> Path:
        for name, text in self.files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return self.path

    def line(self, name: str, text: str) -> str:
        """`file:line` of a text in one of the files."""
        return f"{name}:{self.files[name][: self.files[name].index(text)].count(chr(10)) + 1}"

    def swap(self, name: str, old: str, new: str) -> None:
        assert old in self.files[name]
        self.files[name] = self.files[name].replace(old, new, 1)

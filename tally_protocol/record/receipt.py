"""Receipts: the county's signed word that records are durable [RECEIPT-1] [RECEIPT-2]."""

from tally_protocol.election.manifest import Election
from tally_protocol.errors import Malformed, ProtocolError, RuleViolation
from tally_protocol.ids import Hash32
from tally_protocol.record.kinds import Receipt, decode_text_body
from tally_protocol.record.signing import check_county_signer, sign_record
from tally_protocol.seal.keys import Signer
from tally_protocol.seal.note import parse_note


def sign_receipt(receipt: Receipt, county: Signer) -> bytes:
    """The receipt note; inverse of `read_receipt`."""
    return sign_record("receipt", receipt, [county])


def read_receipt(data: bytes, election: Election, election_hash: Hash32) -> Receipt:
    """A receipt of this election under the county's key; raises Malformed, BadSignature, RuleViolation E_ELECTION."""
    note = parse_note(data)
    kind, body = decode_text_body(note.text)
    if not isinstance(body, Receipt):
        raise Malformed("E_KIND", "receipt", found=kind)
    check_county_signer(note, election)
    if body.election != election_hash:
        raise RuleViolation("E_ELECTION", "receipt")
    return body


def check_receipt(
    data: bytes, election: Election, election_hash: Hash32, chain: str, heads: dict[int, bytes]
) -> Receipt:
    """A receipt that fits the journal: `heads[seq]` is our hash at that place; else RuleViolation E_RECEIPT."""
    try:
        receipt = read_receipt(data, election, election_hash)
    except ProtocolError as error:
        raise RuleViolation("E_RECEIPT", chain, found=error.code) from error
    if receipt.chain != chain or heads.get(receipt.to_seq) != receipt.head:
        raise RuleViolation("E_RECEIPT", chain, expected="our record's hash at the receipt's head")
    return receipt

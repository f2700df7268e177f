"""Work for a stranger's report: a sum that costs a telephone about a second, and whoever sends thousands, hours.

Each answer fits one family's filing alone, is found without asking anybody, and is checked with one hash.
"""

import hashlib
from dataclasses import dataclass
from itertools import count

LONGEST_ANSWER = 40
_BITS_OF_A_HASH = 256


@dataclass(frozen=True, slots=True)
class FilingWork:
    """What the work is done for. `id` is the one that the phone made for the case, in small letters; empty where it
    made none.
    """

    incident_id: str
    id: str
    retry_key: str


def is_done(filing: FilingWork, answer: str, bits: int) -> bool:
    """Whether the SHA-256 of `incident:id:retry key:answer`, in UTF-8, begins with so many bits that are 0."""
    if len(answer) > LONGEST_ANSWER:
        return False
    # What a client sends may hold half of a surrogate pair.
    said = f"{_beginning(filing)}{answer}".encode("utf-8", "surrogatepass")
    return _leading_zeros(hashlib.sha256(said).digest()) >= bits


def do_work(filing: FilingWork, bits: int) -> str:
    """An answer, found by trying one number after the other: on average 2 to the power of `bits`."""
    if bits == 0:
        return ""
    begun = hashlib.sha256(_beginning(filing).encode("utf-8", "surrogatepass"))
    for number in count():
        tried = begun.copy()
        tried.update(b"%d" % number)
        if _leading_zeros(tried.digest()) >= bits:
            return str(number)
    raise AssertionError("numbers do not end")


def _beginning(filing: FilingWork) -> str:
    return f"{filing.incident_id}:{filing.id}:{filing.retry_key}:"


def _leading_zeros(digest: bytes) -> int:
    return _BITS_OF_A_HASH - int.from_bytes(digest).bit_length()

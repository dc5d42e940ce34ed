"""The samples beside the program: fictional cases, and mails of every kind that comes in."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from atoz.claims.case import CaseFile
from atoz.service.claim_files import read_case

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
CASES = SAMPLES / "cases"


@cache
def sample_cases() -> Mapping[str, CaseFile]:
    """The sample cases by name; none where the samples are not beside the program."""
    return {file.stem: read_case(file.read_bytes()) for file in sorted(CASES.glob("*.json"))}


def sample_mail(name: str) -> bytes:
    """A mail of the samples by its file's name."""
    return (SAMPLES / "mail" / name).read_bytes()

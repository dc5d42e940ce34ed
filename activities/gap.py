"""The gap of a restored backup: what was sent in it is known to the world and to no claim.

A claim that is back at an earlier moment would write to its buyer once more. What was planned between the
backup and its restoration may have gone, so its fate is unknown, and unknown is never sent again blindly.
"""

from pathlib import Path
from typing import Self

from pydantic import ValidationError

from atoz.claims.base import Instant, Record, instant_text
from atoz.errors import BadInput
from atoz.playbook.stored import NOTES

FILE = "restored.json"
"""In the state folder of a worker: `{"taken_at": …, "restored_at": …}`."""


class Gap(Record):
    """When the backup was taken, and when it was put back (UTC)."""

    taken_at: Instant
    restored_at: Instant

    @classmethod
    def of(cls, state: Path) -> Self | None:
        """The gap of a state folder; None where it was not restored. Raises BadInput."""
        try:
            return cls.model_validate_json((state / FILE).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as fault:
            raise BadInput(
                f"{state / FILE} must say taken_at and restored_at, as `atoz restore` writes it"
            ) from fault

    def covers(self, due: Instant | None) -> bool:
        """Whether what was planned for this instant may have happened meanwhile."""
        return due is not None and self.taken_at <= due <= self.restored_at

    @property
    def why(self) -> str:
        """Why a fate is unknown, in words."""
        return NOTES("restored", at=instant_text(self.taken_at))

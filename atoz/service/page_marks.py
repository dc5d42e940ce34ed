"""Where a page of a list ended, as a token that its reader gives back for the next one.

It is no secret and proves nothing: whoever reads it holds it against the list that it is given back for.
"""

import base64
from typing import Self

from atoz.claims.base import Strict
from atoz.errors import BadInput
from atoz.service.problems import PROBLEMS


class PageMark(Strict):
    """What is known of the pages before, whatever that is for a list."""

    @classmethod
    def of(cls, token: str) -> Self:
        """The mark of a token. Raises BadInput for what is none."""
        try:
            return cls.model_validate_json(base64.b64decode(token, altchars=b"-_", validate=True))
        except ValueError as fault:
            raise BadInput(PROBLEMS("page_token")) from fault

    @property
    def written(self) -> str:
        """As it is given out."""
        text = self.model_dump_json(exclude_defaults=True)
        return base64.urlsafe_b64encode(text.encode()).decode()

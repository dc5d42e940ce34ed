"""A page token of a list belongs to the question that it was made for."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any, cast

import pytest

from atoz.claims.status import Status
from atoz.errors import BadInput
from atoz.service import listing
from atoz.service.base import Service
from atoz.service.listing import Wanted


class Pages:
    """A server that has one more page of whatever it is asked for."""

    current_page = ()
    next_page_token = b"of the server's own"

    def __init__(self) -> None:
        self.asked: list[bytes | None] = []

    def list_workflows(self, _query: str, *, next_page_token: bytes | None, **_: Any) -> Pages:
        """The question as it came."""
        self.asked.append(next_page_token)
        return self

    async def fetch_next_page(self) -> None:
        """Nothing is to be waited for."""


@pytest.fixture
def pages() -> Pages:
    """What is asked of the server."""
    return Pages()


async def page_of(pages: Pages, token: str | None = None, **wanted: Any) -> str:
    """The token of the page after this one."""
    service = cast("Service", SimpleNamespace(client=pages))
    found = await listing.claims(service, Wanted(**wanted), page_token=token)
    return str(found["next_page_token"])


async def test_a_page_token_goes_on_with_the_same_filters(pages: Pages) -> None:
    """And the server gets what was its own."""
    token = await page_of(pages, status=Status.DENIED)
    await page_of(pages, token, status=Status.DENIED)
    assert pages.asked == [None, Pages.next_page_token]


@pytest.mark.parametrize(
    "other", [{}, {"status": Status.WITHDRAWN}, {"status": Status.DENIED, "closed": True}]
)
async def test_with_other_filters_it_is_refused(pages: Pages, other: dict[str, Any]) -> None:
    """It says what to do, and the server is not asked."""
    token = await page_of(pages, status=Status.DENIED)
    with pytest.raises(BadInput, match="keep the filters of the page before, or begin without"):
        await page_of(pages, token, **other)
    assert len(pages.asked) == 1


@pytest.mark.parametrize("bad", ["x", "=", "é", base64.urlsafe_b64encode(b"x" * 40).decode()])
async def test_what_is_no_page_token_is_refused(pages: Pages, bad: str) -> None:
    """What never came from the server makes it stumble for ten seconds."""
    with pytest.raises(BadInput, match="this is no page token"):
        await page_of(pages, bad)
    assert pages.asked == []

"""The pages, one module each; `forms` holds what they send. A new one adds its router to `every_page`.

A page module holds its addresses and what its template needs; words are in `atoz/web/words`, markup in
`atoz/web/templates`, parts that pages share in `templates/parts`.
"""

from fastapi import APIRouter


def every_page() -> tuple[APIRouter, ...]:
    """The router of every page."""
    from atoz.web.pages import (  # noqa: PLC0415 - they import this package
        approve,
        claim,
        desk,
        figures,
        forms,
        hand_in,
        login,
        playbooks,
        queue,
        start,
        what_if,
    )

    pages = (
        *(login, queue, start, claim, forms, approve, hand_in),
        *(playbooks, what_if, desk, figures),
    )
    return tuple(page.router for page in pages)

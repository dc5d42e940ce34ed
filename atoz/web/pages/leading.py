"""How a form that was taken leads on to a page, and whether a script of ours sent it."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response


def by_script(request: Request) -> bool:
    """Whether HTMX asks, which shows the answer within the page and keeps what was typed."""
    return request.headers.get("hx-request") == "true"


def lead(request: Request, place: str) -> Response:
    """To a page: a browser follows a redirect, HTMX a header of its own."""
    if by_script(request):
        return Response(status_code=204, headers={"HX-Redirect": place})
    return RedirectResponse(place, 303)

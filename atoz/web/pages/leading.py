"""How a form that was taken leads on to a page."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response


def lead(request: Request, place: str) -> Response:
    """To a page: a browser follows a redirect, HTMX a header of its own."""
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": place})
    return RedirectResponse(place, 303)

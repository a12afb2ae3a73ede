"""A form of ours is sent from a page of ours: what a browser says of where a request comes from.

https://www.w3.org/TR/fetch-metadata/ and https://fetch.spec.whatwg.org/#origin-header
"""

from fastapi import Request

from app.http.negotiation import HttpRefused, Refusal


def demand_same_origin(request: Request, *, public_url: str) -> None:
    """Raises HttpRefused where another site may have sent it, or where nothing says that none did."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site not in (None, "same-origin") or origin not in (None, public_url) or (site is None and origin is None):
        raise HttpRefused(
            Refusal.FOREIGN,
            f"This was not sent from a page of this service. Open {public_url}/console and do it there.",
        )

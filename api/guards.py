"""What every request and every answer passes: a limit on bodies, and headers that keep browsers from mischief."""

from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem

SECURITY_HEADERS = {
    # No scripts at all; pictures are drawn in the page itself, styles are a file of ours.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NOT_KEPT = "no-store"
"""Reports are for the holder of a key: no proxy and no shared browser keeps them."""


class SecurityHeaders:
    """Puts the security headers on every answer; goes around the whole app, so that a 500 has them too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and add to the head of its answer."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
                if not scope["path"].startswith("/static/"):
                    headers["Cache-Control"] = NOT_KEPT
            await send(message)

        await self.app(scope, receive, send_guarded if scope["type"] == "http" else send)


class BodyLimit:
    """Refuses a request body over a number of bytes, declared or not, before more of it is kept in memory."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app, self.most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 at once where the length is declared, else as soon as the body exceeds it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self.most:
            refusal = problem(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._detail)
            await refusal(scope, receive, send)
            return
        await self.app(scope, self._counted(receive), send)

    @property
    def _detail(self) -> str:
        return f"a request body has at most {self.most} bytes; send it in several parts"

    def _counted(self, receive: Receive) -> Receive:
        seen = 0

        async def receive_counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.most:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._detail)
            return message

        return receive_counted

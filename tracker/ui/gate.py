"""The gate in front of every page: which requests and messages it lets through, and the headers it adds.

Streamlit serves behind it and makes its own checks too. The gate refuses a visit that another site could have caused:
under a name that is not this server's (an attacker can point a name at this machine), from another origin (such as
another port of this machine) or, for a websocket or an upload, with no origin. It keeps the pages out of other sites'
frames, and passes on only the messages that pages need.
"""

from __future__ import annotations

import http
import re
import secrets
from base64 import b64encode
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

import streamlit as st
from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message: TypeAlias = MutableMapping[str, Any]
    Scope: TypeAlias = MutableMapping[str, Any]
    Receive: TypeAlias = Callable[[], Awaitable[Message]]
    Send: TypeAlias = Callable[[Message], Awaitable[None]]
    App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

VISIT = "tracker_visit"
"""The cookie that recognises a browser. It names no person: it proves which addresses were made in that browser."""

ADMITTED = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "backend_operation_request"})
"""The messages that a page may send. Left out: clearing everyone's caches, reading the server's repository, running the
pages again when a file changes, and what only Streamlit's own tests send."""

UPLOADED_IN_A_VISIT = 50 * 1024 * 1024
"""Bytes that one visit may upload, on the pages that ask for a file; a return has some 20,000."""

_VISITS_REMEMBERED = 5_000
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_UPLOAD = re.compile(r".*/_stcore/upload_file/(?P<visit>[^/]+)/[^/]+")
_VISIT = re.compile(r"[A-Za-z0-9_-]{32}")
_POLICY_VIOLATION, _PROTOCOL_ERROR = 1008, 1002

_may_upload: dict[str, int] = {}
"""A visit (Streamlit's id) whose page asks for a file now → bytes that it may still upload."""


def ask_for_files(visit: str, *, asked: bool) -> None:
    """Let a visit upload while its page asks for a file, and no longer."""
    if not asked:
        left = _may_upload.pop(visit, None)
        if left is not None:
            _may_upload[f"{visit}/left"] = left
        return
    _may_upload[visit] = _may_upload.pop(f"{visit}/left", _may_upload.get(visit, UPLOADED_IN_A_VISIT))
    while len(_may_upload) > _VISITS_REMEMBERED:
        _may_upload.pop(next(iter(_may_upload)))


def inline_scripts(page: str) -> list[str]:
    """Return the digests of a page's own inline scripts, as a Content-Security-Policy lists them."""
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    return [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]


def _headers() -> list[tuple[bytes, bytes]]:
    """The headers of every answer: no frames, no guessing of types, no referrer, nothing from elsewhere.

    Streamlit loads a component's script as a blob, which only a running script can make.
    """
    index = Path(st.__file__).parent / "static" / "index.html"
    policy = "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self' blob:", *inline_scripts(index.read_text(encoding="utf-8"))]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


class Gate:
    """The gate, as ASGI middleware around the whole app."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._headers = _headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request or websocket, or pass it on with the gate's headers and without unwanted messages."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _asked(scope)
        status, why = _refusal(scope, asked) or _refused_upload(scope, asked) or (0, "")
        is_page = "text/html" in asked.get("accept", "")
        known = _VISIT.fullmatch(visit_of(asked.get("cookie", "")))
        cookie = _cookie(scope) if is_page and not known else []

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name not in dict(self._headers)]
                message["headers"] = [*kept, *self._headers, *cookie]
            await send(message)

        if why:
            body = f"{why}\n".encode()
            length = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": status, "headers": [*length, *self._headers]})
            await send({"type": "http.response.body", "body": body})
        else:
            await self._app(scope, receive, send_with_headers)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _refusal(scope, _asked(scope)):
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return

        async def receive_admitted() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                kind = _kind(message.get("bytes"))
                if kind in ADMITTED:
                    return message
                if kind is None:  # our pages never send this, and Streamlit would log four kilobytes of each
                    await send({"type": "websocket.close", "code": _PROTOCOL_ERROR})
                    return {"type": "websocket.disconnect", "code": _PROTOCOL_ERROR}

        await self._app(scope, receive_admitted, send)


def visit_of(cookies: str) -> str:
    """Return the visit named in a Cookie header; "" if there is none."""
    try:
        found = SimpleCookie(cookies).get(VISIT)
    except CookieError:
        return ""
    return found.value if found else ""


def hostname(netloc: str) -> str:
    """Return the name in a Host header or an origin, without the port; "" if it cannot be read."""
    try:
        parts = urlsplit(f"//{netloc}")
        plain = parts.netloc == netloc and "@" not in netloc and parts.port != 0
        return (parts.hostname or "").rstrip(".") if plain else ""
    except ValueError:
        return ""


def _asked(scope: Scope) -> dict[str, str]:
    """Return the headers of a request by name in lower case; a Host or Origin given twice counts as empty."""
    asked: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").lower()
        asked[name] = "" if name in asked and name in {"host", "origin"} else value.decode("latin-1")
    return asked


def _refusal(scope: Scope, asked: dict[str, str]) -> tuple[int, str] | None:
    """Return the status and the reason if a request or websocket is refused, else None."""
    host, origin = asked.get("host", ""), asked.get("origin")
    names = [str(name).lower() for name in st.get_option("server.allowedHosts")]
    if hostname(host).lower() not in names:
        return http.HTTPStatus.FORBIDDEN, (
            f"The tracker does not accept this address. Use one of: {', '.join(names)}. Or start it with "
            "--server.allowedHosts and this name."
        )
    if origin is None:
        if scope["type"] == "websocket" or scope["method"] not in _SAFE:
            return http.HTTPStatus.FORBIDDEN, "The tracker accepts this only from its own pages."
    elif urlsplit(origin).scheme not in {"http", "https"} or origin.partition("://")[2].lower() != host.lower():
        return http.HTTPStatus.FORBIDDEN, "Another site made this request. The tracker answers only its own pages."
    return None


def _refused_upload(scope: Scope, asked: dict[str, str]) -> tuple[int, str] | None:
    """Return the status and the reason if an upload is refused; else None, and deduct it from the visit's allowance."""
    found = _UPLOAD.fullmatch(scope["path"])
    if not found or scope["method"] not in {"PUT", "POST"}:
        return None
    visit, length = found["visit"], asked.get("content-length", "")
    if visit not in _may_upload:
        return http.HTTPStatus.FORBIDDEN, "The open page does not take files."
    if not length.isdecimal():
        return http.HTTPStatus.LENGTH_REQUIRED, "The request must say how long the file is."
    if int(length) > _may_upload[visit]:
        return (
            http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "You have uploaded too much in this visit. Reload the page and try again.",
        )
    _may_upload[visit] -= int(length)
    return None


def _kind(message: bytes | None) -> str | None:
    """Return the kind of a page's message; None if it is not a message."""
    if message is None:
        return None
    parsed = BackMsg()
    try:
        parsed.ParseFromString(message)
    except DecodeError:
        return None
    return parsed.WhichOneof("type") or ""


def _cookie(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return the header that sets the visit's cookie; Lax, so that a link from elsewhere keeps it."""
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    cookie = f"{VISIT}={secrets.token_urlsafe(24)}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}"
    return [(b"set-cookie", cookie.encode())]

"""The gate in front of every page: who may ask, what every answer says, and which messages are let through."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest
import streamlit as st
from streamlit.proto.BackMsg_pb2 import BackMsg

from tracker.ui import gate
from tracker.ui.gate import Gate, ask_for_files, hostname, inline_scripts, visit_of

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "localhost:8501"
ORIGIN = f"http://{HOST}"


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(st, "get_option", {"server.allowedHosts": ["localhost", "127.0.0.1", "::1"]}.__getitem__)
    gate._may_upload.clear()
    yield
    gate._may_upload.clear()


def through(scope: dict[str, Any], *arriving: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Send messages through the gate; return what reached the app and what was sent back."""
    reached: list[dict[str, Any]] = []
    sent: list[dict[str, Any]] = []
    waiting = list(arriving)

    async def app(_: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            while True:
                reached.append(await receive())
                if reached[-1]["type"] == "websocket.disconnect":
                    return
        reached.append({"type": "asked"})
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"SAMEORIGIN")]})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "websocket.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Gate(app)(scope, receive, send))
    return reached, sent


def request(method: str = "GET", path: str = "/", **headers: str) -> dict[str, Any]:
    given = {"host": HOST, **headers}
    return {
        "type": "http",
        "method": method,
        "path": path,
        "scheme": "http",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
    }


def socket(**headers: str) -> dict[str, Any]:
    return {**request(path="/_stcore/stream", **headers), "type": "websocket"}


def frame(kind: str) -> dict[str, Any]:
    said = BackMsg()
    getattr(said, kind).SetInParent() if kind == "rerun_script" else setattr(said, kind, True)
    return {"type": "websocket.receive", "bytes": said.SerializeToString()}


FOREIGN = [
    {"host": "evil.example", "origin": "http://evil.example"},
    {"host": "evil.example:8501", "origin": "http://evil.example:8501"},
    {"origin": "http://evil.example"},
    {"origin": "http://localhost:3000"},
    {"origin": "http://localhost"},
    {"origin": "null"},
    {"origin": f"file://{HOST}"},
    {"host": "localhost.evil.example:8501", "origin": "http://localhost.evil.example:8501"},
    {"host": "evil@localhost:8501", "origin": "http://evil@localhost:8501"},
    {"host": "", "origin": "http://"},
    {"host": "[::1", "origin": "http://[::1"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda headers: " ".join(headers.values()))
@pytest.mark.parametrize("scope", [request, socket], ids=["page", "websocket"])
def test_another_host_or_origin_is_refused_before_anything_of_the_app_is_asked(
    scope: Any, headers: dict[str, str]
) -> None:
    reached, sent = through(scope(**headers), {"type": "websocket.connect"})
    assert reached == []
    assert next(message.get("status", message.get("code")) for message in sent) in {403, 1008}


def test_no_origin_is_enough_to_look_and_not_for_a_websocket_or_an_upload() -> None:
    assert through(request())[0]
    assert not through(socket(), {"type": "websocket.connect"})[0]
    assert through(request("PUT", "/_stcore/upload_file/v/1"))[1][0]["status"] == 403


@pytest.mark.parametrize("host", [HOST, "127.0.0.1:8501", "[::1]:8501", "LOCALHOST:8501", "localhost"])
def test_this_machine_by_its_own_names_is_let_through(host: str) -> None:
    assert through(request(host=host, origin=f"http://{host}"))[0]
    assert through(socket(host=host, origin=f"http://{host}"))[0]


def test_a_header_that_is_given_twice_is_not_believed() -> None:
    scope = socket(origin=ORIGIN)
    scope["headers"].append((b"origin", ORIGIN.encode()))
    assert not through(scope, {"type": "websocket.connect"})[0]


def test_every_answer_forbids_frames_and_guessing_and_passes_no_address_on() -> None:
    for scope in (request(), request(host="evil.example")):
        headers = dict(through(scope)[1][0]["headers"])
        policy = headers[b"content-security-policy"].decode()
        assert "frame-ancestors 'none'" in policy
        assert "'unsafe-eval'" not in policy
        assert re.search(r"script-src 'self' blob: 'sha256-[A-Za-z0-9+/=]{44}';", policy)
        assert headers[b"x-frame-options"] == b"DENY"
        assert headers[b"x-content-type-options"] == b"nosniff"
        assert headers[b"referrer-policy"] == b"no-referrer"
        assert headers[b"cross-origin-opener-policy"] == b"same-origin"


def test_the_policy_lets_each_inline_script_of_a_page_through_by_its_digest() -> None:
    page = "<script>one</script><script src='x'></script><script>two</script>"
    assert inline_scripts(page) == [
        "'sha256-dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me0='",
        "'sha256-P8TM/nRYcOLA2Z9x8w/wZWyN7dQcwdfT03aw2+aF4vM='",
    ]


def test_a_browser_is_given_a_name_once_with_a_page() -> None:
    page = {"accept": "text/html,*/*"}
    [given] = [value for name, value in through(request(**page))[1][0]["headers"] if name == b"set-cookie"]
    assert re.fullmatch(rb"tracker_visit=[\w-]{32}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax", given)
    known = given.decode().partition(";")[0]
    for scope in (request(**page, cookie=known), request()):
        assert b"set-cookie" not in dict(through(scope)[1][0]["headers"])
    assert visit_of(known) == known.partition("=")[2]
    assert visit_of("tracker_visit") == visit_of("") == ""


def test_of_a_pages_messages_only_those_that_pages_need_are_let_through() -> None:
    dropped = (
        "clear_cache",
        "load_git_info",
        "set_run_on_save",
        "debug_disconnect_websocket",
        "debug_shutdown_runtime",
    )
    reached, sent = through(socket(origin=ORIGIN), *map(frame, dropped), frame("rerun_script"))
    assert [message["type"] for message in reached] == ["websocket.receive", "websocket.disconnect"]
    assert sent == []


@pytest.mark.parametrize("said", [{"bytes": b"\xff\xff\xff"}, {"text": "hello"}], ids=["no message", "text"])
def test_what_is_no_message_ends_the_websocket_without_a_word_in_the_log(said: dict[str, Any]) -> None:
    reached, sent = through(socket(origin=ORIGIN), {"type": "websocket.receive", **said})
    assert [message["type"] for message in reached] == ["websocket.disconnect"]
    assert sent == [{"type": "websocket.close", "code": 1002}]


def upload(size: str | None, visit: str = "v") -> int:
    length = {} if size is None else {"content-length": size}
    reached, sent = through(request("PUT", f"/_stcore/upload_file/{visit}/file", origin=ORIGIN, **length))
    return sent[0]["status"] if not reached else 200


def test_a_visit_uploads_only_while_its_page_asks_and_only_so_much() -> None:
    assert upload("10") == 403
    ask_for_files("v", asked=True)
    assert upload(None) == 411
    assert upload("-1") == 411
    assert upload(str(gate.UPLOADED_IN_A_VISIT)) == 200
    assert upload("1") == 413
    ask_for_files("v", asked=False)
    assert upload("1") == 403
    ask_for_files("v", asked=True)  # to leave the page and come back makes room for nothing
    assert upload("1") == 413
    assert upload("1", visit="w") == 403


def test_only_so_many_visits_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_VISITS_REMEMBERED", 3)
    for number in range(10):
        ask_for_files(f"v{number}", asked=True)
    assert list(gate._may_upload) == ["v7", "v8", "v9"]


@pytest.mark.parametrize(
    ("netloc", "name"),
    [
        ("localhost:8501", "localhost"),
        ("localhost.", "localhost"),
        ("[::1]:80", "::1"),
        ("a@b", ""),
        ("a/b", ""),
        ("a:b", ""),
        ("a:99999", ""),
        ("", ""),
    ],
)
def test_a_host_header_is_read_or_is_nobodys_name(netloc: str, name: str) -> None:
    assert hostname(netloc) == name

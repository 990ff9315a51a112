"""Many people on the real server at once, each a client that speaks Streamlit's own protocol as a browser does.

Twenty browsers would measure themselves; these clients cost next to nothing, and the server does all that it does for
people: a session each, a page run for each of their acts, every element sent.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from tests.samples import milestone, progress, save
from tracker.domain import dates
from tracker.domain.nouns import Progress
from tracker.domain.words import Reporter, Role
from tracker.services import boards, stores, users
from tracker.store import reading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Sequence

    from tracker.store.database import Address, Database

_Result = TypeVar("_Result")

_PATIENCE_SECONDS = 120
"""How long a client waits for a page, before it fails; nothing is measured by it."""
_DONE = re.compile(r"Saved 1 milestone: (?P<id>[^.]+)\. Recorded as change (?P<seq>\d+)\.")
_BUSY = "try again in a moment"


@dataclass(frozen=True)
class Editor:
    """A contributor and the one line that is theirs."""

    email: str
    milestone_id: str


@dataclass(frozen=True)
class Acknowledged:
    """A save that the page said was made: by whom, as which change, what was written, and after how many seconds."""

    editor: Editor
    seq: int
    narrative: str
    seconds: float


class Visitor:
    """A page as its visitor has it: what is drawn, what its forms say, and what was entered in each field."""

    def __init__(self, stream: ClientConnection, page: str, query: str) -> None:
        self._stream = stream
        self._page = page
        self._query = query
        self._entered: dict[str, WidgetState] = {}
        self._drawn: dict[tuple[int, ...], Any] = {}
        self.html = ""
        self.said = ""

    async def run(self, pressed: WidgetState | None = None) -> None:
        """Have the server run the page on all that was entered, and take in what it draws until it has finished."""
        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.page_name = self._page
        entered = [*self._entered.values(), *([pressed] if pressed else [])]
        message.rerun_script.widget_states.CopyFrom(WidgetStates(widgets=entered))
        await self._stream.send(message.SerializeToString())
        await self._take_in_a_run()

    async def choose(self, label: str, beginning: str) -> None:
        """Choose the option of a list that begins so, and have the page run."""
        field = self._field("selectbox", label)
        [option] = [option for option in field.options if option.startswith(beginning)]
        self._entered[field.id] = WidgetState(id=field.id, string_value=option)
        await self.run()

    def write(self, label: str, text: str) -> None:
        """Write a text; it goes to the server with the next act, as when somebody writes and presses at once."""
        field = self._field("text_area", label)
        self._entered[field.id] = WidgetState(id=field.id, string_value=text)

    async def press(self, label: str) -> None:
        """Press a button, and have the page run, and once more when it asks for that."""
        button = self._field("button", label)
        if button.disabled:
            raise AssertionError(f'"{label}" cannot be pressed: {self.html}')
        await self.run(WidgetState(id=button.id, trigger_value=True))

    def _field(self, kind: str, label: str) -> Any:
        found = [
            field
            for element in self._drawn.values()
            if element.WhichOneof("type") == kind and (field := getattr(element, kind)).label == label
        ]
        if len(found) != 1:
            raise AssertionError(f'{len(found)} fields are called "{label}" on the page: {self.html[:2_000]}')
        return found[0]

    async def _take_in_a_run(self) -> None:
        while True:
            data = await asyncio.wait_for(self._stream.recv(decode=False), _PATIENCE_SECONDS)
            message = ForwardMsg.FromString(data)
            match message.WhichOneof("type"):
                case "new_session":
                    self._drawn = {}
                case "delta" if message.delta.WhichOneof("type") == "new_element":
                    self._drawn[tuple(message.metadata.delta_path)] = message.delta.new_element
                case "script_finished" if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    break
                case "script_finished" if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    raise AssertionError("the app does not compile")
        self.html = "\n".join(e.html.body for e in self._drawn.values() if e.WhichOneof("type") == "html")
        forms = [e.bidi_component.json for e in self._drawn.values() if e.WhichOneof("type") == "bidi_component"]
        self.said = " ".join(json.loads(form)["words"] for form in forms if form)
        if any(element.WhichOneof("type") == "exception" for element in self._drawn.values()):
            raise AssertionError(f"the page failed: {self.html[:2_000]}")
        self._heed_the_server()

    def _heed_the_server(self) -> None:
        """Take over the values that the page itself set: a field that was emptied is no longer entered."""
        for element in self._drawn.values():
            kind = element.WhichOneof("type")
            if kind not in {"selectbox", "text_area", "text_input"} or not (field := getattr(element, kind)).set_value:
                continue
            value = field.raw_value if kind == "selectbox" else field.value
            if value:
                self._entered[field.id] = WidgetState(id=field.id, string_value=value)
            else:
                self._entered.pop(field.id, None)


@asynccontextmanager
async def visiting(address: str, page: str = "", **query: str) -> AsyncIterator[Visitor]:
    """Open a page of the app at ``address`` (http://host:port) and see it drawn."""
    stream = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    async with connect(stream, origin=Origin(address), max_size=None, open_timeout=_PATIENCE_SECONDS) as opened:
        visitor = Visitor(opened, page, urlencode(query))
        await visitor.run()
        yield visitor


def hire(store: Address, count: int) -> list[Editor]:
    """Register so many contributors in a closed store, with a commitment each and an open milestone of their own."""
    later = dates.today() + dt.timedelta(days=365)
    editors = []
    with stores.open_store(store, writable=True) as db:
        shown = boards.view_board(db, dates.today(), boards.known_position(db))
        for number, line in enumerate(shown.commitments[:count], start=1):
            editor = Editor(f"editor-{number:02}@example.org", f"{line.commitment_id}-M99")
            own = milestone(id=editor.milestone_id, commitment_id=line.commitment_id, baseline_on=later)
            save(db, own, progress(id=own.id, reporter=Reporter.OWNER, forecast_on=later), on=dates.today())
            users.add_user(
                db,
                actor_id=users.OPERATOR,
                account=users.Account(
                    address=editor.email,
                    name=f"Editor {number}",
                    role=Role.CONTRIBUTOR,
                    commitments=[line.commitment_id],
                ),
            )
            editors.append(editor)
    return editors


def run_apart(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Run work in a thread of its own: the caller's may have an event loop, as one that drives a browser has."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


def edit(address: str, editors: Sequence[Editor], saves: int) -> tuple[list[Acknowledged], float]:
    """Have every editor save so many times on My updates, all at once; return each save and the seconds it all took."""

    async def everybody() -> list[list[Acknowledged]]:
        return await asyncio.gather(*(_edit(address, editor, saves) for editor in editors))

    start = time.perf_counter()
    saved = [one for of_editor in run_apart(everybody()) for one in of_editor]
    return saved, time.perf_counter() - start


async def _edit(address: str, editor: Editor, saves: int) -> list[Acknowledged]:
    made = []
    async with visiting(address, "updates", acting_as=editor.email) as page:
        for number in range(saves):
            await page.choose("Milestone", editor.milestone_id)
            narrative = f"{number} by {editor.email}: {uuid.uuid4()}"
            page.write("Narrative", narrative)
            start = time.perf_counter()
            await page.press("Save update")
            while _BUSY in page.said:  # nothing was recorded, and the draft is there: people press again
                await page.press("Save update")
            said = _DONE.search(page.said)
            if not said or said["id"] != editor.milestone_id:
                raise AssertionError(f"{editor.email} was not told of a save: {page.said}")
            made.append(Acknowledged(editor, int(said["seq"]), narrative, time.perf_counter() - start))
    return made


def read(address: str, readers: int) -> list[float]:
    """Have so many readers open the Board page at once; return the seconds until each had the whole of it."""

    async def look() -> float:
        start = time.perf_counter()
        async with visiting(address) as page:
            seconds = time.perf_counter() - start
        if "<footer" not in page.html:
            raise AssertionError(f"the Board page has no foot: {page.html[-2_000:]}")
        return seconds

    async def everybody() -> list[float]:
        return await asyncio.gather(*(look() for _ in range(readers)))

    return run_apart(everybody())


def missing_or_double(db: Database, editors: Sequence[Editor], saved: Sequence[Acknowledged]) -> list[str]:
    """Compare what was acknowledged with what the ledger holds of it, both ways; a sentence for each difference."""
    recorded: dict[tuple[str, int, str | None], int] = {}
    with db.read() as cursor:
        actors = {change.seq: change.actor for change in reading.changes(cursor)}
        for editor in editors:
            for version in reading.versions(cursor, Progress, editor.milestone_id)[1:]:  # the first was there before
                assert isinstance(version.noun, Progress)
                key = (actors[version.change_seq], version.change_seq, version.noun.statement.narrative)
                recorded[key] = recorded.get(key, 0) + 1
    wanted = {(one.editor.email, one.seq, one.narrative) for one in saved}
    return [
        *(f"{key} was acknowledged and is not in the ledger" for key in wanted - set(recorded)),
        *(f"{key} is in the ledger and was not acknowledged" for key in set(recorded) - wanted),
        *(f"{key} is in the ledger {count} times" for key, count in recorded.items() if count != 1),
    ]

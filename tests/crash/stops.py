"""A process that runs commands and stops them before the n-th call that changes a file.

``python -m tests.crash.stops``: each line of input is a request as JSON, and is answered by a line. A request has the
``arguments`` of a command and the ``environment`` to run it in; with ``stop`` the command is stopped at that call, as
``how`` says: "kill" (SIGKILL before the call), "half" (in the middle of what the call writes) or the name of an error
(ENOSPC, EIO) with which the call fails. An answer has the exit ``status``, what was written to ``out`` and ``err``, the
``calls`` in order, and those ``missed``: changes of files that Python did outside of the calls that are counted.

Each command runs in a fork of this process, which has read all its modules and opened nothing. What the engine does
inside one of its calls is not seen: its calls that write are counted before and after.
"""

from __future__ import annotations

import builtins
import contextlib
import errno
import functools
import io
import json
import os
import signal
import sys
import tempfile
import traceback
from typing import TYPE_CHECKING, Any, Self

import duckdb

from tracker.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

_CHANGES = ("rename", "replace", "link", "symlink", "unlink", "remove", "mkdir", "rmdir", "truncate", "chmod", "fsync")
"""Functions of ``os`` that change files, or make sure of a change."""

_WRITES = ("write", "sendfile", "copy_file_range", "pwrite")
_ENGINE_WRITES = ("ATTACH", "COMMIT", "CHECKPOINT", "COPY", "DETACH")
_AUDITED = {"os.rename", "os.link", "os.symlink", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"}


class Stops:
    """Counts the calls of one command, and stops it at one of them."""

    def __init__(self, stop: int | None, how: str) -> None:
        self._stop = stop
        self._how = how
        self._inside = 0
        self.calls: list[str] = []
        self.missed: list[str] = []

    def at(self, what: str, half: Callable[[], object] | None = None, *, engine: bool = False) -> None:
        """Count a call, and stop when it is the one: of a write, ``half`` does its first half."""
        self.calls.append(what)
        if len(self.calls) != self._stop or (self._how not in {"kill", "half"} and what.startswith("after ")):
            return
        if self._how not in {"kill", "half"}:
            number: int = getattr(errno, self._how)
            if engine:
                raise duckdb.IOException(f'IO Error: Could not write file "x": {os.strerror(number)}')
            raise OSError(number, os.strerror(number))
        if self._how == "half" and half:
            half()
        os.kill(os.getpid(), signal.SIGKILL)

    @contextlib.contextmanager
    def counted(self) -> Any:
        """Say that what is done in the block was counted."""
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note what changes a file and was not counted."""
        if self._inside:
            return
        writes = event == "open" and isinstance(arguments[0], str) and _is_writing(arguments[1], arguments[2])
        if writes or event in _AUDITED:
            self.missed.append(f"{event} {arguments[0]}")

    def install(self) -> None:
        """Count every call of this process from here on."""
        for name in _CHANGES:
            setattr(os, name, self._change(name, getattr(os, name)))
        for name in _WRITES:
            setattr(os, name, self._write(name, getattr(os, name)))
        plain, connect = io.open, duckdb.connect
        opened = functools.partial(self._file, plain)
        replaced: list[tuple[object, str, object]] = [
            (os, "open", self._open(os.open)),
            (io, "open", opened),
            (builtins, "open", opened),
            (duckdb, "connect", lambda *args, **more: Engine(connect(*args, **more), self, root=True)),
        ]
        for module, name, call in replaced:
            setattr(module, name, call)
        sys.addaudithook(self.audit)

    def _change(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **more: Any) -> Any:
            self.at(f"{name} {args[0]}")
            with self.counted():
                return call(*args, **more)

        return counted

    def _write(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any) -> Any:
            if args[0] in {1, 2}:
                return call(*args)

            def half() -> None:
                if name == "sendfile":
                    call(args[0], args[1], args[2], os.fstat(args[1]).st_size // 2)

            self.at(f"{name} {args[0]}", half)
            return call(*args)

        return counted

    def _open(self, call: Callable[..., int]) -> Callable[..., int]:
        def counted(path: Any, flags: int, *args: Any, **more: Any) -> int:
            if _is_writing(None, flags):
                self.at(f"os.open {path}")
            with self.counted():
                return call(path, flags, *args, **more)

        return counted

    def _file(self, plain: Callable[..., Any], path: Any, mode: str = "r", *args: Any, **more: Any) -> Any:
        if isinstance(path, int) or not _is_writing(mode, 0):
            return plain(path, mode, *args, **more)
        self.at(f"open {path}")
        with self.counted():
            return File(plain(path, mode, *args, **more), self, str(path))


def _is_writing(mode: str | None, flags: int) -> bool:
    if mode is not None:
        return bool(set(mode) & set("wax+"))
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC))


class File:
    """A file that is open for writing: what is written to it is a call."""

    def __init__(self, file: Any, stops: Stops, path: str) -> None:
        self._file = file
        self._stops = stops
        self._path = path

    def write(self, content: Any) -> Any:
        def half() -> None:
            self._file.write(content[: len(content) // 2])
            self._file.flush()

        self._stops.at(f"write {self._path}", half)
        return self._file.write(content)

    def writelines(self, lines: Any) -> None:
        lines = list(lines)
        self.write(lines[0][:0].join(lines) if lines else "")

    def truncate(self, *size: int) -> Any:
        self._stops.at(f"truncate {self._path}")
        with self._stops.counted():
            return self._file.truncate(*size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Any:
        return iter(self._file)


class Engine:
    """A connection to the engine: a statement that writes is a call, and so is what follows it."""

    def __init__(self, connection: Any, stops: Stops, *, root: bool = False) -> None:
        self._connection = connection
        self._stops = stops
        self._root = root
        self._writes = False

    def execute(self, statement: str, *more: Any) -> Any:
        word = statement.split(maxsplit=1)[0].upper()
        writes = word in _ENGINE_WRITES and "READ_ONLY" not in statement
        if writes:
            self._writes = True
            self._stops.at(f"before {word}", engine=True)
        done = self._connection.execute(statement, *more)
        if writes:
            self._stops.at(f"after {word}")
        return done

    def close(self) -> None:
        """Close it: the last act of a writer, which folds its log into the file."""
        if self._root and self._writes:
            self._stops.at("before close", engine=True)
        self._connection.close()
        if self._root and self._writes:
            self._stops.at("after close")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def cursor(self) -> Engine:
        return Engine(self._connection.cursor(), self._stops)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def run(request: dict[str, Any], told: Any, out: Any, err: Any) -> dict[str, Any]:
    """Run one command in a fork, which tells of it and prints in files, and return the answer."""
    child = os.fork()
    if child == 0:
        status = 99
        stops = Stops(request.get("stop"), request.get("how", "kill"))
        try:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            os.environ.update(request.get("environment", {}))
            tempfile.tempdir = None  # it is asked for anew
            if request.get("counts", True):
                stops.install()
            status = main(request["arguments"])
        except BaseException:  # noqa: BLE001  whatever it is, the parent must hear of it
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            told.write(json.dumps([status, stops.calls, stops.missed]).encode())
            told.flush()
            os._exit(0)
    os.waitpid(child, 0)
    texts = []
    for file in (out, err, told):
        file.seek(0)
        texts.append(file.read().decode(errors="replace"))
    status, calls, missed = json.loads(texts[2] or "[-9, [], []]")
    return {"status": status, "out": texts[0], "err": texts[1], "calls": calls, "missed": missed}


def serve() -> None:
    """Answer every request."""
    for line in sys.stdin:
        with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            answer = run(json.loads(line), told, out, err)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()

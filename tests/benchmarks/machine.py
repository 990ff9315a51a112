"""The machine that figures were taken on: without it they mean nothing."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

from tracker.domain import dates


def described(disk: Path) -> list[str]:
    """Return what to say of this machine and of the disk that holds ``disk``, a line each."""
    return [
        f"{dates.today()}, {_cpu()}, {os.cpu_count()} cores, {_memory_gb():.0f} GB of memory",
        f"{_system()}, Linux {platform.release()}, stores on {_file_system(disk)}"
        if platform.system() == "Linux"
        else platform.platform(),
        f"Python {platform.python_version()}, DuckDB {version('duckdb')}, Streamlit {version('streamlit')}",
    ]


def load() -> str:
    """Return how many processes wanted a core in the last minute: more than there are cores, and figures suffer."""
    return f"{os.getloadavg()[0]:.1f}"


def _cpu() -> str:
    return _found(r"^model name\s*: (.*)$", "/proc/cpuinfo") or platform.processor() or platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _system() -> str:
    return _found(r'^PRETTY_NAME="(.*)"$', "/etc/os-release") or platform.system()


def _file_system(path: Path) -> str:
    """The type of the innermost mount that holds ``path``."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    return max((len(point), kind) for point, kind in mounts if path.resolve().is_relative_to(point))[1]


def _found(pattern: str, file: str) -> str | None:
    try:
        found = re.search(pattern, Path(file).read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return None
    return found[1] if found else None

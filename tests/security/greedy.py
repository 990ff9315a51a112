"""A reader that takes what it is not given: run in a process of its own, to see that it does not get it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

SLEEP = "98765.4"
"""Seconds; a process that sleeps for so long can be told from every other."""


def main(word: str) -> None:
    """Do what ``word`` says over what comes in, and write what is to be seen of it."""
    content = sys.stdin.buffer.read()
    match word:
        case "memory":
            sys.stdout.write(str(len(bytearray(600 * 1024 * 1024))))
        case "time":
            subprocess.Popen(["sleep", SLEEP])
            time.sleep(60)
        case "disk":
            Path(content.decode()).write_bytes(b"something")
        case "look":
            seen = {
                "environment": sorted(os.environ),
                "files": [os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")[:-1]],  # noqa: PTH115, PTH208
                "folder": str(Path.cwd()),
                "numpy": sys.modules.get("numpy") is not None,
            }
            sys.stdout.write(json.dumps(seen))

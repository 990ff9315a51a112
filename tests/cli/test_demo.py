"""``demo`` makes a demonstration store, says so and how to serve it, and leaves the store in use alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.domain.words import DEMONSTRATION_NOTICE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import CommandLine


def test_a_demonstration_is_made_apart_from_the_store_and_the_command_says_how_to_serve_it(
    tracker: CommandLine, tmp_path: Path
) -> None:
    tracker.begin()
    file = tmp_path / "made" / "demonstration.duckdb"
    demo = ("demo", "--to", str(file), "--day", "2026-11-20", *tracker.folders)
    first = tracker.run(*demo, "--versions", "2000")
    assert (first.status, first.err) == (0, "")
    assert first.out.startswith(DEMONSTRATION_NOTICE)
    assert f"Made {file}: 2,000 versions in " in first.out
    assert f"TRACKER_STORE={file} " in first.out
    assert tracker.run(*demo, "--versions", "2000").out == first.out
    assert tracker.run(*demo, "--versions", "2000", "--seed", "2").out != first.out
    assert DEMONSTRATION_NOTICE not in tracker.run("board").out


def test_a_demonstration_does_not_take_the_place_of_the_store(tracker: CommandLine) -> None:
    tracker.begin()
    ran = tracker.run("demo", "--to", str(tracker.store), *tracker.folders)
    assert (ran.status, ran.out) == (1, "")
    assert "is not a demonstration store, so it was not changed" in ran.err
    assert tracker.run("verify").status == 0


def test_a_day_that_is_none_is_refused_with_a_sentence(tracker: CommandLine, tmp_path: Path) -> None:
    for day, why in (
        ("yesterday", '--day: "yesterday" is not a date'),
        ("2022-04-01", "must be 8 quarters after the Green Paper"),
    ):
        ran = tracker.run("demo", "--to", str(tmp_path / "d.duckdb"), "--day", day, *tracker.folders)
        assert (ran.status, ran.out) == (1, "")
        assert why in ran.err

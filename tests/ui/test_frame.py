"""What every page says while a large ledger is being checked, and when the check found it altered."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tracker.ui import frame, html, state

_ALTERED = "Change 3 was altered."
_NO_SAVES = f"The record was altered outside the tracker, so nothing can be saved. {_ALTERED} Stop the app"


@pytest.mark.parametrize(
    ("store", "says"),
    [
        (SimpleNamespace(doubt=None, checking=False), []),
        (SimpleNamespace(doubt=None, checking=True), ["We are checking the record."]),
        (SimpleNamespace(doubt=_ALTERED, checking=False), [_NO_SAVES]),
        (SimpleNamespace(doubt=_ALTERED, checking=True), [_NO_SAVES]),
    ],
)
def test_the_banner_says_whether_the_ledger_is_being_checked_or_was_found_altered(
    store: SimpleNamespace, says: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(state, "store", lambda: store)
    monkeypatch.setattr(html, "show", lambda markup: shown.append(str(markup)))
    frame._show_check()
    assert len(shown) == len(says)
    for words, markup in zip(says, shown, strict=True):
        assert words in markup

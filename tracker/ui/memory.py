"""A cache whose keys include everything that an answer depends on, so that nothing ever has to be cleared."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


def remembered(
    most: int, by: Callable[[], object], cache: Callable[..., Any] = st.cache_resource
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Remember the latest ``most`` answers of a function, by its arguments and by what ``by`` returns at the time."""

    def remembering(read: Callable[P, T]) -> Callable[P, T]:
        def answer(*key: Any, **named: Any) -> Any:
            function: Callable[..., Any] = read
            return function(*key[1:], **named)

        answer.__module__, answer.__qualname__ = read.__module__, read.__qualname__  # Streamlit's key of a cache
        answers = cache(show_spinner=False, max_entries=most)(answer)

        @wraps(read)
        def ask(*asked: P.args, **named: P.kwargs) -> T:
            found: T = answers(by(), *asked, **named)
            return found

        return ask

    return remembering

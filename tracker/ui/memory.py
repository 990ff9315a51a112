"""What the server remembers of what it read, by all that it depends on: nothing to clear, right by construction."""

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
    """Remember the newest so many answers of a function: by what it is asked, and by what ``by`` says just then."""

    def remembering(read: Callable[P, T]) -> Callable[P, T]:
        def answer(*key: Any, **named: Any) -> Any:
            function: Callable[..., Any] = read
            return function(*key[1:], **named)

        answer.__module__, answer.__qualname__ = read.__module__, read.__qualname__  # Streamlit tells caches by these
        answers = cache(show_spinner=False, max_entries=most)(answer)

        @wraps(read)
        def ask(*asked: P.args, **named: P.kwargs) -> T:
            said: T = answers(by(), *asked, **named)
            return said

        return ask

    return remembering

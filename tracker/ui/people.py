"""The parts of Administration about people: the list, and the form that adds or changes a person."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain.people import Account, UserLine
from tracker.domain.words import Role
from tracker.services import users
from tracker.ui import forms, html, state
from tracker.ui.drafts import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup


def listed(everybody: Sequence[UserLine]) -> None:
    """Show everyone who was ever registered."""
    html.show(
        html.table(
            "People",
            ["Name", "E-mail", "Role", "Updates", "Active"],
            (
                (
                    user.name,
                    _addresses(user),
                    user.role,
                    ", ".join([*user.programmes, *user.commitments]),
                    "yes" if user.active else "no",
                )
                for user in everybody
            ),
            empty="No one is registered.",
        )
    )


def _addresses(user: UserLine) -> Markup:
    """The current address, the first one if it differs, and the person's other account."""
    more = [f"first registered as {user.user_id}"] if user.address != user.user_id else []
    more += [f"the same person as {user.same_as}"] if user.same_as else []
    return html.put('{}<span class="why">{}</span>', html.mail(user.address), "; ".join(more))


def form(everybody: Sequence[UserLine], actor_id: str) -> None:
    """Show the form that adds a person, or changes one from the version that the draft began from."""
    html.show(html.put("<h2>Add or change a person</h2>"))
    with forms.form("person"):
        _form({user.user_id: user for user in everybody}, Draft("person", actor_id))


def _form(by_id: Mapping[str, UserLine], choice: Draft) -> None:
    chosen = st.selectbox(
        "Person",
        ["", *by_id],
        format_func=lambda user_id: state.named(user_id) if user_id else "New person",
        **choice.kept("user_id"),
    )
    current, draft = by_id.get(chosen), replace(choice, thing=chosen or "new")
    base_version = draft.base_version(current.version if current else 0)
    given = _given(current, draft, list(by_id))
    if current and current.version != base_version:
        _offer_both(current, given, draft)
    if not st.button("Save person", type="primary", key=draft.key("button")):
        return
    act = partial(users.add_user, state.store(), actor_id=draft.person, account=given)
    if current:
        act = partial(
            users.change_user,
            state.store(),
            actor_id=draft.person,
            user_id=current.user_id,
            base_version=base_version,
            account=given,
        )
    words = f"{given.name} ({given.address}) {'changed' if current else 'added'}"
    forms.save(draft, act, words)


def _given(current: UserLine | None, draft: Draft, everybody: Sequence[str]) -> Account:
    """Show the fields and return their values."""
    view = state.board()
    programmes = {programme.programme_id: programme.name for programme in view.programmes}
    commitments = {line.commitment_id: f"{line.commitment_id} {line.title}" for line in view.commitments}
    others = ["", *(user_id for user_id in everybody if not current or user_id != current.user_id)]
    return Account(
        address=st.text_input("E-mail", value=current.address if current else "", **draft.kept("address")),
        name=st.text_input("Name", value=current.name if current else "", **draft.kept("name")),
        role=str(
            st.selectbox(
                "Role", list(Role), index=list(Role).index(Role(current.role)) if current else 0, **draft.kept("role")
            )
        ),
        programmes=st.multiselect(
            "Programmes this contributor updates",
            list(programmes),
            default=current.programmes if current else [],
            format_func=programmes.__getitem__,
            **draft.kept("programmes"),
        ),
        commitments=st.multiselect(
            "Commitments this contributor updates",
            list(commitments),
            default=current.commitments if current else [],
            format_func=commitments.__getitem__,
            **draft.kept("commitments"),
        ),
        same_as=st.selectbox(
            "This person's other account",
            others,
            index=others.index(current.same_as) if current and current.same_as else 0,
            format_func=lambda user_id: state.named(user_id) if user_id else "None",
            help="A person cannot approve at one account what they requested at another.",
            **draft.kept("same_as"),
        ),
        another_person=st.checkbox(
            "This is a different person from the one already registered",
            **draft.kept("another_person"),
        ),
        active=st.checkbox("Active", value=current.active if current else True, **draft.kept("active")),
    )


def _offer_both(current: UserLine, given: Account, draft: Draft) -> None:
    def row(version: str, account: Account | UserLine) -> tuple[html.Cell, ...]:
        updates = ", ".join([*account.programmes, *account.commitments])
        return (version, account.name, account.role, updates, "yes" if account.active else "no")

    forms.offer_both(
        draft,
        current.name,
        warnings=[f"Someone else changed {current.name} after you started. Your draft is kept."],
        columns=["Version", "Name", "Role", "Updates", "Active"],
        rows=[row("Your version", given), row("Current version", current)],
        begun={draft: current.version},
    )

"""The parts of Administration: who uses the tracker, and the form that adds or changes one of them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain.people import Account
from tracker.domain.words import Role
from tracker.services import users
from tracker.ui import forms, html, state
from tracker.ui.drafts import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from tracker.domain.people import UserLine


def listed(everybody: Sequence[UserLine]) -> None:
    """Show everybody who was ever registered."""
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
    """The address that holds now, and what else is known of the account's addresses."""
    more = [f"first registered as {user.user_id}"] if user.address != user.user_id else []
    more += [f"the same person as {user.same_as}"] if user.same_as else []
    return html.put('{}<span class="why">{}</span>', html.mail(user.address), "; ".join(more))


def form(everybody: Sequence[UserLine], actor_id: str) -> None:
    """Add somebody, or change somebody from the version that was shown when that began."""
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
    held, draft = by_id.get(chosen), replace(choice, thing=chosen or "new")
    base_version = draft.base_version(held.version if held else 0)
    given = _given(held, draft, list(by_id))
    if held and held.version != base_version:
        _offer_both(held, given, draft)
    if not st.button("Save person", type="primary", key=draft.key("button")):
        return
    act = partial(users.add_user, state.store(), actor_id=draft.person, account=given)
    if held:
        act = partial(
            users.change_user,
            state.store(),
            actor_id=draft.person,
            user_id=held.user_id,
            base_version=base_version,
            account=given,
        )
    words = f"{given.name} ({given.address}) {'changed' if held else 'added'}"
    forms.save(draft, act, words)


def _given(held: UserLine | None, draft: Draft, everybody: Sequence[str]) -> Account:
    """Draw the fields and return what they say."""
    view = state.board()
    programmes = {programme.programme_id: programme.name for programme in view.programmes}
    commitments = {line.commitment_id: f"{line.commitment_id} {line.title}" for line in view.commitments}
    others = ["", *(user_id for user_id in everybody if not held or user_id != held.user_id)]
    return Account(
        address=st.text_input("E-mail", value=held.address if held else "", **draft.kept("address")),
        name=st.text_input("Name", value=held.name if held else "", **draft.kept("name")),
        role=str(
            st.selectbox(
                "Role", list(Role), index=list(Role).index(Role(held.role)) if held else 0, **draft.kept("role")
            )
        ),
        programmes=st.multiselect(
            "Programmes this contributor updates",
            list(programmes),
            default=held.programmes if held else [],
            format_func=programmes.__getitem__,
            **draft.kept("programmes"),
        ),
        commitments=st.multiselect(
            "Commitments this contributor updates",
            list(commitments),
            default=held.commitments if held else [],
            format_func=commitments.__getitem__,
            **draft.kept("commitments"),
        ),
        same_as=st.selectbox(
            "This person's other account",
            others,
            index=others.index(held.same_as) if held and held.same_as else 0,
            format_func=lambda user_id: state.named(user_id) if user_id else "None",
            help="A person cannot approve at one account what they requested at another.",
            **draft.kept("same_as"),
        ),
        another_person=st.checkbox(
            "This is a different person from the one already registered",
            **draft.kept("another_person"),
        ),
        active=st.checkbox("Active", value=held.active if held else True, **draft.kept("active")),
    )


def _offer_both(held: UserLine, given: Account, draft: Draft) -> None:
    def row(whose: str, said: Account | UserLine) -> tuple[html.Cell, ...]:
        updates = ", ".join([*said.programmes, *said.commitments])
        return (whose, said.name, said.role, updates, "yes" if said.active else "no")

    forms.offer_both(
        draft,
        held.name,
        told=[f"Someone else changed {held.name} after you started. Your draft is kept."],
        columns=["Version", "Name", "Role", "Updates", "Active"],
        rows=[row("Your version", given), row("Current version", held)],
        begun={draft: held.version},
    )

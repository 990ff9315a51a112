"""Who may do what: the whole table written out a second time, by hand, so that no right slips in unseen."""

from __future__ import annotations

from typing import Any

import pytest

from tracker.domain.errors import NotAllowed
from tracker.domain.policy import (
    ALLOWED,
    SCOPED,
    Action,
    Actor,
    allows,
    in_scope,
    require,
    require_other,
    require_scope,
)
from tracker.domain.words import Role

NO, YES, GIVEN = "no", "yes", "what was given to them"

TABLE = {
    #                         viewer, contributor, approver, administrator
    Action.VIEW:             (YES,    GIVEN,       YES,      YES),
    Action.REPORT:           (NO,     GIVEN,       NO,       NO),
    Action.RATE:             (NO,     GIVEN,       NO,       NO),
    Action.REQUEST_BASELINE: (NO,     GIVEN,       YES,      NO),
    Action.DECIDE_BASELINE:  (NO,     NO,          YES,      NO),
    Action.KEEP_PERIODS:     (NO,     NO,          YES,      NO),
    Action.KEEP_SNAPSHOTS:   (NO,     NO,          YES,      NO),
    Action.MANAGE_USERS:     (NO,     NO,          NO,       YES),
    Action.BACK_UP:          (NO,     NO,          NO,       YES),
}  # fmt: skip

CELLS = [
    pytest.param(role, action, cell, id=f"{role} - {action.name}")
    for action, cells in TABLE.items()
    for role, cell in zip(Role, cells, strict=True)
]


def person(role: Role = Role.CONTRIBUTOR, **fields: Any) -> Actor:
    return Actor(user_id="ana@dfe.example", name="Ana", role=role, **fields)


def test_the_table_decides_every_action_for_every_role() -> None:
    assert list(TABLE) == list(Action)
    assert list(ALLOWED) == list(Role)


@pytest.mark.parametrize(("role", "action", "cell"), CELLS)
def test_a_role_may_do_what_the_table_says_and_nothing_else(role: Role, action: Action, cell: str) -> None:
    actor = person(role)
    assert allows(actor, action) is (cell != NO)
    if cell == NO:
        with pytest.raises(NotAllowed, match=rf"As {role}, Ana cannot {action}\. Ask an? "):
            require(actor, action)
    else:
        require(actor, action)


@pytest.mark.parametrize(("role", "action", "cell"), CELLS)
@pytest.mark.parametrize(
    ("given", "held"),
    [
        ({}, False),
        ({"commitments": frozenset({"C1"})}, True),
        ({"programmes": frozenset({"P"})}, True),
        ({"commitments": frozenset({"C2", "P"}), "programmes": frozenset({"Q", "C1"})}, False),
    ],
    ids=["nothing given", "the commitment given", "its programme given", "others given"],
)
def test_a_right_that_is_bound_to_what_was_given_reaches_no_further(
    role: Role,
    action: Action,
    cell: str,
    given: dict[str, frozenset[str]],
    held: bool,  # noqa: FBT001
) -> None:
    actor = person(role, **given)
    may = cell == YES or (cell == GIVEN and held)
    assert in_scope(actor, action, commitment_id="C1", programme_id="P") is may
    if may:
        require_scope(actor, action, commitment_id="C1", programme_id="P")
    else:
        with pytest.raises(NotAllowed):
            require_scope(actor, action, commitment_id="C1", programme_id="P")


@pytest.mark.parametrize(("role", "action", "cell"), CELLS)
def test_somebody_who_is_no_longer_a_user_may_do_nothing(role: Role, action: Action, cell: str) -> None:
    gone = person(role, active=False, commitments=frozenset({"C1"}))
    assert not allows(gone, action)
    assert not in_scope(gone, action, commitment_id="C1", programme_id=None)
    gone_for_good = r"^Ana can no longer use the tracker\. Ask an administrator\.$"
    with pytest.raises(NotAllowed, match=gone_for_good):
        require(gone, action)
    with pytest.raises(NotAllowed, match=gone_for_good):
        require_scope(gone, action, commitment_id="C1", programme_id=None)


def test_what_is_scoped_is_allowed_to_contributors_alone() -> None:
    assert {action for action in Action for role in Role if action in ALLOWED[role] & SCOPED} == SCOPED
    assert [role for role in Role if ALLOWED[role] & SCOPED] == [Role.CONTRIBUTOR]


def test_a_commitment_of_no_programme_is_not_held_with_one() -> None:
    assert not person(programmes=frozenset({"P"})).holds("C1", None)
    assert person(commitments=frozenset({"C1"})).holds("C1", None)


@pytest.mark.parametrize(
    ("role", "action", "says"),
    [
        (Role.VIEWER, Action.REPORT, "As viewer, Ana cannot update a milestone. Ask a contributor."),
        (
            Role.ADMINISTRATOR,
            Action.REQUEST_BASELINE,
            "As administrator, Ana cannot request a baseline change. Ask a contributor or an approver.",
        ),
        (
            Role.APPROVER,
            Action.MANAGE_USERS,
            "As approver, Ana cannot manage people. Ask an administrator.",
        ),
    ],
)
def test_a_refusal_says_who_may(role: Role, action: Action, says: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        require(person(role), action)
    assert str(caught.value) == says


def test_a_refusal_for_want_of_scope_says_so_and_whom_to_ask() -> None:
    with pytest.raises(NotAllowed) as caught:
        require_scope(person(), Action.RATE, commitment_id="C6-01", programme_id=None)
    assert str(caught.value) == (
        "C6-01 is not assigned to Ana, who cannot rate a commitment there. Ask an administrator."
    )


def test_nobody_decides_on_what_they_asked_for_themselves() -> None:
    secretary = person(Role.APPROVER)
    with pytest.raises(NotAllowed, match=r"^Ana made this request and cannot decide on it\. Another approver must\.$"):
        require_other(secretary, secretary.user_id)
    require_other(secretary, "ben@dfe.example")

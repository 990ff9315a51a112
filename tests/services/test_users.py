"""Who may use the tracker: added, changed and taken off again, each as one change, and by administrators alone."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.services.conftest import OWNER, PEOPLE, add
from tracker.domain import dates
from tracker.domain.errors import InvalidUser, NotAllowed, NothingToRecord, TrackerError, UnknownUser, UnstorableText
from tracker.domain.ledger import StaleEdit
from tracker.domain.nouns import Assignment, User
from tracker.domain.policy import Actor
from tracker.domain.words import Role
from tracker.services import users
from tracker.store import ledger

if TYPE_CHECKING:
    from tracker.domain.ledger import Change
    from tracker.domain.lines import UserLine
    from tracker.store.database import Database

ANA = "ana@dfe.example"
ADMINISTRATOR = PEOPLE[Role.ADMINISTRATOR]


def line(db: Database, email: str) -> UserLine:
    [found] = [line for line in users.list_users(db) if line.user_id == email]
    return found


def head(db: Database) -> int:
    with db.read() as cursor:
        return ledger.head(cursor).seq


def adding(db: Database, **fields: Any) -> Change:
    """Add Ana, a contributor to Safety Valve; give only the fields that a test is about."""
    values: dict[str, Any] = {
        "actor_id": ADMINISTRATOR,
        "email": ANA,
        "name": "Ana Example",
        "role": Role.CONTRIBUTOR,
        "programmes": ["safety-valve"],
    }
    return users.add_user(db, **{**values, **fields})


def changing(db: Database, email: str, **fields: Any) -> Change:
    """Change somebody from what is held of them; give only the fields that a test is about."""
    held = line(db, email)
    values: dict[str, Any] = {
        "actor_id": ADMINISTRATOR,
        "base_version": held.version,
        "name": held.name,
        "role": held.role,
        "active": held.active,
        "programmes": held.programmes,
        "commitments": held.commitments,
    }
    return users.change_user(db, email=email, **{**values, **fields})


# Adding


def test_somebody_is_added_with_what_is_given_to_them_as_one_change(staffed: Database) -> None:
    before = head(staffed)
    change = adding(staffed, commitments=["C6-06", "C6-01"], request_id="form-1")
    assert (change.seq, change.actor, change.action) == (before + 1, ADMINISTRATOR, "add user")
    ana = line(staffed, ANA)
    assert (ana.name, ana.role, ana.active, ana.version) == ("Ana Example", Role.CONTRIBUTOR, True, 1)
    assert (ana.programmes, ana.commitments) == (["safety-valve"], ["C6-01", "C6-06"])
    assert users.actor(staffed, ANA) == Actor(
        user_id=ANA,
        name="Ana Example",
        role=Role.CONTRIBUTOR,
        programmes=frozenset({"safety-valve"}),
        commitments=frozenset({"C6-01", "C6-06"}),
    )
    with staffed.read() as cursor:
        assert [v.effective_on for v in ledger.versions(cursor, User, ANA)] == [dates.today()]
    assert ledger.verify(staffed).faults == ()


def test_an_address_is_kept_in_lower_case_and_without_space_around_it(staffed: Database) -> None:
    adding(staffed, email="  Ana@DfE.Example ")
    assert line(staffed, ANA).user_id == ANA
    with pytest.raises(InvalidUser, match="is registered already"):
        adding(staffed, email="ANA@dfe.example")


def test_everybody_is_listed_by_name_whatever_its_case(staffed: Database) -> None:
    adding(staffed, name="anders")
    changing(staffed, PEOPLE[Role.VIEWER], active=False)
    names = [user.name for user in users.list_users(staffed)]
    assert names == sorted(names, key=str.lower)
    assert names[:2] == ["Administrator", "anders"]
    assert [user.name for user in users.list_users(staffed) if not user.active] == ["Viewer"]


def test_something_given_twice_is_given_once(staffed: Database) -> None:
    adding(staffed, programmes=["safety-valve", "safety-valve"])
    assert line(staffed, ANA).programmes == ["safety-valve"]


_ROLES = "choose one of: viewer, contributor, approver, administrator."


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        *(
            pytest.param(
                {"email": email},
                f'"{email.strip().lower()}" is not an e-mail address; give one such as ana.example@education.gov.uk.',
                id=f"address {email!r}",
            )
            for email in ("", "Ana", "ana@dfe", "@dfe.example", "ana@@dfe.example", "ana example@dfe.example", "a@b.")
        ),
        pytest.param({"name": " \n"}, "The name is missing; give the one that colleagues know.", id="no name"),
        pytest.param({"role": "king", "programmes": []}, f'"king" is not a role; {_ROLES}', id="no such role"),
        pytest.param({"role": ""}, f'"" is not a role; {_ROLES}', id="no role"),
        *(
            pytest.param(
                {"role": role, "programmes": [], **given},
                f"A {role} is given no programmes or commitments; only a contributor updates them.",
                id=f"{role} given {' '.join(given)}",
            )
            for role, given in (
                (Role.VIEWER, {"programmes": ["safety-valve"]}),
                (Role.APPROVER, {"commitments": ["C6-01"]}),
            )
        ),
        pytest.param(
            {"programmes": ["C6-01"]},
            'There is no programme "C6-01" in the ledger; choose one that is.',
            id="no such programme",
        ),
        pytest.param(
            {"commitments": ["\ud800"]},
            'There is no commitment "\ud800" in the ledger; choose one that is.',
            id="no such commitment",
        ),
        pytest.param(
            {"email": "x", "name": "", "role": "y"},
            '"x" is not an e-mail address; give one such as ana.example@education.gov.uk. '
            f'The name is missing; give the one that colleagues know. "y" is not a role; {_ROLES}',
            id="several at once",
        ),
        pytest.param({"email": OWNER}, f"{OWNER} is registered already; change them instead.", id="registered already"),
    ],
)
def test_a_person_who_cannot_be_so_is_refused_with_a_sentence_for_each_fault(
    staffed: Database, fields: dict[str, Any], says: str
) -> None:
    before = head(staffed)
    with pytest.raises(InvalidUser) as caught:
        adding(staffed, **fields)
    assert str(caught.value) == says
    assert head(staffed) == before


@pytest.mark.parametrize("fields", [{"email": "ana\ud800@dfe.example"}, {"name": "A\x00na"}], ids=str)
def test_text_that_nobody_could_read_is_refused(staffed: Database, fields: dict[str, str]) -> None:
    with pytest.raises(UnstorableText):
        adding(staffed, **fields)


def test_a_form_sent_twice_adds_once_and_answers_the_same(staffed: Database) -> None:
    assert adding(staffed, request_id="form-1") == adding(staffed, request_id="form-1")
    changed = [changing(staffed, ANA, base_version=1, name="Ana", request_id="form-2") for _ in range(2)]
    assert changed[0] == changed[1]
    assert line(staffed, ANA).version == 2


def test_of_eight_who_add_one_person_at_once_one_does_and_the_others_are_told(staffed: Database) -> None:
    outcomes: list[str] = []
    ready = threading.Barrier(8)

    def run(number: int) -> None:
        ready.wait()
        try:
            adding(staffed, name=f"Ana {number}")
        except TrackerError as error:
            outcomes.append(str(error))
        else:
            outcomes.append("added")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(outcomes) == {"added": 1, f"{ANA} is registered already; change them instead.": 7}
    assert line(staffed, ANA).version == 1


# Changing


def test_a_name_a_role_and_being_active_are_changed_and_the_rest_stays(staffed: Database) -> None:
    change = changing(staffed, OWNER, name="Olu Owner")
    assert change.action == "change user"
    assert line(staffed, OWNER).name == "Olu Owner"
    assert line(staffed, OWNER).programmes == ["safety-valve"]
    changing(staffed, PEOPLE[Role.VIEWER], role=Role.APPROVER)
    assert users.actor(staffed, PEOPLE[Role.VIEWER]).role is Role.APPROVER
    changing(staffed, OWNER, active=False)
    assert not users.actor(staffed, OWNER).active
    changing(staffed, OWNER, active=True)
    owner = users.actor(staffed, OWNER)
    assert owner.active
    assert (owner.programmes, owner.commitments) == (frozenset({"safety-valve"}), frozenset({"C6-06"}))


def test_what_was_given_is_taken_away_and_given_again_and_the_ledger_keeps_each(staffed: Database) -> None:
    changing(staffed, OWNER, programmes=[], commitments=["C6-06", "C6-01"])
    assert (line(staffed, OWNER).programmes, line(staffed, OWNER).commitments) == ([], ["C6-01", "C6-06"])
    changing(staffed, OWNER, programmes=["safety-valve"], commitments=[])
    assert (line(staffed, OWNER).programmes, line(staffed, OWNER).commitments) == (["safety-valve"], [])
    with staffed.read() as cursor:
        kept = ledger.versions(cursor, Assignment, f"{OWNER}/safety-valve")
    assert [(v.version, v.noun) for v in kept] == [
        (
            number,
            Assignment(id=f"{OWNER}/safety-valve", user_id=OWNER, active=bool(number % 2), programme_id="safety-valve"),
        )
        for number in (1, 2, 3)
    ]
    assert ledger.verify(staffed).faults == ()


def test_a_contributor_who_becomes_something_else_must_hand_back_what_was_given(staffed: Database) -> None:
    with pytest.raises(InvalidUser, match="A viewer is given no programmes or commitments"):
        changing(staffed, OWNER, role=Role.VIEWER)
    changing(staffed, OWNER, role=Role.VIEWER, programmes=[], commitments=[])
    assert users.actor(staffed, OWNER) == Actor(user_id=OWNER, name="Owner", role=Role.VIEWER)


def test_a_change_that_changes_nothing_is_not_recorded(staffed: Database) -> None:
    before = head(staffed)
    with pytest.raises(NothingToRecord):
        changing(staffed, OWNER, name=" Owner ")
    assert head(staffed) == before


@pytest.mark.parametrize(
    "second",
    [{"name": "Mine"}, {"commitments": []}, {"name": "Owner"}],
    ids=["another name", "another assignment", "nothing else"],
)
@pytest.mark.parametrize("first", [{"name": "Theirs"}, {"programmes": []}], ids=["a name", "an assignment"])
def test_of_two_changes_from_one_version_the_second_sees_both_and_undoes_nothing(
    staffed: Database, first: dict[str, Any], second: dict[str, Any]
) -> None:
    seen = line(staffed, OWNER)
    changing(staffed, OWNER, **first)
    between = line(staffed, OWNER)
    stale: dict[str, Any] = {"programmes": seen.programmes, "commitments": seen.commitments, "name": seen.name}
    with pytest.raises(StaleEdit) as caught:
        changing(staffed, OWNER, base_version=seen.version, **{**stale, **second})
    assert isinstance(caught.value.yours.noun, User)
    assert caught.value.theirs
    assert caught.value.theirs.version == 2
    assert line(staffed, OWNER) == between


def test_nobody_takes_their_own_administration_away(staffed: Database) -> None:
    for own in ({"role": Role.VIEWER}, {"active": False}):
        with pytest.raises(
            InvalidUser, match=r"^You cannot take your own administration away; another administrator can\.$"
        ):
            changing(staffed, ADMINISTRATOR, **own)
    changing(staffed, ADMINISTRATOR, name="Ada")
    changing(staffed, ADMINISTRATOR, actor_id=users.OPERATOR, active=False)
    with pytest.raises(NotAllowed, match=r"^Ada is no longer a user of the tracker"):
        adding(staffed)


def test_somebody_who_is_not_registered_cannot_be_changed(staffed: Database) -> None:
    with pytest.raises(UnknownUser, match=rf'^Nobody is registered as "{ANA}"; add them first\.$'):
        users.change_user(
            staffed,
            actor_id=ADMINISTRATOR,
            email=ANA.upper(),
            base_version=0,
            name="Ana",
            role=Role.VIEWER,
            active=True,
        )


# Who may


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_but_an_administrator_says_who_may_use_the_tracker(staffed: Database, role: Role) -> None:
    before = head(staffed)
    sentence = f"^As {role}, {role.title()} may not say who may use the tracker; an administrator may\\.$"
    for act in (adding, lambda db, **who: changing(db, OWNER, name="x", **who)):
        with pytest.raises(NotAllowed, match=sentence):
            act(staffed, actor_id=PEOPLE[role])
    assert head(staffed) == before


def test_the_operator_of_the_machine_administers_a_store_without_users(loaded: Database) -> None:
    assert users.list_users(loaded) == []
    operator = users.actor(loaded, users.OPERATOR)
    assert (operator.role, operator.active) == (Role.ADMINISTRATOR, True)
    add(loaded, ADMINISTRATOR, Role.ADMINISTRATOR)
    assert adding(loaded).seq == 3


def test_somebody_unknown_may_do_nothing(staffed: Database) -> None:
    for act in (lambda: users.actor(staffed, ANA), lambda: adding(staffed, actor_id=ANA)):
        with pytest.raises(UnknownUser, match=rf'^Nobody is registered as "{ANA}"; an administrator can add them\.$'):
            act()


def test_a_change_of_role_counts_from_the_next_act(staffed: Database) -> None:
    changing(staffed, PEOPLE[Role.VIEWER], role=Role.ADMINISTRATOR)
    adding(staffed, actor_id=PEOPLE[Role.VIEWER])
    changing(staffed, PEOPLE[Role.VIEWER], role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        changing(staffed, ANA, name="x", actor_id=PEOPLE[Role.VIEWER])

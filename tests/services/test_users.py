"""Who may use the tracker: added, changed and taken off again, each as one change, and by administrators alone."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.services.conftest import OWNER, PEOPLE, add, with_value
from tracker.domain import dates
from tracker.domain.errors import InvalidUser, NotAllowed, NothingToRecord, TrackerError, UnknownUser, UnstorableText
from tracker.domain.ledger import StaleEdit
from tracker.domain.nouns import Assignment, User
from tracker.domain.policy import Actor
from tracker.domain.words import Role
from tracker.services import snapshots, users
from tracker.store import ledger, proving, reading

if TYPE_CHECKING:
    from tracker.domain.ledger import Change
    from tracker.domain.people import UserLine
    from tracker.store.database import Database

ANA = "ana@dfe.example"
ADMINISTRATOR = PEOPLE[Role.ADMINISTRATOR]


def line(db: Database, email: str) -> UserLine:
    [found] = [line for line in users.list_users(db) if line.user_id == email]
    return found


def head(db: Database) -> int:
    with db.read() as cursor:
        return reading.head(cursor).seq


def adding(db: Database, **fields: Any) -> Change:
    """Add Ana, a contributor to Safety Valve; give only the fields that a test is about."""
    usual = users.Account(address=ANA, name="Ana Example", role=Role.CONTRIBUTOR, programmes=["safety-valve"])
    return users.add_user(db, **with_value("account", usual, {"actor_id": ADMINISTRATOR, **fields}))


def changing(db: Database, email: str, **fields: Any) -> Change:
    """Change somebody from what is held of them; give only the fields that a test is about."""
    held = line(db, email)
    as_held = users.Account(
        address=held.address,
        name=held.name,
        role=held.role,
        active=held.active,
        programmes=held.programmes,
        commitments=held.commitments,
        same_as=held.same_as or "",
    )
    given = {"actor_id": ADMINISTRATOR, "base_version": held.version, **fields}
    return users.change_user(db, user_id=email, **with_value("account", as_held, given))


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
        assert [v.effective_on for v in reading.versions(cursor, User, ANA)] == [dates.today()]
    assert proving.verify(staffed).faults == ()


def test_an_address_is_kept_in_lower_case_and_without_space_around_it(staffed: Database) -> None:
    adding(staffed, address="  Ana@DfE.Example ")
    assert line(staffed, ANA).user_id == ANA
    with pytest.raises(InvalidUser, match="is already registered"):
        adding(staffed, address="ANA@dfe.example")


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


_ROLES = "Choose one of: viewer, contributor, approver, administrator."


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        *(
            pytest.param(
                {"address": email},
                f'Enter an e-mail address like ana.example@education.gov.uk, not "{email.strip().lower()}".',
                id=f"address {email!r}",
            )
            for email in ("", "Ana", "ana@dfe", "@dfe.example", "ana@@dfe.example", "ana example@dfe.example", "a@b.")
        ),
        pytest.param({"name": " \n"}, "Enter a name, as colleagues know it.", id="no name"),
        pytest.param({"role": "king", "programmes": []}, f'"king" is not a role. {_ROLES}', id="no such role"),
        pytest.param({"role": ""}, f'"" is not a role. {_ROLES}', id="no role"),
        *(
            pytest.param(
                {"role": role, "programmes": [], **given},
                "Only contributors can have programmes or commitments. Remove them, or choose the role contributor.",
                id=f"{role} given {' '.join(given)}",
            )
            for role, given in (
                (Role.VIEWER, {"programmes": ["safety-valve"]}),
                (Role.APPROVER, {"commitments": ["C6-01"]}),
            )
        ),
        pytest.param(
            {"programmes": ["C6-01"]},
            'There is no programme called "C6-01". Check the id.',
            id="no such programme",
        ),
        pytest.param(
            {"commitments": ["\ud800"]},
            'There is no commitment called "\ud800". Check the id.',
            id="no such commitment",
        ),
        pytest.param(
            {"address": "x", "name": "", "role": "y"},
            'Enter an e-mail address like ana.example@education.gov.uk, not "x". Enter a name, as colleagues know it. '
            f'"y" is not a role. {_ROLES}',
            id="several at once",
        ),
        pytest.param(
            {"address": OWNER}, f"{OWNER} is already registered. Change that person instead.", id="registered already"
        ),
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


@pytest.mark.parametrize("fields", [{"address": "ana\ud800@dfe.example"}, {"name": "A\x00na"}], ids=str)
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
    assert Counter(outcomes) == {"added": 1, f"{ANA} is already registered. Change that person instead.": 7}
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
        kept = reading.versions(cursor, Assignment, f"{OWNER}/safety-valve")
    assert [(v.version, v.noun) for v in kept] == [
        (
            number,
            Assignment(id=f"{OWNER}/safety-valve", user_id=OWNER, active=bool(number % 2), programme_id="safety-valve"),
        )
        for number in (1, 2, 3)
    ]
    assert proving.verify(staffed).faults == ()


def test_a_contributor_who_becomes_something_else_must_hand_back_what_was_given(staffed: Database) -> None:
    with pytest.raises(InvalidUser, match="Only contributors can have programmes or commitments"):
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
            InvalidUser, match=r"^You cannot remove your own administrator role\. Another administrator can\.$"
        ):
            changing(staffed, ADMINISTRATOR, **own)
    changing(staffed, ADMINISTRATOR, name="Ada")
    adding(staffed, address="eve@dfe.example", name="Eve", role=Role.ADMINISTRATOR, programmes=[])
    changing(staffed, ADMINISTRATOR, actor_id=users.OPERATOR, active=False)
    with pytest.raises(NotAllowed, match=r"^Ada can no longer use the tracker"):
        adding(staffed)


def test_somebody_who_is_not_registered_cannot_be_changed(staffed: Database) -> None:
    with pytest.raises(UnknownUser, match=rf'^No one is registered as "{ANA}"\. Add them first\.$'):
        users.change_user(
            staffed,
            actor_id=ADMINISTRATOR,
            user_id=ANA.upper(),
            base_version=0,
            account=users.Account(address=ANA.upper(), name="Ana", role=Role.VIEWER, active=True),
        )


# Accounts that look alike


@pytest.mark.parametrize(
    ("fields", "other"),
    [
        ({"name": "ОWNER"}, f"Owner ({OWNER})"),
        ({"name": "Own er"}, f"Owner ({OWNER})"),
        ({"address": "0wner@dfe.example"}, f"Owner ({OWNER})"),
    ],
    ids=["a name with a Cyrillic letter", "a name with a space", "an address with a nought"],
)
def test_an_account_that_looks_like_another_is_refused_naming_both_unless_it_is_said_on_purpose(
    staffed: Database, fields: dict[str, Any], other: str
) -> None:
    before = head(staffed)
    with pytest.raises(InvalidUser) as caught:
        adding(staffed, **fields)
    assert f"{fields.get('name', 'Ana Example')} ({fields.get('address', ANA)}) looks like {other}" in str(caught.value)
    assert head(staffed) == before
    adding(staffed, **fields, another_person=True)
    twin = line(staffed, fields.get("address", ANA))
    changing(staffed, twin.user_id, programmes=[])  # what was said on purpose need not be said again
    with pytest.raises(InvalidUser, match="looks like"):
        changing(staffed, twin.user_id, name="Viewer")


def test_of_two_who_look_alike_and_are_added_at_one_moment_one_is_refused(
    staffed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = ledger.record

    def meanwhile(db: Database, **said: Any) -> Change:
        monkeypatch.setattr(ledger, "record", record)
        adding(db, address="twin@dfe.example")
        return record(db, **said)

    monkeypatch.setattr(ledger, "record", meanwhile)
    with pytest.raises(InvalidUser, match="looks like Ana Example"):
        adding(staffed)


# An address that changes


def test_an_address_changes_and_the_account_its_history_and_its_rights_stay(staffed: Database) -> None:
    changing(staffed, OWNER, address=" New.Owner@DfE.Example ")
    held = line(staffed, OWNER)
    assert (held.address, held.programmes) == ("new.owner@dfe.example", ["safety-valve"])
    assert users.account(staffed, "NEW.OWNER@dfe.example") == OWNER
    assert users.find_user(staffed, OWNER) == users.find_user(staffed, held.address) == held
    with pytest.raises(UnknownUser, match=r"^Owner's address has changed\. Use new\.owner@dfe\.example instead of"):
        users.account(staffed, OWNER)
    with pytest.raises(
        UnknownUser, match=r'^No one is registered as "x@dfe\.example"\. An administrator can add them\.$'
    ):
        users.account(staffed, "x@dfe.example")
    with pytest.raises(InvalidUser, match=r"^new\.owner@dfe\.example belongs to Owner"):
        adding(staffed, address=held.address)
    with pytest.raises(InvalidUser, match=rf"^{OWNER} is already registered"):
        adding(staffed, address=OWNER)
    with pytest.raises(InvalidUser, match=rf"^{OWNER} belongs to Owner"):
        changing(staffed, PEOPLE[Role.VIEWER], address=OWNER)
    changing(staffed, OWNER, address=OWNER)
    assert line(staffed, OWNER).address == OWNER
    assert proving.verify(staffed).faults == ()


def test_the_accounts_of_one_person_know_each_other_both_ways(staffed: Database) -> None:
    adding(staffed, name="Owner", same_as=OWNER)
    adding(staffed, address="third@dfe.example", name="Owner", same_as=ANA)
    assert users.actor(staffed, OWNER).also == {ANA, "third@dfe.example"}
    assert users.actor(staffed, "third@dfe.example").also == {ANA, OWNER}
    changing(staffed, ANA, same_as="", another_person=True)
    assert users.actor(staffed, OWNER).also == frozenset()
    for nobody in ("x@dfe.example", ANA):
        with pytest.raises(InvalidUser, match=f'^No other account is registered as "{nobody}"'):
            changing(staffed, ANA, same_as=nobody)


def test_a_person_does_not_approve_at_one_address_what_they_took_at_another(staffed: Database) -> None:
    approver, twin = PEOPLE[Role.APPROVER], "twin@dfe.example"
    adding(staffed, address=twin, name="Twin", role=Role.APPROVER, programmes=[], same_as=approver)
    snapshots.take_snapshot(staffed, actor_id=approver, name="board-1", for_board=True)
    with pytest.raises(NotAllowed, match="made this request and cannot decide on it"):
        snapshots.approve_snapshot(staffed, actor_id=twin, name="board-1")


def test_the_last_active_administrator_stays_while_others_are_registered(staffed: Database) -> None:
    for without in ({"active": False}, {"role": Role.VIEWER}):
        with pytest.raises(
            InvalidUser, match=r"is the last active administrator\. Make someone else an administrator first\.$"
        ):
            changing(staffed, ADMINISTRATOR, actor_id=users.OPERATOR, **without)


# Who may


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_but_an_administrator_says_who_may_use_the_tracker(staffed: Database, role: Role) -> None:
    before = head(staffed)
    sentence = f"^As {role}, {role.title()} cannot manage people\\. Ask an administrator\\.$"
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
        with pytest.raises(UnknownUser, match=rf'^No one is registered as "{ANA}"\. An administrator can add them\.$'):
            act()


def test_a_change_of_role_counts_from_the_next_act(staffed: Database) -> None:
    changing(staffed, PEOPLE[Role.VIEWER], role=Role.ADMINISTRATOR)
    adding(staffed, actor_id=PEOPLE[Role.VIEWER])
    changing(staffed, PEOPLE[Role.VIEWER], role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        changing(staffed, ANA, name="x", actor_id=PEOPLE[Role.VIEWER])

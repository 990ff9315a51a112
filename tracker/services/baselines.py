"""Change control: a baseline changes only when one person requests it, with a reason, and another approves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.baselines import Asked, days_of_current_baseline, faults, rebaselined
from tracker.domain.dates import in_words
from tracker.domain.errors import Fault, InvalidRequest, NotAllowed, UnknownMilestone, UnknownRequest
from tracker.domain.ledger import Change, StaleEdit, Version
from tracker.domain.nouns import BaselineRequest, Milestone
from tracker.domain.policy import Action, Actor, in_scope, require, require_other, require_scope
from tracker.domain.rules import TOLERANCES
from tracker.domain.words import ChangeAction, MoveReason, RequestState
from tracker.services.users import may_still, who
from tracker.store import baselines, ledger, reading, updates
from tracker.views.control import RequestLine

if TYPE_CHECKING:
    import datetime as dt

    from tracker.domain.progress import UpdateLine
    from tracker.store.database import Cursor, Database


@dataclass(frozen=True)
class Foreseen:
    """What approving a request would do: the status from dates and slippage (days) after it; and its faults."""

    line: UpdateLine
    asked: Asked
    status_after: str
    slip_after: int | None
    faults: tuple[Fault, ...]


def list_requests(db: Database, as_at: dt.date | None = None, known_seq: int | None = None) -> list[RequestLine]:
    """Return every baseline request, newest first; by default as at today, with everything known."""
    with db.read() as cursor:
        return baselines.requests(cursor, as_at or dates.today(), known_seq)


def my_milestones(db: Database, *, actor_id: str) -> list[UpdateLine]:
    """Return the milestones whose baseline a person may request to change, in order of id.

    Raises UnknownUser, NotAllowed.
    """
    with db.read() as cursor:
        actor = who(cursor, actor_id)
        require(actor, Action.REQUEST_BASELINE)
        return [
            line
            for line in updates.update_lines(cursor, dates.today(), TOLERANCES)
            if in_scope(
                actor, Action.REQUEST_BASELINE, commitment_id=line.commitment_id, programme_id=line.programme_id
            )
        ]


def foresee_baseline(db: Database, *, actor_id: str, asked: Asked) -> Foreseen:
    """Return what approving a request would do, without saving. Raises UnknownUser, NotAllowed, UnknownMilestone."""
    with db.read() as cursor:
        return _foresee(cursor, actor_id, asked)


def request_baseline(db: Database, *, actor_id: str, asked: Asked, request_id: str | None = None) -> Change:
    """Request a new baseline for a milestone; nothing changes until another person approves.

    A ``request_id`` that was recorded before records nothing again. Raises UnknownUser, NotAllowed, UnknownMilestone,
    InvalidRequest with every fault, UnstorableText, StoreBusy, StoreUnusable.
    """
    milestone_id, today = asked.milestone_id, dates.today()
    with db.read() as cursor:
        seen = _foresee(cursor, actor_id, asked)
        if earlier := reading.requested(cursor, request_id):
            return earlier
        if seen.faults:
            raise InvalidRequest(*seen.faults)
        number = 1 + len(_of_milestone(cursor, milestone_id))
    noun = requested(asked, request_id=f"{milestone_id}/{number}", author_id=actor_id)
    try:
        return ledger.record(
            db,
            actor=actor_id,
            action=ChangeAction.REQUEST_BASELINE,
            versions=[Version(noun=noun, version=1, effective_on=today)],
            request_id=request_id,
            check=may_still(actor_id, Action.REQUEST_BASELINE, lambda _, actor: _require_given(actor, seen.line)),
        )
    except StaleEdit:
        meanwhile = "someone else has just requested a baseline change. Look at that request first."
        raise InvalidRequest(Fault("milestone_id", meanwhile, about=milestone_id)) from None


def foresee_approval(db: Database, *, actor_id: str, baseline_request_id: str) -> Foreseen:
    """Return what approving a request would do, without saving. Raises UnknownUser, NotAllowed, UnknownRequest."""
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.DECIDE_BASELINE)
        request = _find(cursor, baseline_request_id)
        line = _line(cursor, request.milestone_id)
        return _foreseen(cursor, line, _asked(request), _against_approval(line, request))


def decide_baseline(
    db: Database,
    *,
    actor_id: str,
    baseline_request_id: str,
    approve: bool,
    note: str = "",
    request_id: str | None = None,
) -> Change:
    """Approve or refuse another person's request; an approval also changes the baseline.

    A change applies from today. A correction applies to every day with the wrong baseline, so that it never counts as
    slippage; what was known before does not change. A ``request_id`` that was recorded before records nothing again.
    Raises UnknownUser, NotAllowed, UnknownRequest, InvalidRequest when it was already decided, can no longer be
    approved, or is refused without a note; StaleEdit when someone else decided at the same moment; UnstorableText,
    StoreBusy, StoreUnusable.
    """
    with db.read() as cursor:
        actor = who(cursor, actor_id)
        require(actor, Action.DECIDE_BASELINE)
        line = _find(cursor, baseline_request_id)
        require_other(actor, line.author_id)
        if earlier := reading.requested(cursor, request_id):
            return earlier
        _require_waiting(line)
        if not approve and not note.strip():
            unsaid = "enter a note that says why you refuse. The person who asked will read it."
            raise InvalidRequest(Fault("note", unsaid, about=line.request_id))
        milestones = _approved(cursor, line) if approve else []
    decision, action, reason = decided(_noun(line), approve=approve, by=actor_id, note=note)
    return ledger.record(
        db,
        actor=actor_id,
        action=action,
        reason=reason,
        versions=[Version(noun=decision, version=line.version + 1, effective_on=dates.today()), *milestones],
        request_id=request_id,
        check=may_still(actor_id, Action.DECIDE_BASELINE, lambda _, actor: require_other(actor, line.author_id)),
    )


def withdraw_request(
    db: Database, *, actor_id: str, baseline_request_id: str, note: str = "", request_id: str | None = None
) -> Change:
    """Withdraw a request before anyone has decided on it; only its author may.

    A ``request_id`` that was recorded before records nothing again. Raises UnknownUser, NotAllowed for anyone but the
    author, UnknownRequest, InvalidRequest when it was already decided or withdrawn, StaleEdit when someone decided at
    the same moment, UnstorableText, StoreBusy, StoreUnusable.
    """
    with db.read() as cursor:
        actor = who(cursor, actor_id)
        require(actor, Action.REQUEST_BASELINE)
        line = _find(cursor, baseline_request_id)
        if line.author_id != actor.user_id:
            raise NotAllowed(
                f"{line.author} made {line.request_id}, so only {line.author} may withdraw it. An approver can refuse "
                "it."
            )
        if earlier := reading.requested(cursor, request_id):
            return earlier
        _require_waiting(line)
    return ledger.record(
        db,
        actor=actor_id,
        action=ChangeAction.WITHDRAW_REQUEST,
        versions=[
            Version(
                noun=replace(_noun(line), state=RequestState.WITHDRAWN, decision_note=note),
                version=line.version + 1,
                effective_on=dates.today(),
            )
        ],
        request_id=request_id,
        check=may_still(actor_id, Action.REQUEST_BASELINE),
    )


def _require_waiting(line: RequestLine) -> None:
    if line.state == RequestState.WITHDRAWN:
        withdrawn = f"{line.author} withdrew {line.request_id}. If the change is still needed, make a new request."
        raise InvalidRequest(Fault("request", withdrawn))
    if line.state != RequestState.REQUESTED:
        on = in_words(line.decided_on) if line.decided_on else ""
        decided = f"{line.request_id} was {line.state} by {line.decided_by} on {on}. You cannot change that."
        raise InvalidRequest(Fault("request", decided))


def _noun(line: RequestLine) -> BaselineRequest:
    """Return a request as a record, before it is decided."""
    return requested(_asked(line), request_id=line.request_id, author_id=line.author_id)


def requested(asked: Asked, *, request_id: str, author_id: str) -> BaselineRequest:
    """Return the record of a new request."""
    return BaselineRequest(
        id=request_id,
        milestone_id=asked.milestone_id,
        baseline=asked.baseline,
        reason=MoveReason(asked.reason),
        note=asked.note,
        author_id=author_id,
        state=RequestState.REQUESTED,
    )


def decided(
    request: BaselineRequest, *, approve: bool, by: str, note: str
) -> tuple[BaselineRequest, ChangeAction, str | None]:
    """Return a request after the decision, the action to record, and the reason if it is approved."""
    state = RequestState.APPROVED if approve else RequestState.REFUSED
    decision = replace(request, state=state, decided_by=by, decision_note=note)
    if not approve:
        return decision, ChangeAction.REFUSE_BASELINE, None
    correction = request.reason is MoveReason.CORRECTION
    action = ChangeAction.CORRECT_BASELINE if correction else ChangeAction.CHANGE_BASELINE
    return decision, action, f"{request.reason}; {request.note}"


def _require_given(actor: Actor, line: UpdateLine) -> None:
    require_scope(actor, Action.REQUEST_BASELINE, commitment_id=line.commitment_id, programme_id=line.programme_id)


def _foresee(cursor: Cursor, actor_id: str, asked: Asked) -> Foreseen:
    actor = who(cursor, actor_id)
    require(actor, Action.REQUEST_BASELINE)
    today = dates.today()
    line = _line(cursor, asked.milestone_id)
    _require_given(actor, line)
    wrong = list(faults(line, asked, today))
    for request in _of_milestone(cursor, line.milestone_id):
        if request.state == RequestState.REQUESTED:
            when = in_words(request.asked_on)
            waits = f"{request.author} requested {request.after} on {when}. Wait for that decision."
            wrong.append(Fault("milestone_id", waits, about=line.milestone_id))
    return _foreseen(cursor, line, asked, wrong)


def _foreseen(cursor: Cursor, line: UpdateLine, asked: Asked, wrong: list[Fault]) -> Foreseen:
    status, slip_days = baselines.foreseen(cursor, line.milestone_id, asked.baseline.day, dates.today(), TOLERANCES)
    return Foreseen(line, asked, status, slip_days, tuple(wrong))


def _line(cursor: Cursor, milestone_id: str) -> UpdateLine:
    for line in updates.update_lines(cursor, dates.today(), TOLERANCES, [milestone_id]):
        return line
    raise UnknownMilestone(f"There is no milestone {milestone_id} on the board. Choose one from the list.")


def _of_milestone(cursor: Cursor, milestone_id: str) -> list[RequestLine]:
    return [line for line in baselines.requests(cursor, dates.today()) if line.milestone_id == milestone_id]


def _find(cursor: Cursor, baseline_request_id: str) -> RequestLine:
    every = {line.request_id: line for line in baselines.requests(cursor, dates.today())}
    if baseline_request_id in every:
        return every[baseline_request_id]
    waiting = ", ".join(line.request_id for line in every.values() if line.state == RequestState.REQUESTED) or "none"
    raise UnknownRequest(f'There is no request "{baseline_request_id}". Waiting for a decision: {waiting}.')


def _asked(line: RequestLine) -> Asked:
    return Asked(milestone_id=line.milestone_id, baseline=line.after, reason=line.reason, note=line.note)


def _approved(cursor: Cursor, line: RequestLine) -> list[Version]:
    """Return the milestone's versions that an approval records. Raises InvalidRequest if it is no longer possible."""
    if wrong := _against_approval(_line(cursor, line.milestone_id), line):
        raise InvalidRequest(*wrong, Fault("", "Refuse this request and ask for a new one."))
    asked, today = _asked(line), dates.today()
    standing = baselines.standing(cursor, line.milestone_id, today)
    days = days_of_current_baseline(standing) if asked.correction else [replace(standing[-1], effective_on=today)]
    newest = reading.newest_numbers(cursor, Milestone, [line.milestone_id])[line.milestone_id]
    return [
        Version(noun=rebaselined(version.noun, asked), version=number, effective_on=version.effective_on)
        for number, version in enumerate(days, start=newest + 1)
        if isinstance(version.noun, Milestone)
    ]


def _against_approval(now: UpdateLine, request: RequestLine) -> list[Fault]:
    """Return why a request cannot be approved now."""
    wrong = list(faults(now, _asked(request), dates.today()))
    if now.baseline != request.before:
        was, is_ = request.before or "none", now.baseline or "none"
        moved = f"the baseline was {was} when this was requested and is now {is_}."
        wrong.append(Fault("baseline", moved, about=now.milestone_id))
    return wrong

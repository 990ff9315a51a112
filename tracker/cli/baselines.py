"""``baseline``: ask for a baseline to be changed, decide on what others ask, withdraw a request, list them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.cli.phrasing import ask_as_whom, ask_format, print_json_of, print_notice, say_recorded
from tracker.domain import dates
from tracker.domain.baselines import Asked
from tracker.domain.words import MoveReason
from tracker.services import baselines, stores, users

if TYPE_CHECKING:
    import argparse

    from tracker.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add ``baseline`` to the command line."""
    baseline = commands.add_parser(
        "baseline",
        help="ask for a baseline to be changed, decide on what others ask, withdraw your own request, list them",
        description="A baseline is changed by a request with its reason, and an approval by somebody else. To correct "
        f'a baseline that was wrong from the start, give the reason "{MoveReason.CORRECTION}": it is then no slippage.',
    )
    baseline_commands = baseline.add_subparsers(title="commands", metavar="COMMAND", required=True)

    request = baseline_commands.add_parser(
        "request",
        help="ask for a milestone's baseline to be changed",
        epilog="python -m tracker baseline request C2-01-M4 2027-03 --reason "
        '"legislation or parliamentary time" --note "The bill was put off by a session" --as ana@dfe.example',
    )
    request.add_argument("milestone", metavar="MILESTONE", help="the milestone's id, such as C2-01-M4")
    request.add_argument(
        "baseline", metavar="DATE", help='the baseline asked for, like "31 March 2027", "March 2027" or "2026-27"'
    )
    request.add_argument(
        "--reason", metavar="REASON", required=True, choices=list(MoveReason), help="; ".join(MoveReason)
    )
    request.add_argument("--note", metavar="TEXT", required=True, help="more about why; whoever decides reads it")
    request.set_defaults(run=_request)

    decide = baseline_commands.add_parser("decide", help="approve or refuse a request that somebody else made")
    decide.add_argument("request", metavar="ID", help="the request's id, as `baseline list` names it")
    decide.add_argument("decision", choices=("approve", "refuse"), help="approve or refuse")
    decide.add_argument("--note", metavar="TEXT", default="", help="why; required to refuse")
    decide.set_defaults(run=_decide)
    withdraw = baseline_commands.add_parser("withdraw", help="take back your own request before it is decided")
    withdraw.add_argument("request", metavar="ID", help="the request's id, as `baseline list` names it")
    withdraw.add_argument("--note", metavar="TEXT", default="", help="why")
    withdraw.set_defaults(run=_withdraw)
    for command in (request, decide, withdraw):
        ask_as_whom(command, "the registered user who acts")

    listed = baseline_commands.add_parser("list", help="every request to change a baseline, newest first")
    ask_format(listed)
    listed.set_defaults(run=_list)


def _request(options: argparse.Namespace) -> int:
    wanted = Asked(
        milestone_id=options.milestone,
        baseline=dates.parse_published_date(options.baseline, where="the baseline"),
        reason=options.reason,
        note=options.note,
    )
    with stores.open_store(stores.address(), writable=True) as db:
        change = baselines.request_baseline(db, actor_id=users.account(db, options.actor), asked=wanted)
        asked = next(line for line in baselines.list_requests(db) if line.milestone_id == options.milestone)
        return say_recorded(db, f"{asked.request_id} is to be decided by somebody else.", change)


def _decide(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        change = baselines.decide_baseline(
            db,
            actor_id=users.account(db, options.actor),
            baseline_request_id=options.request,
            approve=options.decision == "approve",
            note=options.note,
        )
        line = next(line for line in baselines.list_requests(db) if line.request_id == options.request)
        return say_recorded(
            db, f"{line.request_id} is {line.state}: {line.before or 'no baseline'} to {line.after}.", change
        )


def _withdraw(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        change = baselines.withdraw_request(
            db, actor_id=users.account(db, options.actor), baseline_request_id=options.request, note=options.note
        )
        return say_recorded(db, f"{options.request} is withdrawn.", change)


def _list(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address()) as db:
        every = baselines.list_requests(db)
        demonstration = stores.is_demonstration(db)
    if options.format == "json":
        print_json_of(every, demonstration=demonstration)
        return 0
    print_notice(demonstration=demonstration)
    for line in every:
        decided = f", by {line.decided_by} on {line.decided_on}" if line.decided_on else ""
        print(
            f"{line.request_id}  {line.state}{decided}: {line.before or 'no baseline'} to {line.after}. "
            f"{line.author} on {line.asked_on}: {line.reason}; {' '.join(line.note.split())}"
        )
    if not every:
        print("Nobody has asked for a baseline to be changed.")
    return 0

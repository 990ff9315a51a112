"""``baseline``: request a baseline change, decide on other people's requests, withdraw your own, list them."""

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
        help="request a baseline change, decide on other people's requests, withdraw your own, list them",
        description="A baseline changes by a request with a reason, which another person approves. If the baseline was "
        f'wrong from the start, give the reason "{MoveReason.CORRECTION}" and it will not count as slippage.',
    )
    baseline_commands = baseline.add_subparsers(title="commands", metavar="COMMAND", required=True)

    request = baseline_commands.add_parser(
        "request",
        help="request a new baseline for a milestone",
        epilog="python -m tracker baseline request C2-01-M4 2027-03 --reason "
        '"legislation or parliamentary time" --note "The bill was put off by a session" --as ana@dfe.example',
    )
    request.add_argument("milestone", metavar="MILESTONE", help="the milestone's id, such as C2-01-M4")
    request.add_argument(
        "baseline", metavar="DATE", help='the new baseline, for example "31 March 2027", "March 2027" or "2026-27"'
    )
    request.add_argument(
        "--reason", metavar="REASON", required=True, choices=list(MoveReason), help="; ".join(MoveReason)
    )
    request.add_argument(
        "--note", metavar="TEXT", required=True, help="more about the reason, for the person who decides"
    )
    request.set_defaults(run=_request)

    decide = baseline_commands.add_parser("decide", help="approve or refuse another person's request")
    decide.add_argument("request", metavar="ID", help="the request's id, from `baseline list`")
    decide.add_argument("decision", choices=("approve", "refuse"), help="approve or refuse")
    decide.add_argument("--note", metavar="TEXT", default="", help="the reason; required if you refuse")
    decide.set_defaults(run=_decide)
    withdraw = baseline_commands.add_parser("withdraw", help="withdraw your own request before it is decided")
    withdraw.add_argument("request", metavar="ID", help="the request's id, from `baseline list`")
    withdraw.add_argument("--note", metavar="TEXT", default="", help="why")
    withdraw.set_defaults(run=_withdraw)
    for command in (request, decide, withdraw):
        ask_as_whom(command, "your registered e-mail address")

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
        return say_recorded(db, f"{asked.request_id} requested. Another person must decide on it.", change)


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
            db, f"{line.request_id} {line.state}: {line.before or 'no baseline'} to {line.after}.", change
        )


def _withdraw(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        change = baselines.withdraw_request(
            db, actor_id=users.account(db, options.actor), baseline_request_id=options.request, note=options.note
        )
        return say_recorded(db, f"{options.request} withdrawn.", change)


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
        print("There are no baseline requests.")
    return 0

"""Who is who: addresses in one form, and people who look alike."""

from __future__ import annotations

import pytest

from tracker.domain.errors import Fault
from tracker.domain.people import UserLine, address_faults, fold_address, look_alikes, name_faults, namesakes, skeleton


def person(name: str, address: str) -> UserLine:
    return UserLine(
        user_id=address,
        address=address,
        name=name,
        role="viewer",
        active=True,
        same_as=None,
        programmes=[],
        commitments=[],
        version=1,
    )


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        (" Ana@DfE.Example ", "ana@dfe.example"),
        ("ＡＮＡ＠dfe.example", "ana@dfe.example"),
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
        ("ana", "ana"),
        (f"ana@{'x' * 70}.example", f"ana@{'x' * 70}.example"),
    ],
)
def test_an_address_has_one_form(typed: str, folded: str) -> None:
    assert fold_address(typed) == folded


@pytest.mark.parametrize(
    "address",
    [
        "ana@dfe.example",
        "ana.example@education.gov.uk",
        "o'neil+board@dfe.example",
        "ana@xn--bcher-kva.example",
    ],
)
def test_an_address_as_people_have_it_is_taken(address: str) -> None:
    assert list(address_faults(address)) == []


@pytest.mark.parametrize(
    "address",
    [
        "ana",
        "@dfe.example",
        "ana@dfe",
        "ana@@dfe.example",
        "ana example@dfe.example",
        "ana@dfe.example.",
        "ana@-dfe.example",
        "ana@127.0.0.1",
        "аna@dfe.example",  # the first letter is Cyrillic
        "weiß@dfe.example",
        "=1+1@dfe.example",
        "ana/b@dfe.example",
        "<b>@dfe.example",
        'a"b@dfe.example',
        "a(b)@dfe.example",
        f"{'a' * 65}@dfe.example",
        f"ana@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.example",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    [said] = map(str, address_faults(fold_address(address)))
    assert said.startswith('Enter an e-mail address like ana.example@education.gov.uk, not "')
    assert len(said) < 150


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", "\u202e", "\U000e0041", "\u2066"])
def test_a_character_that_nobody_sees_is_refused_by_its_number(unseen: str) -> None:
    [of_address] = map(str, address_faults(fold_address(f"an{unseen}a@dfe.example")))
    [of_name] = map(str, name_faults(f"An{unseen}a"))
    assert f"(U+{ord(unseen):04X})" in of_address
    assert f"(U+{ord(unseen):04X})" in of_name


def test_a_name_is_there_and_no_longer_than_a_list_can_show() -> None:
    assert list(name_faults("Zoë Ó Súilleabháin-Smith")) == []
    assert list(name_faults("")) == [Fault("name", "Enter a name, as colleagues know it.")]
    assert list(name_faults("x" * 121)) == [Fault("name", "The name has 121 characters. Use 120 at most.")]


@pytest.mark.parametrize(
    "other",
    [
        "ANA EXAMPLE",
        "Ana  Example",
        "Аna Example",
        "Αna Example",
        "Ana Exarnple",
        "Aná Example",
        "Ana-Example",
        "Ana ExampIe",
    ],
)
def test_names_that_a_reader_takes_for_one_another_have_one_skeleton(other: str) -> None:
    assert skeleton(other) == skeleton("Ana Example")


def test_of_others_those_who_look_alike_by_name_or_by_address_are_found() -> None:
    ana, ben, cy = person("Ana", "ana@a.example"), person("Ben", "ben1@a.example"), person("Cy", "cy@a.example")
    assert look_alikes("Dee", "benl@a.example", [ana, ben, cy]) == [ben]
    assert look_alikes("ANA", "dee@a.example", [ana, ben, cy]) == [ana]
    assert look_alikes("Dee", "dee@a.example", [ana, ben, cy]) == []


def test_people_of_one_name_are_told_apart_by_their_addresses() -> None:
    people = [person("Ana", "ana@a.example"), person("ana", "ana@b.example"), person("Ben", "ben@a.example")]
    assert namesakes(people) == {"ana@a.example": "ana@a.example", "ana@b.example": "ana@b.example"}

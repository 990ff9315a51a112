"""A fault is a value: the field to put right, and a sentence that is told wherever the fault is."""

from __future__ import annotations

from tracker.domain.errors import Fault, Invalid


def test_a_fault_names_the_record_in_a_list_and_is_a_sentence_of_its_own_beside_its_field() -> None:
    fault = Fault("reason", "the date moves; choose a reason.", about="C2-01-M4")
    assert str(fault) == "C2-01-M4: the date moves; choose a reason."
    assert fault.beside_field == "The date moves; choose a reason."
    alone = Fault("address", "ana@dfe.example is registered already.")
    assert str(alone) == alone.beside_field == "ana@dfe.example is registered already."


def test_what_is_invalid_has_every_fault_and_says_them_one_after_the_other() -> None:
    faults = (Fault("name", "The name is missing."), Fault("", "It is open.", about="2026-q4"))
    error = Invalid(*faults)
    assert error.faults == faults
    assert str(error) == "The name is missing. 2026-q4: It is open."

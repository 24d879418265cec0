"""Delivered headers against the contract's."""

from __future__ import annotations

import pytest

from cdp.contracts import Contract
from cdp.errors import ContractError
from cdp.ingest.columns import match_columns
from cdp.ingest.drift import similar
from cdp.ingest.reading.headers import numbered

CONTRACT = Contract.model_validate(
    {
        "kind": "contract",
        "name": "members",
        "description": "Members.",
        "key": ["card"],
        "properties": [
            {"name": "card", "physicalName": "CARD_NO", "required": True},
            {"name": "email", "physicalName": "EMAIL", "aliases": ["E_MAIL"]},
            {"name": "comments", "physicalName": "Comments"},
            {"name": "shoe_size", "physicalName": "Shoe size", "optionalColumn": True},
        ],
    }
)


def test_order_does_not_matter():
    match = match_columns(CONTRACT, ["Comments", "EMAIL", "CARD_NO"], "f.csv")
    assert match.index == {"card": 2, "email": 1, "comments": 0}
    assert match.notes == ()


def test_an_alias_is_taken_and_told():
    match = match_columns(CONTRACT, ["CARD_NO", "E_MAIL", "Comments"], "f.csv")
    assert match.index["email"] == 1
    assert match.notes == ("column EMAIL came as E_MAIL",)


def test_a_header_that_differs_in_case_alone_is_taken_and_told():
    match = match_columns(CONTRACT, ["card_no", "e_mail ", "COMMENTS"], "f.csv")
    assert match.index == {"card": 0, "email": 1, "comments": 2}
    assert match.extra == ()
    assert "column CARD_NO came as card_no" in match.notes


def test_the_exact_header_comes_before_one_in_another_case():
    match = match_columns(CONTRACT, ["card_no", "CARD_NO", "EMAIL", "Comments"], "f.csv")
    assert match.index["card"] == 1
    assert match.extra == ("card_no",)


def test_of_two_headers_that_differ_in_case_alone_none_is_guessed():
    with pytest.raises(ContractError, match="column CARD_NO is missing"):
        match_columns(CONTRACT, ["Card_No", "card_no", "EMAIL", "Comments"], "f.csv")


def test_a_header_that_is_a_columns_own_is_no_other_column():
    columns = [{"name": "small", "physicalName": "id"}, {"name": "big", "physicalName": "ID", "optionalColumn": True}]
    both = Contract.model_validate(
        {"kind": "contract", "name": "m", "description": "d", "key": ["small"], "properties": columns}
    )
    assert match_columns(both, ["id"], "f.csv").index == {"small": 0}


def test_a_missing_optional_column_reads_as_empty():
    match = match_columns(CONTRACT, ["CARD_NO", "EMAIL", "Comments"], "f.csv")
    assert match.missing == ("Shoe size",)
    assert match.warnings == ()


def test_a_missing_column_refuses_the_file():
    with pytest.raises(ContractError, match="column Comments is missing") as caught:
        match_columns(CONTRACT, ["CARD_NO", "EMAIL", "legal_basis"], "f.csv")
    assert '(new here: legal_basis): cdp feed rename members "Comments" NEW' in caught.value.hint
    assert "optionalColumn: true" in caught.value.hint


def test_an_extra_column_is_told_and_not_read():
    match = match_columns(CONTRACT, ["CARD_NO", "EMAIL", "Comments", "legal_basis"], "f.csv")
    assert match.extra == ("legal_basis",)


def test_an_undeclared_rename_refuses_the_file_with_a_proposal():
    with pytest.raises(ContractError, match="EMAIL is missing, and EMAIL_ADDRESS is new") as caught:
        match_columns(CONTRACT, ["CARD_NO", "EMAIL_ADDRESS", "Comments"], "f.csv")
    assert "accept with 'cdp feed rename members EMAIL EMAIL_ADDRESS'" in caught.value.hint


def test_a_rename_is_known_by_its_values_too():
    values = {"Kontakt": ["ana@example.com", "ben@example.org", "cas@example.net"], "Notes": ["a", "b", "c"]}
    with pytest.raises(ContractError, match="the values of Kontakt look like email") as caught:
        match_columns(CONTRACT, ["CARD_NO", "Notes", "Kontakt", "Comments"], "f.csv", values)
    assert "cdp feed rename members EMAIL Kontakt" in caught.value.hint


def test_a_new_name_of_an_optional_column_is_proposed_and_refuses_nothing():
    match = match_columns(CONTRACT, ["CARD_NO", "EMAIL", "Comments", "Shoe size (EU)"], "f.csv")
    (warning,) = match.warnings
    assert 'accept with \'cdp feed rename members "Shoe size" "Shoe size (EU)"\'' in warning


def test_a_missing_key_column_refuses_the_file():
    with pytest.raises(ContractError, match="required column CARD_NO is missing"):
        match_columns(CONTRACT, ["EMAIL", "Comments"], "f.csv")


def test_a_header_that_stands_twice_refuses_the_file():
    with pytest.raises(ContractError, match="columns 2 and 3 have the same header"):
        match_columns(CONTRACT, ["CARD_NO", "EMAIL", "EMAIL"], "f.csv")


def test_columns_of_one_header_are_told_apart_where_the_contract_names_them_all():
    emails = [{"name": "email", "physicalName": "EMAIL"}, {"name": "other_email", "physicalName": "EMAIL (2)"}]
    told = Contract.model_validate(
        {"kind": "contract", "name": "m", "description": "d", "key": ["email"], "properties": emails}
    )
    assert match_columns(told, ["EMAIL ", "X", "EMAIL"], "f.csv").index == {"email": 0, "other_email": 2}
    with pytest.raises(ContractError, match="columns 1 and 2 and 3 have"):
        match_columns(told, ["EMAIL", "EMAIL", "EMAIL"], "f.csv")


def test_columns_of_one_header_that_nobody_asks_for_stop_nothing():
    match = match_columns(CONTRACT, ["CARD_NO", "EMAIL", "Comments", "Note", "Note"], "f.csv")
    assert match.extra == ("Note", "Note (2)")


def test_short_names_are_no_parts_of_longer_ones():
    assert not similar("a", "filiale")
    assert not similar("id", "residence")
    assert similar("mail", "e_mail")


def test_a_name_within_a_word_is_no_part_of_it():
    assert not similar("Discount Name", "Count")
    assert not similar("Partial Refunds by Amount", "Mount")
    assert similar("Item Count", "Count")
    assert similar("itemCount", "count")
    assert similar("EMAILADDRESS", "Email")


@pytest.mark.parametrize(("header", "sign"), [("CARD_NO;EMAIL;Comments", "';'"), ("CARD_NO\tEMAIL", "a tab")])
def test_another_delimiter_is_proposed_instead_of_a_rename(header, sign):
    with pytest.raises(ContractError, match="the header is one column") as caught:
        match_columns(CONTRACT, [header], "f.csv")
    assert sign in caught.value.message
    assert "set delimiter under form" in caught.value.hint


def test_headers_get_numbers_that_no_other_header_has():
    assert numbered(["A", "A (2)", "A"]) == ["A", "A (2)", "A (3)"]
    assert numbered(["A", "A", "A", "A (2)"]) == ["A", "A (3)", "A (4)", "A (2)"]

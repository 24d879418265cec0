"""What 'cdp feed check' says when a feed loses rows, buyers or money."""

from __future__ import annotations

from tests.ingest.draft.conftest import try_drafts

RECEIPTS = "Store,Till,Receipt No,Date,SKU,Qty,Amount,Email\n" + "".join(
    f"{store},{till},{number},2026-06-01,A{line},1,{10 + line}.00,k{store}{till}{number}@example.net\n"
    for store in ("Leeds", "York") for till in (1, 2) for number in (100, 101) for line in (0, 1)
)  # fmt: skip


def _warnings(tmp_path, name, text, edited=lambda text: text):
    tmp_path.mkdir(exist_ok=True)
    path = tmp_path / f"{name}_2026-06-01.csv"
    path.write_text(text, encoding="utf-8")
    return try_drafts(tmp_path / "w", {name: ([path], {"currency": "EUR"})}, edited=edited)[name].trial.warnings


def test_a_sound_draft_warns_of_nothing(tmp_path):
    assert [told for told in _warnings(tmp_path, "till", RECEIPTS) if "midnight" not in told] == []


def test_buyers_who_share_a_key_are_counted(tmp_path):
    told = _warnings(
        tmp_path, "till", RECEIPTS,
        lambda text: text.replace("key: [store, till, date, receipt_no]", "key: [receipt_no]"),
    )  # fmt: skip
    assert any("16 rows with 8 different values of Email share 2 keys (receipt_no)" in line for line in told)


def test_orders_that_are_worth_less_than_their_lines_are_told_with_both_sums(tmp_path):
    told = _warnings(
        tmp_path, "till", RECEIPTS, lambda text: text.replace("coalesce(sum(amount)", "coalesce(min(amount)")
    )
    (line,) = [line for line in told if "more or less than their lines" in line]
    assert "of 8 orders 8 are" in line
    assert "80.00 EUR by orders, 168.00 by order_lines" in line


def test_orders_that_become_nothing_are_told(tmp_path):
    end = "from till\ngroup by order_key\nhaving"
    told = _warnings(
        tmp_path, "till", RECEIPTS, lambda text: text.replace(end, end.replace("\ngroup", " where till = '1'\ngroup"))
    )
    assert any(
        "4 of 8 orders in the rows (store, till, date, receipt_no) are neither in orders" in line for line in told
    )


def test_statements_that_replace_one_another_are_counted(tmp_path):
    text = "E-Mail;Kanal;Einwilligung;Zeitpunkt\n" + "".join(
        f"p{n % 4}@example.net;{('E-Mail', 'SMS')[n // 4 % 2]};{('Ja', 'Nein')[n % 2]};2026-05-0{n % 9 + 1} 10:00:00\n"
        for n in range(12)
    )
    assert not any("count no more" in line for line in _warnings(tmp_path, "log", text))
    told = _warnings(
        tmp_path / "again", "log", text,
        lambda text: "\n".join("key: [e_mail]" if line.startswith("key:") else line for line in text.split("\n")),
    )  # fmt: skip
    assert any("8 of 12 rows count no more, because a later row has the same key (e_mail)" in line for line in told)

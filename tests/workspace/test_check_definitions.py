"""What is wrong with a marketer's or an analyst's own files is told before a night, at the line that is meant."""

from __future__ import annotations

import pytest

from cdp.workspace import check_workspace
from cdp.workspace.init import init_workspace


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return init_workspace(tmp_path_factory.mktemp("definitions") / "workspace")


@pytest.fixture
def told(root):
    """What `cdp check` says with these files added: (line, message) of those of the files."""
    written = []

    def check(**files):
        for name, text in files.items():
            folder, _, stem = name.partition("_")
            path = root / "pipelines" / {"s": "segments", "a": "attributes", "k": "kpis"}[folder] / f"{stem}.yaml"
            path.write_text(text, encoding="utf-8")
            written.append(path)
        names = {path.relative_to(root) for path in written}
        faults = check_workspace(root)[1]
        assert {fault.file for fault in faults} <= names, faults
        return [(fault.line, fault.message) for fault in faults]

    yield check
    for path in written:
        path.unlink()


SEGMENT = "name: odd\ntitle: Odd\ndescription: Odd ones.\n"


def attribute(name, rest):
    return f"kind: attribute\nname: {name}\ntitle: Odd\ndescription: Odd ones.\n{rest}\n"


@pytest.mark.parametrize(
    ("rule", "line", "message"),
    [
        ('    - {column: count_ordrs, op: ">", value: 1}', 8, "did you mean 'count_orders'?"),
        ('    - {column: count_orders, op: ">", value: many}', 8, "count_orders is a number; 'many' is not"),
        ("    - {column: postcode, value: 01067}", 8, "write text in quotes"),
        ("    - {column: count_orders, op: between, value: [5, 1]}", 8, "turn them round"),
        (
            "    - {column: consent_email, value: opted_in}",
            8,
            "consent_email is never 'opted_in'; it is one of in, out",
        ),
        ("    - {column: reachable_by, op: contains, value: mail}", 8, "it is one of email, sms, push"),
        ("    - count: orders\n      where: {chanel: web}", 9, "did you mean 'channel'?"),
        ("    - count: orders\n      value: many", 8, "a count is compared with a number"),
        ("    - any:\n        - {column: has_card, value: 'yes'}", 9, "has_card is a flag"),
    ],
)
def test_a_rules_fault_stands_at_its_own_line(told, rule, line, message):
    (fault,) = told(s_odd=f"{SEGMENT}rule:\n  all:\n\n    - {{column: has_card, value: true}}\n{rule}\n")
    assert fault[0] == line
    assert message in fault[1]


@pytest.mark.parametrize(
    ("column", "low", "high", "is_fault"),
    [
        ("last_purchase_at", "2026-01-01T00:00:00Z", "2025-01-01 00:00:00", True),
        ("last_purchase_at", "2025-01-01", "2026-01-01 00:00:00", False),
        ("net_revenue", "5", "1.5", True),
        ("net_revenue", "1.5", "5", False),
        ("consent_email", "a", "z", False),
    ],
)
def test_bounds_of_unlike_kinds_are_compared(told, column, low, high, is_fault):
    faults = told(s_odd=f"{SEGMENT}rule: {{column: {column}, op: between, value: [{low}, {high}]}}\n")
    assert [("turn them round" in message) for _, message in faults] == [True] * is_fault


def test_a_tab_is_called_a_tab(told):
    ((line, message),) = told(s_odd=f"{SEGMENT}rule:\n\tcolumn: has_card\n")
    assert line == 5
    assert "a tab; indent with spaces" in message


@pytest.mark.parametrize(
    "source", ["read_csv('/etc/passwd')", "read_text('notes.txt')", "'list.csv'", "duckdb_settings()"]
)
def test_definitions_read_tables_and_nothing_else(told, source):
    sql = f"select customer_id, 1 as value, 'all' as dimension from profiles, {source}"
    faults = told(
        s_odd=f'{SEGMENT}sql: "{sql}"\n',
        a_strange=attribute("strange", f'type: integer\nsql: "{sql}"'),
        k_lone=f"kind: kpis\ngroup: lone\ntitle: Lone\nkpis:\n  - name: lone\n    title: Lone\n    formula: One.\n"
        f'    unit: share\n    sql: "{sql}"\n',
    )
    name = source.strip("'").split("(")[0]
    assert len(faults) == 3, faults
    assert all(name in message for _, message in faults)


def test_rows_made_of_arguments_may_be_read(told):
    sql = "select customer_id from profiles, generate_series(1, 2), unnest(reachable_by)"
    assert told(s_odd=f"{SEGMENT}sql: {sql}\n") == []


def test_text_is_no_number_by_itself(told):
    ((line, message),) = told(a_strange=attribute("strange", "type: integer\nexpression: full_name"))
    assert line == 5
    assert "gives text, its type says integer: write try_cast(… as bigint)" in message


def test_one_faulty_attribute_is_one_fault(told):
    faults = told(
        a_strange=attribute("strange", "type: integer\nexpression: nowhere + 1"),
        a_twice=attribute("twice", "type: integer\nexpression: strange * 2"),
        s_odd=f'{SEGMENT}rule: {{column: twice, op: ">", value: 2}}\n',
    )
    assert len(faults) == 1, faults
    assert "nowhere" in faults[0][1]


def test_a_select_without_its_columns_says_which(told):
    faults = told(
        a_strange=attribute("strange", "type: integer\nsql: select customer_id from orders"),
        k_lone="kind: kpis\ngroup: lone\ntitle: Lone\nkpis:\n  - name: lone\n    title: Lone\n    formula: One.\n"
        "    unit: share\n    sql: select 'all' as dimension from profiles\n",
    )
    assert {message for _, message in faults} == {
        "attribute strange: its select gives no column value; it must give customer_id and value",
        "kpi lone: its select gives no column value; it must give dimension and value",
    }

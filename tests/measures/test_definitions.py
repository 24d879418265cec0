"""KPIs and computed attributes: what they give, and how mistakes in them are told."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from tests_support import ROOT

from cdp.contracts import load_document
from cdp.engines import open_engine
from cdp.errors import MeasureError
from cdp.measures.attributes import add_attributes, check_attribute, in_levels, segment_kinds
from cdp.measures.definitions import Attribute, Kpi, KpiGroup
from cdp.measures.kpis import build_kpis, check_kpi
from cdp.measures.moment import Moment

DAY = date(2026, 5, 31)
MOMENT = Moment(datetime(2026, 6, 1), DAY)
NEXT = Moment(datetime(2026, 6, 2), date(2026, 6, 1))


@pytest.fixture
def engine():
    opened = open_engine("duckdb", threads=1)
    opened.execute("create temp table profiles as from (values ('C1', 10), ('C2', null)) as t(customer_id, spent)")
    opened.execute("create temp table identity_map as from (values ('r1', 'C1')) as t(record_id, customer_id)")
    opened.execute(
        "create temp table consents as from (values ('r1', 'in'), ('r9', 'in'), ('r1', 'out')) as t(record_id, status)"
    )
    opened.execute("create temp table message_consents (customer_id varchar)")
    yield opened
    opened.close()


def attribute(name, **said):
    kind = said.pop("type", "integer")
    return Attribute(kind="attribute", name=name, title=name, description="What it is for.", type=kind, **said)


def kpi(sql, name="statements"):
    return Kpi(name=name, title="Statements", formula="rows", unit="ratio", sql=sql)


def group(*listed):
    return KpiGroup(kind="kpis", group="test", title="Test", kpis=list(listed))


def profiles(engine):
    return engine.frame("select * from profiles order by customer_id").astype(object).to_dict("records")


def test_an_attribute_counts_facts_of_the_customer(engine):
    counted = attribute("statements", sql="select customer_id, count(*) as value from consents group by 1", default=0)
    add_attributes(engine, [counted], MOMENT)
    assert [row["statements"] for row in profiles(engine)] == [2, 0]


def test_what_is_no_number_is_left_empty_and_told(engine):
    engine.execute("insert into profiles values ('C3', 0)")
    given = attribute("share", type="number", expression="10 / spent")
    (warning,) = add_attributes(engine, [given, attribute("whole", expression="spent")], MOMENT)
    assert profiles(engine)[0]["share"] == 1
    assert engine.scalar("select count(*) from profiles where share is null") == 2
    assert warning.startswith("attribute share is no number for 1 customers")


def test_attributes_may_build_on_each_other_in_any_order_of_files(engine):
    last = attribute("c", expression="b + 1")
    first = attribute("a", expression="spent * 2")
    middle = attribute("b", sql="select customer_id, a + 5 as value from profiles")
    add_attributes(engine, [last, middle, first], MOMENT)
    assert next((row["a"], row["b"], row["c"]) for row in profiles(engine)) == (20, 25, 26)
    assert [[item.name for item in level] for level in in_levels([last, middle, first])] == [["a"], ["b"], ["c"]]


def test_attributes_in_a_circle_are_told(engine):
    with pytest.raises(MeasureError, match=r"defined in a circle: (a → b → a|b → a → b)"):
        in_levels([attribute("a", expression="b + 1"), attribute("b", expression="a + 1")])
    with pytest.raises(MeasureError, match="attribute a is defined by itself"):
        in_levels([attribute("a", expression="a + 1")])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"expression": "spend + 1"}, 'attribute bad in pipelines/attributes: .*"spend" not found'),
        ({"sql": "select customer_id, 1 as amount from profiles"}, '"value"'),
        (
            {"sql": "select customer_id, status as value from consents", "type": "text"},
            "customer C1 more than one value",
        ),
    ],
)
def test_a_failing_attribute_is_named(engine, said, told):
    with pytest.raises(MeasureError, match=told):
        add_attributes(engine, [attribute("bad", **said)], MOMENT)


def test_an_attribute_reads_published_tables_only():
    (message,) = check_attribute(attribute("bad", sql="select customer_id, 1 as value from secrets"))
    assert "reads 'secrets'" in message
    (message,) = check_attribute(attribute("bad", expression="1 +"))
    assert "not valid SQL" in message


def test_attributes_can_be_asked_for_in_segments():
    made = segment_kinds([attribute("a", expression="1"), attribute("b", expression="now()", type="instant")])
    assert made == {"a": "number", "b": "instant"}


@pytest.mark.parametrize("said", [{}, {"expression": "1", "sql": "select 1"}, {"expression": "1", "default": 3}])
def test_an_attribute_has_exactly_one_definition(said):
    with pytest.raises(ValueError, match=r"either `expression` or `sql`|coalesce"):
        attribute("bad", **said)


def test_figures_of_the_day_are_added_to_those_of_earlier_days(engine):
    figures = group(kpi("select status as dimension, count(*) as value from consents group by status"))
    assert build_kpis(engine, [figures], MOMENT, previous=False) == 2
    engine.create_table("prev_kpis", "select * from kpis")
    build_kpis(engine, [figures], NEXT, previous=True)
    rows = engine.rows("select business_date, dimension, value from kpis order by all")
    assert rows == [(day, name, n) for day in (DAY, date(2026, 6, 1)) for name, n in (("in", 2.0), ("out", 1.0))]


def test_a_rating_without_its_own_time_counts_from_when_the_ticket_was_solved(engine):
    service, faults = load_document(ROOT / "pipelines/kpis/service.yaml", KpiGroup)
    assert service is not None, faults
    engine.execute(
        "create temp table tickets as from (values "
        "('r1', 5, null, timestamp '2026-05-01', null, false, timestamp '2026-05-01'), "
        "('r1', 2, null, null, timestamp '2026-05-02', false, timestamp '2026-05-01'), "
        "('r1', 1, null, timestamp '2026-06-01', null, false, timestamp '2026-05-01')) "
        "as t(record_id, csat_score, csat_at, solved_at, updated_at, is_open, opened_at)"
    )
    engine.execute(
        "create temp table survey_responses "
        "(record_id varchar, survey_type varchar, score integer, responded_at timestamp)"
    )
    build_kpis(engine, [service], MOMENT, previous=False)
    assert engine.rows("select kpi, value from kpis where kpi in ('csat', 'csat_mean') order by kpi") == [
        ("csat", 0.5),
        ("csat_mean", 3.5),
    ]


def test_the_same_day_again_replaces_its_figures(engine):
    figures = group(kpi("select 'all' as dimension, count(*) as value from consents"))
    build_kpis(engine, [figures], MOMENT, previous=False)
    engine.create_table("prev_kpis", "select * from kpis")
    build_kpis(engine, [figures], MOMENT, previous=True)
    assert engine.scalar("select count(*) from kpis") == 1


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select status as dimension, 1 as value from consents", "gives dimension 'in' more than once"),
        ("select 1 as value", "KPI statements in pipelines/kpis/test.yaml: .*dimension"),
        ("select 'all' as dimension, 'many' as value", "KPI statements in pipelines/kpis/test.yaml: .*to DOUBLE"),
    ],
)
def test_a_failing_kpi_is_named(engine, sql, told):
    with pytest.raises(MeasureError, match=told):
        build_kpis(engine, [group(kpi(sql))], MOMENT, previous=False)


def test_a_kpi_reads_published_tables_only():
    (message,) = check_kpi(kpi("select 'all' as dimension, count(*) as value from kpis"))
    assert "reads 'kpis'" in message


def test_a_kpi_stands_once_in_its_file():
    with pytest.raises(ValueError, match="statements stands twice"):
        group(kpi("select 1"), kpi("select 2"))


def test_a_figure_of_nothing_known_is_told_as_unknown_and_no_number_is_left_out(engine):
    figures = kpi("select null as dimension, 1 as value union all select 'odd', 'nan'::double")
    assert build_kpis(engine, [group(figures)], MOMENT, previous=False) == 1
    assert engine.rows("select dimension, value from kpis") == [("(unknown)", 1.0)]


def test_a_part_of_a_select_may_not_be_called_like_a_published_table():
    (message,) = check_kpi(kpi("with orders as (select 1 as n) select 'all' as dimension, n as value from orders"))
    assert "'orders', as a published table is called" in message


def test_a_column_of_a_fact_is_no_attribute_of_that_name(engine):
    same = attribute("status", sql="select customer_id, min(status) as value from consents group by 1", type="text")
    add_attributes(engine, [same], MOMENT)
    assert engine.rows("select status from profiles order by customer_id") == [("in",), (None,)]


def test_attributes_are_found_in_any_case(engine):
    assert [
        [item.name for item in level]
        for level in in_levels([attribute("b", expression="A + 1 -- more"), attribute("a", expression="1")])
    ] == [["a"], ["b"]]
    add_attributes(engine, [attribute("a", expression="1"), attribute("b", expression="A + 1 -- more")], MOMENT)
    assert profiles(engine)[0]["b"] == 2


def test_a_word_of_sql_is_no_name():
    with pytest.raises(ValueError, match="'select' is a word of SQL"):
        attribute("select", expression="1")


def test_a_customer_without_a_value_has_none(engine):
    engine.create_table("profiles", "select 'C1' as customer_id union all select 'C2'")
    known = attribute("known", sql="select customer_id, 1 as value from profiles where customer_id = 'C2'")
    add_attributes(engine, [known], MOMENT)
    assert engine.rows("select customer_id, known from profiles order by all") == [("C1", None), ("C2", 1)]

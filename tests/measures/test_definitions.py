"""KPIs and computed attributes: what they give, and how mistakes in them are told."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from cdp.engines import open_engine
from cdp.errors import MeasureError
from cdp.measures.attributes import add_attributes, check_attribute, in_levels, segment_kinds
from cdp.measures.definitions import Attribute, Kpi, KpiGroup
from cdp.measures.kpis import build_kpis, check_kpi

AS_OF, DAY = datetime(2026, 6, 1), date(2026, 5, 31)


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
    add_attributes(engine, [counted], as_of=AS_OF)
    assert [row["statements"] for row in profiles(engine)] == [2, 0]


def test_attributes_may_build_on_each_other_in_any_order_of_files(engine):
    last = attribute("c", expression="b + 1")
    first = attribute("a", expression="spent * 2")
    middle = attribute("b", sql="select customer_id, a + 5 as value from profiles")
    add_attributes(engine, [last, middle, first], as_of=AS_OF)
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
        add_attributes(engine, [attribute("bad", **said)], as_of=AS_OF)


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
    assert build_kpis(engine, [figures], as_of=AS_OF, business_date=DAY, previous=False) == 2
    engine.create_table("prev_kpis", "select * from kpis")
    build_kpis(engine, [figures], as_of=AS_OF, business_date=date(2026, 6, 1), previous=True)
    rows = engine.rows("select business_date, dimension, value from kpis order by all")
    assert rows == [(day, name, n) for day in (DAY, date(2026, 6, 1)) for name, n in (("in", 2.0), ("out", 1.0))]


def test_the_same_day_again_replaces_its_figures(engine):
    figures = group(kpi("select 'all' as dimension, count(*) as value from consents"))
    build_kpis(engine, [figures], as_of=AS_OF, business_date=DAY, previous=False)
    engine.create_table("prev_kpis", "select * from kpis")
    build_kpis(engine, [figures], as_of=AS_OF, business_date=DAY, previous=True)
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
        build_kpis(engine, [group(kpi(sql))], as_of=AS_OF, business_date=DAY, previous=False)


def test_a_kpi_reads_published_tables_only():
    (message,) = check_kpi(kpi("select 'all' as dimension, count(*) as value from kpis"))
    assert "reads 'kpis'" in message


def test_a_kpi_stands_once_in_its_file():
    with pytest.raises(ValueError, match="statements stands twice"):
        group(kpi("select 1"), kpi("select 2"))

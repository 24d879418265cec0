"""A name has one form, whether the nightly run or a resolve of bare files reads it."""

from __future__ import annotations

import pandas as pd
import pytest
from identity.town import RECORD_COLUMNS

from cdp.engines import open_engine
from cdp.identity.forms import plain_name
from cdp.identity.generic.standardise import _RAW, standardise
from cdp.identity.identifier_graph import make
from cdp.identity.names import register_names

NAMES = (
    ("Anna", "Müller", "anna", "muller", None),
    ("ANNA", "Mueller", "anna", "muller", None),
    ("Jürgen", "Groß", "jurgen", "gross", None),
    ("Juergen", "Gross", "jurgen", "gross", None),
    ("Dr. Zoë", "O'Brien", "zo", "obrien", None),
    ("Prof. Dr. José", "Peña", "jose", "pena", None),
    ("Łukasz", "Wiśniewski", "lukasz", "wisniewski", None),
    ("Tom", "Lee Jr.", "tom", "lee", "jr"),
    ("Tom", "Lee Senior", "tom", "lee", "sr"),
    ("Tom", "Lee III", "tom", "lee", "iii"),
    ("Herr Uwe", "Schäfer", "uwe", "schafer", None),
)
GENERATIONS = {"1": "sr", "2": "jr", "3": "iii", "4": "iv"}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    engine = open_engine("duckdb", temp_dir=tmp_path_factory.mktemp("forms"))
    rows = [
        {**dict.fromkeys(RECORD_COLUMNS), "record_id": f"{number:02d}", "first_name": first, "last_name": last}
        for number, (first, last, *_) in enumerate(NAMES)
    ]
    engine.register("identity_records", pd.DataFrame(rows, columns=RECORD_COLUMNS, dtype="string"))
    engine.create_table("record_identifiers", "select '' as record_id, '' as identifier_type where false")
    register_names(engine, [], [])
    make(engine, "record_names")
    given = {"raw_given_name": "first_name", "raw_family_name": "last_name"}
    raw = ", ".join(f"{given.get(f'raw_{name}', 'cast(null as varchar)')} as raw_{name}" for name in _RAW)
    select = (
        f"select 'files' as source, record_id as source_id, {raw}, cast(null as varchar[]) as emails, "
        "cast(null as varchar[]) as phones from identity_records"
    )
    standardise(engine, [select], 0, 0)
    yield engine
    engine.close()


@pytest.mark.parametrize(("number", "name"), list(enumerate(NAMES)), ids=[" ".join(name[:2]) for name in NAMES])
def test_both_ways_give_a_name_the_same_form(engine, number, name):
    key = {"record_id": f"{number:02d}"}
    nightly = engine.rows(
        "select first_std, family_std, suffix_std from record_names where record_id = $record_id", key
    )
    files = engine.rows("select given, family, generation from people where source_id = $record_id", key)
    [(given, family, generation)] = files
    assert (given, family, GENERATIONS.get(generation)) == nightly[0]
    assert (given, family) == name[2:4]
    assert nightly[0][2] == name[4]


@pytest.mark.parametrize(
    ("written", "form"), [("Jürgen", "jurgen"), ("Juergen", "jurgen"), ("Łukasz", "lukasz"), ("Strauß", "strauss")]
)
def test_short_forms_are_looked_up_in_that_form(written, form):
    assert plain_name(written) == form


def test_a_date_that_programs_write_is_forgotten_sooner_than_a_common_birthday(tmp_path):
    engine = open_engine("duckdb", temp_dir=tmp_path)
    dates = [f"19{year}-05-{day}" for year in range(50, 90) for day in (11, 12)]
    dates += 5 * ["1970-01-01"] + 5 * ["1966-03-03"]
    engine.register("born", pd.DataFrame({"d": dates, "n": [f"{n:03d}" for n in range(len(dates))]}, dtype="string"))
    raw = ", ".join(f"{'d' if name == 'birth_date' else 'cast(null as varchar)'} as raw_{name}" for name in _RAW)
    lists = "cast(null as varchar[]) as emails, cast(null as varchar[]) as phones"
    standardise(engine, [f"select 'files' as source, n as source_id, {raw}, {lists} from born"], 0, 0)
    counted = dict(engine.rows("select coalesce(birth, ''), count(*) from people group by all having count(*) > 1"))
    engine.close()
    assert counted == {"": 5, "19660303": 5}

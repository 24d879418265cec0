"""Random nights with random faults against a model of a few lines: every row is accounted for, the newest rows win."""

from __future__ import annotations

import itertools
from datetime import datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.ingest.discover import discover
from cdp.ingest.feed import Feed
from cdp.ingest.landing import Landing
from cdp.ingest.stage import History, land_inbox
from cdp.ingest.versions import SUPERSEDED_COLUMNS

CONTRACT = Contract.model_validate(
    {
        "kind": "contract",
        "name": "visits",
        "description": "Visits.",
        "key": ["visit_id"],
        "version": "changed_at",
        "properties": [
            {"name": "visit_id", "required": True, "logicalTypeOptions": {"pattern": r"V\d"}},
            {"name": "points", "logicalType": "integer", "logicalTypeOptions": {"maximum": 9}},
            {"name": "note"},
            {"name": "changed_at", "logicalType": "timestamp"},
        ],
    }
)
FEED = Feed.model_validate(
    {"feed": "visits", "description": "d", "source": "s", "files": ["*.csv"],
     "form": {"type": "csv", "encoding": "cp1252"}, "contract": "visits", "tables": ["touchpoints"]}
)  # fmt: skip
HEADER = "visit_id,points,note,changed_at\n"
GOOD = st.tuples(
    st.sampled_from(["V1", "V2", "V3"]),
    st.sampled_from(["", "1", "2"]),
    st.sampled_from(["", "plain", "é", '"a,b"', '"two\nlines"', 'q"uote']),
    st.sampled_from(["", "2026-05-01", "2026-05-02"]),
).map(lambda row: ("good", ",".join(row)))
BAD = st.sampled_from(
    ["V1,1,few", "V1,1,x,2026-05-01,many", 'V1,1,"open,2026-05-01', "W9,1,key,2026-05-01", "V2,10,range,", "V2,é,type,",
     ",1,no key,", 'V3,"1"x,malformed,', HEADER.strip()]
).map(lambda record: ("bad", record))  # fmt: skip
BLANK = st.just(("blank", ""))
NIGHTS = st.lists(st.lists(st.one_of(GOOD, GOOD, GOOD, BAD, BLANK), max_size=12), min_size=1, max_size=3)


def expected(nights):
    """What must come of the files, by the words of the documentation."""
    current, ledgers = {}, []
    for rows in nights:
        counted = dict.fromkeys(("read", "accepted", "quarantined", "duplicate", "superseded"), 0)
        refused = set()
        newest: dict[str, tuple[str, str]] = {}
        seen = []
        is_behind = False  # an open quote: what has no key there is part of the broken record
        for kind, record in rows:
            if kind == "blank":
                continue
            counted["read"] += 1
            if kind == "bad":
                has_no_key = record.startswith(("W9", ",1"))
                is_structural = record.split(",")[0] == "V1" or "malformed" in record or record == HEADER.strip()
                is_structural |= is_behind and has_no_key
                is_behind = record.endswith('"open,2026-05-01') or (is_behind and is_structural)
                if is_structural and record in refused:
                    counted["duplicate"] += 1
                else:
                    counted["quarantined"] += 1
                refused |= {record} if is_structural else set()
                continue
            is_behind = False
            seen.append((record[:2], record[-10:] if record[-1] != "," else "", record))
        copies = len(seen) - len(set(seen))
        counted["duplicate"] += copies
        last = {item: place for place, item in enumerate(seen)}
        for key in {key for key, *_ in seen}:
            mine = sorted((item for item in last if item[0] == key), key=lambda item: (item[1], last[item]))
            newest[key] = mine[-1][1:]
            for *_, version, record in mine:
                known = current.get(key)
                if known and record == known[1]:
                    counted["duplicate"] += 1
                elif (version, record) != newest[key] or (known and version < known[0]):
                    counted["superseded"] += 1
                else:
                    counted["accepted"] += 1
        for key, (version, record) in newest.items():
            known = current.get(key)
            if not known or (record != known[1] and version >= known[0]):
                current[key] = (version, record)
        ledgers.append(counted)
    return ledgers, {record for _, record in current.values()}


@pytest.fixture(scope="module")
def engine():
    made = open_engine(threads=1)
    yield made
    made.close()


_numbers = itertools.count()


@settings(max_examples=70, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=NIGHTS)
@example(nights=[[("good", "V1,,,"), ("bad", 'V1,1,"open,2026-05-01'), *[("bad", "W9,1,key,2026-05-01")] * 2]])
def test_every_row_is_accounted_for_and_the_newest_win(nights, engine, tmp_path):
    folder = tmp_path / str(next(_numbers))
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    (folder / "work").mkdir()
    contents = {}
    for number, rows in enumerate(nights):
        # a last line of its own makes every file another one
        content = HEADER + "".join(record + "\n" for _, record in rows) + "\n" * number
        contents[f"inbox/{number}.csv"] = content.encode("cp1252")
        (inbox / f"{number}.csv").write_bytes(content.encode("cp1252"))
    engine.execute(f"create or replace temp table superseded_rows ({SUPERSEDED_COLUMNS})")
    landing = Landing(engine, datetime(2026, 6, 1), "r1", folder / "work", folder / "landed")
    result = land_inbox(landing, discover(inbox, [FEED]), {"visits": FEED}, {"visits": CONTRACT}, History())

    wanted, records = expected(nights)
    for ledger, counted in zip(result.ledgers, wanted, strict=True):
        found = {name: getattr(ledger, f"rows_{name}") for name in counted}
        assert found == counted
        assert ledger.balanced() == ledger
    for row in result.quarantined:
        raw = row.raw.encode() if row.raw_bytes is None else row.raw_bytes
        lines = contents[row.file].split(b"\n")
        assert b"\n".join(lines[row.line - 1 :]).startswith(raw)
        assert raw
    assert landed(engine, result) == {as_values(record) for record in records}


def as_values(record):
    key, points, *note, changed_at = record.split(",")
    text = ",".join(note).strip('"') if '"' in record and 'q"' not in record else ",".join(note)
    return key, int(points) if points else None, text or None, changed_at or None


def landed(engine, result):
    paths = result.landed.get("visits", ())
    if not paths:
        return set()
    listed = ", ".join(f"'{path}'" for path in paths)
    return set(
        engine.rows(
            "select visit_id, points, note, changed_at::date::varchar "
            f"from read_parquet([{listed}]) anti join superseded_rows using (_file_id, _row)"
        )
    )

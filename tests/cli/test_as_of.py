"""--as-of answers from the last run up to a date: what was known and true at its end."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime

import pytest

from cdp.cli import main
from cdp.errors import NotFoundError
from cdp.runs import Manifest, Store, run_as_of
from cdp.serving import Reader


@pytest.fixture(scope="module")
def somebody(published_sample):
    """A customer of the first night of whom the second knows more."""
    with Reader(published_sample / "data/serve/current") as reader:
        return reader.scalar(
            "select customer_id from touchpoints inner join profiles using (customer_id) "
            "where occurred_at < '2026-06-02' group by customer_id "
            "having min(occurred_at) < '2026-05-01' and max(occurred_at) >= '2026-06-01' "
            "order by count(*) desc, customer_id limit 1"
        )


@pytest.fixture
def ask(published_sample, capsys):
    """Call ``cdp customer`` and read its JSON; exit code, document, stderr."""

    def _ask(*words, workspace=published_sample):
        code = main(["customer", *words, "--workspace", str(workspace), "--format", "json"])
        out, err = capsys.readouterr()
        return code, json.loads(out) if out else None, err

    return _ask


def test_a_timeline_ends_with_the_day_asked_for(ask, somebody):
    now = ask("timeline", somebody)[1]
    code, then, err = ask("timeline", somebody, "--as-of", "2026-05-31")
    assert (code, err) == (0, "as known at the end of 2026-05-31 (run 2026-05-31-0001)\n")
    assert max(row["occurred_at"] for row in now) >= "2026-06-01" > max(row["occurred_at"] for row in then)
    until_then = [row for row in now if row["occurred_at"] < "2026-06-01"]
    late = [row["order_id"] for row in until_then if row not in then]
    assert late == ["S107-2-6027"], "the receipt came in a day later"
    assert then == [row for row in until_then if row["order_id"] not in late]


def test_the_360_view_is_that_of_the_day(ask, somebody):
    then, now = (ask("show", somebody, "--as-of", day)[1] for day in ("2026-05-31", "2026-06-01"))
    assert (then["business_date"], then["run_id"]) == ("2026-05-31", "2026-05-31-0001")
    assert (now["business_date"], now["run_id"]) == ("2026-06-01", "2026-06-01-0002")
    assert then["profile"]["count_touchpoints"] < now["profile"]["count_touchpoints"]
    assert now == ask("show", somebody)[1]
    assert now == ask("show", somebody, "--as-of", "2031-01-01")[1]


def test_a_date_before_the_first_kept_run_says_what_can_be_asked(ask, somebody):
    code, document, err = ask("show", somebody, "--as-of", "2026-05-30")
    assert (code, document) == (1, None)
    assert "nothing is kept of 2026-05-30: the oldest run that is kept is that of 2026-05-31" in err
    assert "2026-05-31, 2026-06-01" in err


def test_a_published_file_that_is_gone_is_built_anew_from_its_manifest(ask, somebody, published_sample, tmp_path):
    copy = shutil.copytree(published_sample, tmp_path / "copy", symlinks=True)
    first = copy / "data/serve/cdp_2026-05-31-0001.duckdb"
    first.unlink()
    then = ask("show", somebody, "--as-of", "2026-05-31", workspace=copy)[1]
    assert then == ask("show", somebody, "--as-of", "2026-05-31")[1]
    assert first.is_file()
    first.unlink()
    manifest = Store(copy / "data").read("2026-05-31-0001")
    (copy / "data" / manifest.tables["profiles"][0].path).unlink()
    code, _, err = ask("show", somebody, "--as-of", "2026-05-31", workspace=copy)
    assert code == 1
    assert "is gone, and tables/2026-05-31-0001/profiles.parquet with it" in err


def _commit(store, run_id, parent):
    day = date.fromisoformat(run_id[:10])
    moment = datetime.combine(day, datetime.max.time())
    store.commit(Manifest(run_id, parent, day, moment, "duckdb", "", {}, {}, f"cdp_{run_id}.duckdb"))


def test_the_newest_run_of_a_date_answers_and_none_that_was_rolled_back(tmp_path):
    store = Store(tmp_path)
    store.serve.mkdir()
    with pytest.raises(NotFoundError, match="nothing is published yet"):
        run_as_of(store, date(2026, 5, 1))
    _commit(store, "2026-05-01-0001", None)
    _commit(store, "2026-05-01-0002", "2026-05-01-0001")
    _commit(store, "2026-05-02-0003", "2026-05-01-0002")
    store.point_to(store.read("2026-05-01-0002"))
    _commit(store, "2026-05-04-0004", "2026-05-01-0002")
    asked = {day: run_as_of(store, date(2026, 5, day)).run_id for day in (1, 2, 3, 4, 9)}
    assert asked == {
        1: "2026-05-01-0002",
        2: "2026-05-01-0002",
        3: "2026-05-01-0002",
        4: "2026-05-04-0004",
        9: "2026-05-04-0004",
    }

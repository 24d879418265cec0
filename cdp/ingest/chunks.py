"""Hold the staged rows of one stretch of a file to its contract, and keep what comes of them.

A file passes through in stretches: the typed rows of one are in memory at a time. What outlives a stretch is its good
rows in a parquet file, and of each row what placing it takes: key, version, hash.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cdp.contracts import Contract
from cdp.engines import Engine
from cdp.ingest.checks import contract_sql, key_sql, quoted, version_sql
from cdp.ingest.references import known_references
from cdp.ingest.restatement import Scope, scope_value

INCOMING = "_row bigint, _key varchar, _version timestamp, _hash ubigint, _scope varchar"


@dataclass(frozen=True)
class Broken:
    """A row that breaks the contract; ``raw`` is its text where the stretch had it."""

    row: int
    reasons: tuple[str, ...]
    key: str
    raw: str | None


@dataclass
class Judged:
    """What came of all stretches so far. ``notes``: by code, how many rows and the first of them."""

    rows: int = 0
    broken: list[Broken] = field(default_factory=list)
    notes: dict[str, tuple[int, int]] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)

    def note(self, code: str, count: int, first: int) -> None:
        """Add to the rows of which a code is told."""
        known = self.notes.get(code, (0, first))
        self.notes[code] = (known[0] + count, min(known[1], first))


def needs_whole_file(contract: Contract) -> bool:
    """Whether a row's place depends on other rows' values, so that all must be judged together."""
    return tells_equal_rows_apart(contract) or any(item.unique for item in contract.properties)


def tells_equal_rows_apart(contract: Contract) -> bool:
    """Whether rows of one key that are equal are lines of their own."""
    return contract.rows_per_key == "many" and contract.equal_rows == "each"


def judge(
    engine: Engine,
    contract: Contract,
    as_of: object,
    first: int = 0,
    *,
    is_numbered: bool = True,
    is_told_whole: bool = False,
) -> int:
    """Hold ``staged`` to the contract; gives the number of rows.

    Makes ``judged``: every row with ``_row``, typed values, ``_key``, ``_version``, ``_hash``, ``_reasons``,
    ``_notes``, ``_raw_key``, and ``_extra`` where it was staged. ``first`` is added to the numbers that ``staged``
    gives its rows; without ``is_numbered`` they are counted as they stand. ``is_told_whole``: rows that are refused
    carry ``_loaded`` of the staged table as JSON in ``_raw``.

    ``_hash`` tells rows of one key apart, so that 64 bits are plenty. It is the engine's own, which another version of
    it may change: rows delivered again would then count as accepted and replace their equals, nothing else.
    """
    rows = engine.create_table(
        "chunk", _judging(engine, contract, is_numbered=is_numbered, is_told_whole=is_told_whole), {"as_of": as_of}
    )
    numbered = f"* replace (_row + {first} as _row)" if is_numbered else f"{first} + rowid as _row, *"
    engine.create_view("judged", f"select {numbered} from chunk")
    return rows


def stays_in_order(engine: Engine, contract: Contract, as_of: object) -> bool:
    """Whether the engine would judge the rows of ``staged`` in the order in which they stand.

    It does not where it joins, and it joins where it looks something up, be it in a list of constants.
    """
    plan = engine.rows(f"explain {_judging(engine, contract, is_numbered=False)}", {"as_of": as_of})
    return "JOIN" not in "".join(text for _, text in plan).upper()


def _judging(engine: Engine, contract: Contract, *, is_numbered: bool, is_told_whole: bool = False) -> str:
    carried = {"_raw_key": " || '|' || ".join(f"coalesce({quoted(name)}, '')" for name in contract.key)}
    extra = ", _extra" if "_extra" in engine.columns("staged") else ""
    if extra:
        carried["_extra"] = "_extra"
    raw = ""
    if is_told_whole:
        carried["_loaded"] = "_loaded"
        raw = ", case when len(_reasons) > 0 then to_json(_loaded)::varchar end as _raw"
    names = ", ".join(quoted(item.name) for item in contract.properties)
    apart = (
        f", row_number() over (partition by {key_sql(contract)}, hash({names}) order by _row)"
        if tells_equal_rows_apart(contract)
        else ""
    )
    number = "_row, " if is_numbered else ""
    return (
        f"select {number}{names}, {key_sql(contract)} as _key, {version_sql(contract)} as _version, "
        f"hash({names}{apart}) as _hash, _reasons, _notes, "
        f"case when len(_reasons) > 0 then _raw_key end as _raw_key{raw}{extra} "
        f"from ({contract_sql(contract, known=known_references(engine, contract), carried=carried)})"
    )


def open_incoming(engine: Engine, scope: Scope | None = None) -> None:
    """Make the tables that outlive a stretch: ``incoming`` of good rows, ``refused_keys`` where a file restates."""
    engine.execute(f"create or replace temp table incoming ({INCOMING})")
    if scope is not None:
        engine.execute("create or replace temp table refused_keys (_key varchar)")


def keep(engine: Engine, contract: Contract, file_id: str, path: Path, judged: Judged, scope: Scope | None) -> None:
    """Keep what came of the rows in ``judged``; the good ones go to a parquet file at ``path``, if there are any."""
    count_broken, count_told = engine.rows(
        "select count(*) filter (len(_reasons) > 0), count(*) filter (len(_notes) > 0) from judged"
    )[0]
    if count_broken:
        raw = "_raw" if "_raw" in engine.columns("judged") else "null"
        judged.broken += [
            Broken(row, tuple(reasons), key, text)
            for row, reasons, key, text in engine.rows(
                f"select _row, _reasons, _raw_key, {raw} from judged where len(_reasons) > 0 order by _row"
            )
        ]
        if scope is not None:
            engine.execute("insert into refused_keys select _key from judged where len(_reasons) > 0")
    if count_told:
        for code, count, first in engine.rows(
            "select code, count(*), min(_row) from (select _row, unnest(_notes) as code from judged "
            "where len(_reasons) = 0) group by code order by code"
        ):
            judged.note(code, count, first)
    good = "from judged where len(_reasons) = 0" if count_broken else "from judged"
    value = scope_value(contract, scope)
    engine.execute(f"insert into incoming select _row, _key, _version, _hash, {value} as _scope {good}")
    names = ", ".join(quoted(item.name) for item in contract.properties)
    extra = ", _extra" if "_extra" in engine.columns("judged") else ""
    sql = f"select {names}, $file_id as _file_id, _row, _hash, _notes{extra} {good}"
    if engine.write_parquet(sql, path, {"file_id": file_id}):
        judged.files.append(path)
    else:
        path.unlink()


def without_duplicates(engine: Engine, files: list[Path]) -> list[Path]:
    """The files without the rows that ``placed`` calls duplicates; those that have none are left as they are."""
    kept = []
    for path in files:
        engine.read_parquet("landed_chunk", [path])
        doubled = "semi join (from placed where place = 'duplicate') using (_row)"
        if not engine.scalar(f"select count(*) from landed_chunk {doubled}"):
            kept.append(path)
            continue
        fewer = path.with_name(f"fewer-{path.name}")
        if engine.write_parquet(f"from landed_chunk {doubled.replace('semi', 'anti')} order by _row", fewer):
            kept.append(fewer)
    engine.drop("landed_chunk")
    return kept

"""Hold the staged rows of one stretch of a file to its contract, and keep what comes of them.

A file passes through in stretches, and the good rows of each go straight to a parquet file. Rows that did not get
there are looked at a second time, for their reasons: most files have few of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cdp.contracts import Contract
from cdp.engines import Engine
from cdp.ingest.checks import contract_sql, key_sql, quoted, text, version_sql
from cdp.ingest.references import known_references
from cdp.ingest.restatement import Scope, scope_value


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
    stretches: int = 0


def needs_whole_file(contract: Contract) -> bool:
    """Whether a row's place depends on other rows' values, so that all must be judged together."""
    return tells_equal_rows_apart(contract) or any(item.unique for item in contract.properties)


def tells_equal_rows_apart(contract: Contract) -> bool:
    """Whether rows of one key that are equal are lines of their own."""
    return contract.rows_per_key == "many" and contract.equal_rows == "each"


def keep(
    engine: Engine,
    contract: Contract,
    as_of: object,
    file_id: str,
    folder: Path,
    expected: int,
    judged: Judged,
    scope: Scope | None = None,
    parts: Sequence[str] = (),
    *,
    is_told_whole: bool = False,
) -> None:
    """Hold the ``expected`` rows of ``staged`` to the contract; the good ones go to parquet files in ``folder``.

    There each has its typed values, ``_file_id``, ``_row``, ``_hash``, ``_notes``, and ``_extra`` where it was staged.
    If there are others, they are left in the table ``judged``: with ``_reasons`` besides, and with ``_key`` and
    ``_raw_key``. ``is_told_whole``: these carry ``_loaded`` of the staged table as JSON in ``_raw``. Where the file
    restates (``scope``), their keys go to ``refused_keys``. ``parts``: see ``Staged``.

    ``_hash`` tells rows of one key apart, so that 64 bits are plenty. It is the engine's own, which another version of
    it may change: rows delivered again would then count as accepted and replace their equals, nothing else.
    """
    extra = ", _extra" if "_extra" in engine.columns("staged") else ""
    names = ", ".join(quoted(item.name) for item in contract.properties)
    apart = (
        f", row_number() over (partition by {key_sql(contract)}, hash({names}) order by _row)"
        if tells_equal_rows_apart(contract)
        else ""
    )
    good = (
        f"select {names}, {_one_text(file_id)} as _file_id, _row, hash({names}{apart}) as _hash, _notes{extra} "
        f"from ({_judging(engine, contract, 'staged', extra, is_sieve=True)})"
    )
    params = {"as_of": as_of}
    judged.stretches += 1
    stem = f"landing-{judged.stretches:05d}"
    if len(parts) > 1 and not needs_whole_file(contract) and not known_references(engine, contract):
        paths = [folder / f"{stem}-{number:05d}.parquet" for number in range(len(parts))]
        selects = [f"with staged as ({part}) {good}" for part in parts]
        written = engine.write_parquets(list(zip(selects, paths, strict=True)), params)
    else:
        paths = [folder / f"{stem}.parquet"]
        written = [engine.write_parquet(good, paths[0], params)]
    found = [path for path, rows in zip(paths, written, strict=True) if rows]
    for path in set(paths).difference(found):
        path.unlink()
    judged.rows += sum(written)
    judged.files += found
    if sum(written) < expected:
        _look_again(engine, contract, as_of, found, judged, extra, is_told_whole=is_told_whole)
        if scope is not None:
            engine.execute("insert into refused_keys select _key from judged")


def _one_text(value: str) -> str:
    """SQL of a text that is the same in all rows: as an enum, which takes half as long to write and is read as text."""
    return f"{text(value)}::enum({text(value)})"


def _look_again(
    engine: Engine,
    contract: Contract,
    as_of: object,
    found: Sequence[Path],
    judged: Judged,
    extra: str,
    *,
    is_told_whole: bool,
) -> None:
    """Make ``judged`` of the staged rows that are not among the good ones in ``found``."""
    rest = "staged"
    if found and not needs_whole_file(contract):
        engine.read_parquet("landed_chunk", found)
        engine.create_table("rest", "select * from staged anti join landed_chunk using (_row)")
        engine.drop("landed_chunk")
        rest = "rest"
    raw = "to_json(_loaded)::varchar" if is_told_whole else "null::varchar"
    judged.rows += engine.create_table(
        "judged",
        f"select *, {key_sql(contract)} as _key, {raw} as _raw "
        f"from ({_judging(engine, contract, rest, extra, is_told_whole=is_told_whole)}) where len(_reasons) > 0",
        {"as_of": as_of},
    )
    engine.drop("rest")
    judged.broken += [
        Broken(row, tuple(reasons), key, text)
        for row, reasons, key, text in engine.rows("select _row, _reasons, _raw_key, _raw from judged order by _row")
    ]


def _judging(
    engine: Engine, contract: Contract, staged: str, extra: str, *, is_told_whole: bool = False, is_sieve: bool = False
) -> str:
    carried = {"_raw_key": " || '|' || ".join(f"coalesce({quoted(name)}, '')" for name in contract.key)}
    if extra:
        carried["_extra"] = "_extra"
    if is_told_whole:
        carried["_loaded"] = "_loaded"
    return contract_sql(contract, staged, known_references(engine, contract), carried, is_sieve=is_sieve)


def open_incoming(engine: Engine, contract: Contract, judged: Judged, scope: Scope | None = None) -> None:
    """Make the view ``incoming`` of all good rows that were kept, and look what is told of them.

    It holds what placing them takes, and reads their files through the view ``landed_chunk``.
    """
    if not judged.files:
        engine.create_table(
            "incoming",
            "select null::bigint as _row, null::varchar as _key, null::timestamp as _version, null::ubigint as _hash, "
            "null::varchar as _scope where false",
        )
        return
    engine.read_parquet("landed_chunk", judged.files)
    engine.create_view(
        "incoming",
        f"select _row, {key_sql(contract)} as _key, {version_sql(contract)} as _version, _hash, "
        f"{scope_value(contract, scope)} as _scope from landed_chunk",
    )
    for code, count, first in engine.rows(
        "select code, count(*), min(_row) from (select _row, unnest(_notes) as code from landed_chunk "
        "where len(_notes) > 0) group by code order by code"
    ):
        judged.notes[code] = (count, first)


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

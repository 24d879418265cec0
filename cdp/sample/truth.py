"""Write what really is: the answers against which any reading of the exports can be scored."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cdp.sample.answers import SEGMENTS, keep_ledgers, segment_rows, totals_rows
from cdp.sample.calendar import utc
from cdp.sample.catalogue import SHOP
from cdp.sample.exports.sheets import MANIFEST, csv_line
from cdp.sample.people import Person
from cdp.sample.world import World

MEASURES = ("kpi", "dimension", "value", "definition")
INCONSISTENCIES = (
    "sku", "odd_channel", "odd_price", "other_channels", "other_price", "valid_from", "valid_to", "current"
)  # fmt: skip
IDENTITY = ("feed", "source_record_id", "kind", "person_id", "evidence", "shared", "component", "erased")


def write_truth(world: World, folder: Path, manifest: list[tuple[str, ...]]) -> dict[str, Any]:
    """Write every truth file into the folder and return counts for a summary."""
    folder.mkdir(parents=True, exist_ok=True)
    world.registry.number_components()
    ledgers = keep_ledgers(world)
    segments = segment_rows(ledgers, world.calendar.end)
    _csv(folder / "truth_identity.csv", IDENTITY, _identity(world))
    _csv(folder / "truth_segments.csv", ("segment_name", "person_id"), segments)
    _csv(folder / "truth_confusable_pairs.csv", ("kind", "person_a", "person_b"), world.settlement.confusable)
    _csv(folder / "dirt_manifest.csv", MANIFEST, manifest)
    measures = world.marketing.measures(world.market.orders)
    _csv(folder / "truth_kpis.csv", MEASURES, [(kpi, of, str(value), words) for kpi, of, value, words in measures])
    odd = world.pricing.inconsistencies(utc(world.calendar.end - 1).date())
    _csv(folder / "truth_price_inconsistencies.csv", INCONSISTENCIES, odd)
    _parquet(folder / "truth_people.parquet", _people(world))
    _parquet(folder / "truth_totals.parquet", totals_rows(ledgers))
    meta = {
        "as_of": _z(world.calendar.end), "currency": "EUR", "night_cuts": [_z(cut) for cut in world.calendar.cuts],
        "nights": world.calendar.nights, "people": len(world.people),
        "people_without_mobile": sum(not p.mobile for p in world.people), "seed": world.seed, "segments": SEGMENTS,
        "shop": SHOP,
    }  # fmt: skip
    (folder / "truth_meta.json").write_text(json.dumps(meta, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return {"records": len(world.registry.records), "segments": segments}


def _z(instant: int) -> str:
    return f"{utc(instant):%Y-%m-%dT%H:%M:%SZ}"


def _identity(world: World) -> list[tuple[str, ...]]:
    erased = {person.person_id for person in world.erased}
    records = sorted(world.registry.records.values(), key=lambda r: (r.feed, r.source_record_id))
    return [
        (r.feed, r.source_record_id, r.kind, r.owner, r.evidence, str(int(r.shared)), str(r.component),
         str(int(r.owner in erased)))
        for r in records
    ]  # fmt: skip


def _people(world: World) -> list[dict[str, Any]]:
    feeds: dict[str, set[str]] = defaultdict(set)
    for record in world.registry.records.values():
        feeds[record.owner].add(record.feed)
    return [_person(person, sorted(feeds[person.person_id])) for person in world.people]


def _day(instant: int | None) -> str:
    return "" if instant is None else f"{utc(instant):%Y-%m-%d}"


def _person(p: Person, feeds: list[str]) -> dict[str, Any]:
    return {
        "person_id": p.person_id, "household_id": p.household_id, "household_size": p.household_size,
        "household_type": p.household_type, "role": p.role, "first_name": p.first_name, "nickname": p.nickname,
        "middle_initial": p.middle_initial, "last_name": p.last_name, "last_name_before": p.last_name_before,
        "surname_changed_on": _day(p.surname_changed_at), "suffix": p.suffix, "native_name": p.native_name,
        "gender": p.gender, "dob": p.born.isoformat(), "country": p.country, "address": str(p.address),
        "address_before": str(p.address_before or ""), "moved_on": _day(p.moved_at), "mobile": p.mobile,
        "mobile_before": p.mobile_before, "mobile_changed_on": _day(p.mobile_changed_at), "landline": p.landline,
        "email": p.email, "email_before": p.email_before, "email_changed_on": _day(p.email_changed_at),
        "email_other": p.email_other, "is_household": p.household_size > 1, "is_twin": p.is_twin,
        "is_junior": p.is_junior, "is_senior": p.is_senior, "is_jr_sr": bool(p.suffix),
        "recycled_phone": p.recycled_phone, "moved": p.moved, "surname_changed": p.surname_changed_at is not None,
        "shared_email": p.shared_email, "non_ascii": p.non_ascii, "feeds": "|".join(feeds), "n_feeds": len(feeds),
        "erased": p.erased,
    }  # fmt: skip


def _csv(path: Path, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    text = "".join(csv_line(row) + "\n" for row in (columns, *rows))
    path.write_text(text, encoding="utf-8", newline="")


def _parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), path, compression="zstd")

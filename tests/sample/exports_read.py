"""A small reader of the exports, written apart from the generator: the truth must follow from the files alone."""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

csv.field_size_limit(10**7)


class Reading:
    """All rows of all nights that are not marked as faults, the newest version of each."""

    def __init__(self, out: Path) -> None:
        self.inbox, self.truth = out / "inbox", out / "truth"
        with (self.truth / "dirt_manifest.csv").open(encoding="utf-8", newline="") as f:
            self.manifest = list(csv.DictReader(f))
        self.faulty: dict[str, set[int]] = defaultdict(set)
        for entry in self.manifest:
            refused = entry["expected"] in ("reject", "dedupe", "warn") or entry["kind"] == "blank_line"
            if entry["line"] and refused:
                self.faulty[entry["file"]].add(int(entry["line"]))

    def files(self, pattern: str) -> list[Path]:
        skipped = {e["file"] for e in self.manifest if e["kind"] in ("truncated_gzip", "replayed_file", "empty_file")}
        found = sorted(self.inbox.glob(f"night*/{pattern}"))
        return [f for f in found if f.relative_to(self.inbox).as_posix() not in skipped]

    def physical(self, path: Path, encoding: str) -> list[tuple[int, str]]:
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        text = data.decode(encoding, "surrogateescape").removeprefix("\ufeff")
        return list(enumerate(text.replace("\r\n", "\n").split("\n"), 1))

    def table(self, pattern: str, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
        rows = []
        for path in self.files(pattern):
            bad = self.faulty[path.relative_to(self.inbox).as_posix()]
            good = [line + "\n" for number, line in self.physical(path, encoding) if number not in bad]
            read = csv.DictReader(good, delimiter=delimiter)
            assert read.fieldnames, path
            for row in read:
                assert None not in row, (path, row)
                assert None not in row.values(), (path, row)
                rows.append(row)
        return rows

    def documents(self, pattern: str) -> list[dict[str, Any]]:
        rows = []
        for path in self.files(pattern):
            bad = self.faulty[path.relative_to(self.inbox).as_posix()]
            lines = self.physical(path, "utf-8")
            rows += [json.loads(line) for number, line in lines if line and number not in bad]
        return rows

    def stores(self) -> dict[str, ZoneInfo]:
        return {row["store_id"]: ZoneInfo(row["time_zone"]) for row in self.table("reference/stores.csv")}


def cents(text: str) -> int:
    return round(float(text.replace(",", ".")) * 100)


def totals(read: Reading, owner: dict[tuple[str, str], dict[str, str]]) -> dict[str, dict[str, Any]]:
    """Derive orders, revenue, returns and purchase times per person from the files and the ownership of records."""
    found: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(int, times=[]))
    zones, newest = read.stores(), {}
    for row in read.table("pos/*.csv", "cp1252", ";"):
        key = f"{row['Store No']}-{row['Till']}-{row['Receipt No']}"
        changed = datetime.strptime(row["Last Changed"], "%d/%m/%Y %H:%M:%S").replace(tzinfo=UTC)
        if (key, row["Line"]) not in newest or newest[key, row["Line"]][0] <= changed:
            newest[key, row["Line"]] = (changed, row)
    for (key, line), (_, row) in newest.items():
        record = owner["pos_receipts", key]
        if record["evidence"] != "strong":
            continue
        person = found[record["person_id"]]
        if row["Type"] == "RETURN":
            person["returned"] -= cents(row["Amount"])
            continue
        person["gross"] += cents(row["Amount"])
        if line == "1":
            person["store"] += 1
            when = datetime.strptime(f"{row['Date']} {row['Time']}", "%d/%m/%Y %H:%M")
            person["times"].append(when.replace(tzinfo=zones[row["Store No"]]).astimezone(UTC))
    orders = {row["Name"]: row for row in read.table("shop/orders_export_*.csv") if row["Financial Status"]}
    for name, row in orders.items():
        if not row["Cancelled at"]:
            person = found[owner["shop_orders", name]["person_id"]]
            person["app" if row["Source"] == "3890849" else "web"] += 1
            person["gross"] += cents(row["Subtotal"])
            person["returned"] += cents(row["Refunded Amount"])
            created = datetime.strptime(row["Created at"], "%Y-%m-%d %H:%M:%S %z")
            person["times"].append(created.astimezone(UTC))
    return found

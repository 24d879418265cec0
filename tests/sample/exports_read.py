"""A small reader of the exports, written apart from the generator: the truth must follow from the files alone."""

from __future__ import annotations

import csv
import gzip
import json
import zipfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

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
        if path.suffix == ".parquet":
            return [(number, json.dumps(row)) for number, row in enumerate(pq.read_table(path).to_pylist(), 1)]
        if path.parent.suffix == ".zip":
            with zipfile.ZipFile(path.parent) as archive:
                data = archive.read(path.name)
        else:
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

    def member(self, name: str) -> list[dict[str, str]]:
        """Rows of one file in the mail tool's extracts."""
        rows = []
        for path in self.files("marketing/*.zip"):
            bad = self.faulty[f"{path.relative_to(self.inbox).as_posix()}/{name}"]
            with zipfile.ZipFile(path) as archive:
                lines = archive.read(name).decode().splitlines(keepends=True)
            rows += list(csv.DictReader([line for number, line in enumerate(lines, 1) if number not in bad]))
        return rows

    def stores(self) -> dict[str, ZoneInfo]:
        return {row["store_id"]: ZoneInfo(row["time_zone"]) for row in self.table("reference/stores.csv")}


def central(text: str) -> datetime:
    """A moment of Central Standard Time, which the mail tool keeps all year."""
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=timezone(timedelta(hours=-6))).astimezone(UTC)


def measures(read: Reading) -> dict[tuple[str, str], float]:
    """Count messages from the files: what the truth calls kpi and dimension, and the value."""
    found = {}
    mails = {name: {(r["SendID"], r["EmailAddress"]) for r in read.member(f"{name}.csv")}
             for name in ("Sent", "Bounces", "Opens", "Clicks")}  # fmt: skip
    texts = {row["Sid"]: row for row in read.table("marketing/sms_log_*.csv")}.values()
    pushes = [row["id"] for row in read.documents("marketing/braze_*.jsonl")]
    found["email_sent", "email"] = len(mails["Sent"])
    found["email_delivered", "email"] = delivered = len(mails["Sent"] - mails["Bounces"])
    found["email_open_rate", "email"] = round(len(mails["Opens"]) / delivered, 4)
    found["email_ctr", "email"] = round(len(mails["Clicks"]) / delivered, 4)
    found["sms_sent", "sms"] = len(texts)
    found["sms_delivered", "sms"] = arrived = sum(row["Status"] == "delivered" for row in texts)
    found["sms_ctr", "sms"] = round(sum(bool(row["LinkClickedAt"]) for row in texts) / arrived, 4)
    found["push_sent", "push"] = sum(key.endswith("Send") for key in pushes)
    found["push_delivered", "push"] = arrived = found["push_sent", "push"] - sum(
        key.endswith("Bounce") for key in pushes
    )
    found["push_open_rate", "push"] = round(sum(key.endswith("Open") for key in pushes) / arrived, 4)
    for row in read.table("marketing/campaign_costs_*.csv"):
        cost = float(row["fixed_cost"]) + float(row["unit_cost"]) * int(row["sends_billed"])
        found["campaign_cost", row["campaign_id"]] = round(cost, 4)
    return found


def odd_prices(read: Reading) -> set[tuple[str, str, str]]:
    """Regular prices of the last list that differ from another channel's on the same day: sku, channel, first day."""
    regular: dict[str, list[dict[str, str]]] = defaultdict(list)
    last = max(path.name for path in read.files("reference/prices_*"))
    for row in read.table(f"reference/{last}"):
        if not row["promo_id"]:
            regular[row["sku"]].append(row)
    found = set()
    for sku, rows in regular.items():
        usual = max({r["price"] for r in rows}, key=lambda price: sum(r["price"] == price for r in rows))
        found |= {(sku, r["channel"], r["valid_from"]) for r in rows if r["price"] != usual}
    return found


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

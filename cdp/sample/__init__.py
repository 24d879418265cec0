"""``cdp sample``: a fictional shop's raw exports, with the truth about them beside.

The same arguments always give the same files. Every name is drawn from word lists; e-mail domains and telephone
numbers come from ranges that are reserved for fiction, so that nobody can be reached by accident.
"""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cdp.errors import UsageError

if TYPE_CHECKING:
    from cdp.sample.exports.sheets import Delivery
    from cdp.sample.world import World

__all__ = ["SampleSummary", "generate"]

MOST_PEOPLE = 200_000
MOST_NIGHTS = 9


@dataclass(frozen=True)
class SampleSummary:
    """What ``generate`` wrote. ``inbox`` holds night1, night2, …; ``segments`` counts members by name."""

    out: Path
    inbox: Path
    truth: Path
    people: int
    nights: int
    seed: int
    count_files: int
    count_bytes: int
    count_records: int
    count_faults: int
    count_receipts: int
    count_orders: int
    segments: dict[str, int]
    seconds: float


def generate(people: int, seed: int, out: Path, nights: int = 2) -> SampleSummary:
    """Write the exports of a fictional shop to ``out/inbox`` and the truth about them to ``out/truth``.

    ``people`` is the number of real customers; visitors and buyers who never say who they are come on top.
    Earlier output in those two folders is replaced; anything else in ``out`` stays.
    Raises ``UsageError`` when an argument is out of range or ``out`` is a file.
    """
    _check(people, seed, out, nights)
    from cdp.sample.exports.sheets import Delivery
    from cdp.sample.truth import write_truth
    from cdp.sample.world import World

    started = time.perf_counter()
    inbox, truth = out / "inbox", out / "truth"
    for folder in (inbox, truth):
        shutil.rmtree(folder, ignore_errors=True)
    with _collector_at_rest():
        world, delivery = World(people, seed, nights), Delivery(inbox, seed)
        more = Delivery(inbox, seed, "more faults")
        for night in range(1, nights + 1):
            _export(world, night, delivery)
            _export_more(world, night, more)
        manifest = delivery.manifest + more.manifest
        told = write_truth(world, truth, manifest)
    segments: dict[str, int] = {}
    for name, _ in told["segments"]:
        segments[name] = segments.get(name, 0) + 1
    files = [f for folder in (inbox, truth) for f in folder.rglob("*") if f.is_file()]
    return SampleSummary(
        out=out, inbox=inbox, truth=truth, people=people, nights=nights, seed=seed, count_files=len(files),
        count_bytes=sum(f.stat().st_size for f in files), count_records=told["records"],
        count_faults=len(manifest), count_receipts=len(world.market.receipts),
        count_orders=len(world.market.orders), segments=segments, seconds=time.perf_counter() - started,
    )  # fmt: skip


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Pause the cycle collector: a world is many small objects that all live to its end (a third less time)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _check(people: int, seed: int, out: Path, nights: int) -> None:
    if not 1 <= people <= MOST_PEOPLE:
        raise UsageError(f"Cannot make a sample of {people} people.", f"Give a number from 1 to {MOST_PEOPLE}.")
    if not 1 <= nights <= MOST_NIGHTS:
        raise UsageError(f"Cannot make a sample of {nights} nights.", f"Give a number from 1 to {MOST_NIGHTS}.")
    if seed < 0:
        raise UsageError(f"The seed {seed} is negative.", "Give a whole number from 0 on, such as 7.")
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file, not a folder.", "Name a folder; it is made when it does not exist.")


def _export(world: World, night: int, delivery: Delivery) -> None:
    from cdp.sample.exports import events, members, reference, shop, social, support, till

    for export in (
        till.export, shop.export_orders, shop.export_customers, events.export_web, events.export_app,
        social.export_leads, social.export_posts, support.export_tickets, support.export_calls, support.export_surveys,
        members.export_members, members.export_consents, reference.export_products, reference.export_stores,
        members.export_erasures,
    ):  # fmt: skip
        export(world, night, delivery)


def _export_more(world: World, night: int, delivery: Delivery) -> None:
    from cdp.sample.exports import loyalty, marketing, pricing

    for export in (
        loyalty.export, marketing.export_mails, marketing.export_texts, marketing.export_pushes,
        marketing.export_costs, pricing.export_prices, pricing.export_stock, pricing.export_rates,
    ):  # fmt: skip
        export(world, night, delivery)

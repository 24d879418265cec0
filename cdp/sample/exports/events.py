"""``web_events`` (RudderStack form) and ``app_events`` (Amplitude form): gzipped JSON lines."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cdp.sample.app import Tap
from cdp.sample.browsing import Hit
from cdp.sample.calendar import DAY, utc
from cdp.sample.catalogue import SITE
from cdp.sample.exports.sheets import Delivery, Fault, Form, Row
from cdp.sample.world import World

WEB, APP = "web_events", "app_events"
APP_NUMBER = 518_204
_FORM = Form(gzipped=True)
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:138.0) Gecko/20100101 Firefox/138.0",
    "Mozilla/5.0 (Linux; Android 15; Pixel 7a) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Mobile",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 Safari/604.1",
)  # fmt: skip
_LOCALES = {"GB": "en-GB", "DE": "de-DE", "US": "en-US"}
_COUNTRIES = {"GB": ("United Kingdom", "English"), "DE": ("Germany", "German"), "US": ("United States", "English")}
_MODELS = (("Apple", "iPhone 13", "17.7"), ("Apple", "iPhone 15", "18.4"), ("Apple", "iPhone SE", "18.4"),
           ("Google", "Pixel 7a", "15"), ("samsung", "SM-A356B", "14"), ("Fairphone", "FP5", "14"))  # fmt: skip


_line = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _iso(at_ms: int) -> str:
    day, rest = divmod(at_ms, DAY * 1000)
    minutes, ms = divmod(rest, 60_000)
    return f"{_day(day)}T{minutes // 60:02d}:{minutes % 60:02d}:{ms // 1000:02d}.{ms % 1000:03d}"


@lru_cache(maxsize=2000)
def _day(day: int) -> str:
    return f"{utc(day * DAY):%Y-%m-%d}"


def export_web(world: World, night: int, delivery: Delivery) -> None:
    """Write one night's web events."""
    rows, browsing = [], world.browsing
    for hit in browsing.hits:
        if world.delivered(hit.at_ms // 1000, hit.late) != night:
            continue
        rows.append(Row(_web_line(hit), hit.browser.cookie))
        _see_browser(world, hit)
    if night == 1:
        rows = delivery.repeat(rows, 2 + len(rows) // 500)
        rows = [*delivery.sprinkle(rows, _web_faults()), CUT_OFF]
    path = f"events/rudderstack_{world.calendar.stamp(night)}_001.jsonl.gz"
    delivery.write(night, path, WEB, _FORM, None, rows, cut_off=night == 1)


def _see_browser(world: World, hit: Hit) -> None:
    """Note the browser, and the evidence for its owner in this hit."""
    cookie, owner = hit.browser.cookie, hit.browser.person
    visitor = world.browsing.visitors.get(cookie)
    if visitor:
        world.registry.see(WEB, cookie, "device", visitor, evidence="anonymous")
        return
    says_who = hit.kind == "identify" or hit.event == "Order Completed"
    tokens = world.browsing.tokens.get(cookie, set()) if says_who else set()
    shared = cookie in world.browsing.shared
    world.registry.see(WEB, cookie, "device", owner.person_id, tokens=tokens, shared=shared)


def _web_line(hit: Hit) -> str:
    browser = hit.browser
    context: dict[str, Any] = {
        "library": {"name": "RudderLabs JavaScript SDK", "version": "3.20.1"},
        "locale": _LOCALES[browser.person.country],
        "page": {"path": hit.path, "url": SITE + hit.path}, "userAgent": _AGENTS[browser.agent],
        "ip": f"198.51.100.{int(browser.cookie[:2], 16)}",
    }  # fmt: skip
    document: dict[str, Any] = {
        "messageId": hit.message_id, "anonymousId": browser.cookie, "userId": hit.user_id or None, "channel": "web",
        "type": hit.kind,
    }  # fmt: skip
    if hit.event:
        document["name" if hit.kind == "page" else "event"] = hit.event
    document["context"] = context
    if hit.kind == "identify":
        context["traits"] = document["traits"] = hit.traits
    else:
        document["properties"] = hit.properties
    at, received = f"{_iso(hit.at_ms)}Z", f"{_iso(hit.at_ms + 900 + hit.at_ms % 2_000)}Z"
    return _line({**document, "originalTimestamp": at, "sentAt": at, "receivedAt": received, "timestamp": at})


def _web_fault(number: int, **changes: Any) -> tuple[str, str]:
    """Return a complete event with these changes, as JSON, and its key."""
    key, at = f"00000000-fa17-4bad-8bad-{number:012d}", "2025-08-04T09:30:00.000Z"
    document = {
        "messageId": f"00000000-fa17-4000-8000-{number:012d}", "anonymousId": key, "userId": None, "channel": "web",
        "type": "track", "event": "Product Viewed", "context": {},
        "properties": {"sku": "FO-3000-INK", "price": 19.95, "quantity": 1}, "originalTimestamp": at, "sentAt": at,
        "receivedAt": "2025-08-04T09:30:01.000Z", "timestamp": at,
    }  # fmt: skip
    return _line({**document, **changes}), key


def _web_faults() -> list[Row]:
    far, never = "2098-08-04T09:30:00.000Z", "last tuesday"
    texts: list[tuple[str, str, str, Callable[[str], str], dict[str, Any]]] = [
        ("invalid_json", "reject", "line cut off", lambda t: t[:150], {}),
        ("invalid_json", "reject", "single quotes", lambda t: t.replace('"', "'"), {}),
        ("invalid_json", "reject", "trailing comma", lambda t: t[:-1] + ",}", {}),
        ("invalid_json", "reject", "two objects on one line", lambda t: t + t, {}),
        ("invalid_json", "reject", "valid JSON, but not an object", lambda t: f"[{t}]", {}),
        ("missing_identity", "reject", "neither anonymousId nor userId", str, {"anonymousId": None}),
        ("impossible_date", "reject", "timestamp is not a date", str,
         {"originalTimestamp": never, "sentAt": never, "timestamp": never}),
        ("future_timestamp", "warn", "", str, {"originalTimestamp": far, "sentAt": far, "timestamp": far}),
        ("unknown_type", "warn", "", str, {"type": "vapour"}),
        ("negative_quantity", "warn", "", str,
         {"event": "Product Added", "properties": {"sku": "FO-3000-INK", "price": 19.95, "quantity": -2}}),
        ("invalid_bytes", "warn", "broken UTF-8 in a property", lambda t: t.replace("FO-3000", "FO\udcff3000"), {}),
    ]  # fmt: skip
    rows = []
    for number, (kind, expected, note, change, fields) in enumerate(texts, 1):
        text, key = _web_fault(number, **fields)
        rows.append(Row(change(text), key, Fault(kind, expected, note)))
    return rows


_TORN = Fault("invalid_json", "reject", "file ends in the middle of a line")
CUT_OFF = Row(_web_fault(12)[0][:130], _web_fault(12)[1], _TORN)


def export_app(world: World, night: int, delivery: Delivery) -> None:
    """Write one night's app events; from the second night on, also the torn copy of an older file."""
    rows = []
    for tap in world.app.taps:
        if world.delivered(tap.at_ms // 1000, tap.late) == night:
            rows.append(Row(_app_line(world, tap), tap.handset.device_id))
            _see_handset(world, tap)
    stamp = world.calendar.stamp(night)
    first = f"app/{APP_NUMBER}_{stamp}_23#1.json.gz"
    if night == 1:
        rows = delivery.sprinkle(delivery.repeat(rows, 2 + len(rows) // 600), _app_faults())
    delivery.write(night, first, APP, _FORM, None, rows)
    if night == 2:
        older = gzip.decompress(delivery.written(1, f"app/{APP_NUMBER}_{world.calendar.stamp(1)}_23#1.json.gz"))
        good = [x for x in older.decode("utf-8").splitlines(keepends=True) if x.endswith("}\n") and "fa17" not in x]
        data, torn = gzip.compress("".join(good[:40]).encode(), 6, mtime=0), f"app/{APP_NUMBER}_{stamp}_23#2.json.gz"
        delivery.put(night, torn, data[: len(data) * 3 // 4])
        note = "gzip stream cut off; every readable row was delivered on the first night already"
        delivery.note(night, torn, APP, Fault("truncated_gzip", "warn", note))


def _see_handset(world: World, tap: Tap) -> None:
    handset, tokens = tap.handset, set()
    if _logged_in(tap):
        account = world.members.accounts[handset.person.person_id]
        tokens = {f"account:{account.account_id}", f"email:{handset.person.email_at(tap.at_ms // 1000)}"}
        tokens |= {f"card:{c.number}" for c in _cards(world, tap)}
        if tap.event == "Order Completed":
            tokens.add(f"order:{tap.properties['order_id']}")
    world.registry.see(APP, handset.device_id, "device", handset.person.person_id, tokens=tokens)


def _logged_in(tap: Tap) -> bool:
    login = tap.handset.login_at
    return login is not None and tap.at_ms >= login * 1000


def _cards(world: World, tap: Tap) -> list[Any]:
    cards = world.members.cards.get(tap.handset.person.person_id, [])
    return [c for c in cards[-1:] if c.enrolled_at * 1000 < tap.at_ms]


def _user(world: World, tap: Tap) -> tuple[str | None, dict[str, Any]]:
    """Return the user id, and what the app knows of its user at that moment."""
    handset, at = tap.handset, tap.at_ms // 1000
    allowed = [on for when, on in handset.push if when <= at]
    known: dict[str, Any] = {"push_opt_in": bool(allowed and allowed[-1])}
    if not _logged_in(tap):
        return None, known
    known["email"] = handset.person.email_at(at)
    for card in _cards(world, tap):
        known["loyalty_card"] = card.number
    return world.members.accounts[handset.person.person_id].account_id, known


def _app_line(world: World, tap: Tap) -> str:
    handset, (brand, model, system) = tap.handset, _MODELS[tap.handset.model]
    country, language = _COUNTRIES[handset.person.country]
    user, known = _user(world, tap)
    apple = brand == "Apple"
    at, upload = f"{_iso(tap.at_ms)}000", f"{_iso(tap.at_ms + 20_000 + tap.at_ms % 30_000)}000"
    clock = f"{_iso(tap.at_ms + handset.slow_clock * 1000)}000"
    return _line({
        "$insert_id": tap.uuid[:12], "$schema": 12, "amplitude_id": handset.number, "app": APP_NUMBER, "city": None,
        "client_event_time": clock, "client_upload_time": upload, "country": country, "data": {}, "device_brand": brand,
        "device_carrier": None, "device_family": "Apple iPhone" if apple else f"{brand} Phone",
        "device_id": handset.device_id, "device_model": model, "device_type": model, "event_id": tap.at_ms % 1000 + 1,
        "event_properties": tap.properties, "event_time": at, "event_type": tap.event, "language": language,
        "library": "amplitude-ios/8.22.0" if apple else "amplitude-android/1.16.7",
        "os_name": "ios" if apple else "android",
        "os_version": system, "platform": "iOS" if apple else "Android", "server_received_time": upload,
        "server_upload_time": upload, "session_id": tap.session_ms, "time": tap.at_ms, "user_id": user,
        "user_properties": known, "uuid": tap.uuid, "version_name": "2.9.0" if tap.at_ms % 3 else "3.0.1",
    })  # fmt: skip


def _app_faults() -> list[Row]:
    faults: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("invalid_json", "reject", "line cut off", {}),
        ("missing_identity", "reject", "neither device_id nor user_id", {"device_id": None}),
        ("future_timestamp", "warn", "", {"event_time": "2098-08-04T09:30:00.000000", "time": 4_057_896_600_000}),
        ("impossible_date", "reject", "", {"event_time": "2025-15-32T09:30:00.000000", "time": None}),
    )
    rows = []
    for number, (kind, expected, note, fields) in enumerate(faults, 1):
        key = f"FA170000-0000-4000-8000-{number:012d}"
        document = {
            "$insert_id": f"fa17{number:04d}", "app": APP_NUMBER, "device_id": key, "event_properties": {},
            "event_time": "2025-08-04T09:30:00.000000", "event_type": "Application Opened", "session_id": 1754299800000,
            "time": 1754299800000, "user_id": None, "user_properties": {}, "uuid": key.lower(), "version_name": "2.9.0",
        }  # fmt: skip
        text = _line({**document, **fields})
        rows.append(Row(text[:180] if kind == "invalid_json" else text, key, Fault(kind, expected, note)))
    return rows

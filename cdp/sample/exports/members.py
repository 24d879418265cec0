"""``loyalty_members`` (all quoted, dates as the country writes them), ``consent`` and ``erasure_requests``."""

from __future__ import annotations

from cdp.sample.calendar import HOUR, utc
from cdp.sample.draws import Draws
from cdp.sample.exports.sheets import Delivery, Fault, Form, Row, csv_line
from cdp.sample.memberships import Card, Version
from cdp.sample.records import born_token, home_token, landline_token
from cdp.sample.world import World

MEMBERS, CONSENT, ERASURE = "loyalty_members", "consent", "erasure_requests"
MEMBER_HEADER = (
    "CARD_NO,TITLE,FIRST_NAME,MIDDLE_INITIAL,LAST_NAME,BIRTH_DATE,GENDER,ADDRESS_1,ADDRESS_2,CITY,POSTCODE,COUNTRY,EMAIL,"
    "MOBILE,HOME_PHONE,EMAIL_OPT_IN,ENROL_DATE,ENROL_STORE,STATUS,LAST_MODIFIED"
)
CONSENT_HEADER = "consent_id,identifier_type,identifier,channel,status,source,captured_at,ip_country"
ERASURE_HEADER = "request_id,requested_at,full_name,email,phone,loyalty_card,shop_customer_id,country"
_DATES = {"GB": "%d/%m/%Y", "DE": "%d.%m.%Y", "US": "%m/%d/%Y"}
_IMPOSSIBLE = {"GB": "31/02/1981", "DE": "30.02.1981", "US": "02/30/1981"}
_FUTURE = {"GB": "09/08/2091", "DE": "09.08.2091", "US": "08/09/2091"}
_TITLES: dict[str, dict[str, tuple[str, ...]]] = {"GB": {"F": ("Ms", "Mrs", "Miss"), "M": ("Mr",)},
    "DE": {"F": ("Frau",), "M": ("Herr",)},
           "US": {"F": ("Ms", "Mrs"), "M": ("Mr",)}}  # fmt: skip


def export_members(world: World, night: int, delivery: Delivery) -> None:
    """Write the cards that are new or have changed; on the second night one column has another name."""
    begin, until = world.calendar.window(night)
    draws, path = Draws(world.seed, f"members {night}"), f"loyalty/members_{world.calendar.stamp(night):%Y%m%d}.csv"
    rows = []
    for cards in world.members.cards.values():
        for card in cards:
            versions = [v for v in card.versions if v.since < until]
            if versions and versions[-1].since >= begin:
                rows.append(_member_row(world, card, versions[-1], draws))
    rows.sort(key=lambda row: row.key)
    header = MEMBER_HEADER
    if night == 1:
        rows = delivery.sprinkle(rows, _member_faults())
    if night == 2:
        header = header.replace(",EMAIL,", ",EMAIL_ADDRESS,")
        fault = Fault("renamed_column", "map", "EMAIL is called EMAIL_ADDRESS in this file")
        delivery.note(night, path, MEMBERS, fault)
    delivery.write(night, path, MEMBERS, Form(), header, rows)


def _member_row(world: World, card: Card, version: Version, draws: Draws) -> Row:
    person, home = card.person, version.address
    born = {"known": f"{person.born:{_DATES[person.country]}}", "missing": "",
        "impossible": _IMPOSSIBLE[person.country],
            "future": _FUTURE[person.country]}[card.birth_date]  # fmt: skip
    mistyped = bool(version.email) and not version.email_usable
    email = person.email_at(version.since) if mistyped else version.email
    tokens = [f"card:{card.number}", home_token(home), f"email:{email}", f"phone:{version.mobile}"]
    tokens.append(landline_token(person, person.landline if version.landline else ""))
    if card.birth_date == "known":
        tokens.append(born_token(person))
    strong = version.email_usable or bool(version.mobile)
    owner = person.person_id
    world.registry.see(MEMBERS, card.number, "card", owner, tokens=tokens, evidence="strong" if strong else "weak")
    shout = draws.chance(0.08)
    names = [version.first_name, person.middle_initial, version.last_name]
    if person.suffix and draws.chance(0.6):
        names[2] += f" {person.suffix}"
    first, middle, last = (n.upper() if shout else n for n in names)
    title = draws.pick(_TITLES[person.country][person.gender]) if draws.chance(0.75) else ""
    values = (
        card.number, title, first, middle, last, born, person.gender if draws.chance(0.9) else "", home.street,
        home.unit,
        home.city, home.postcode, home.country, version.email, version.mobile_written, version.landline,
        "Y" if world.consents.flag(person, "email", version.since) else "N", f"{utc(card.enrolled_at):%Y-%m-%d}",
        card.store.store_id,
    )  # fmt: skip
    quoted = ",".join(f'"{value}"' for value in values)
    fault = None
    if card.birth_date in ("impossible", "future"):
        kind = "impossible_date" if card.birth_date == "impossible" else "future_date_of_birth"
        fault = Fault(kind, "accept_null", "birth date cannot be; keep the rest of the row")
    return Row(f'{quoted},ACTIVE,"{utc(version.since):%Y-%m-%d %H:%M:%S}"', card.number, fault)


def _member_faults() -> list[Row]:
    wrong = '"4711","Mr","Test","","Card","","","","","","","","","","",'
    wrong += '"N","2025-04-07","S101",ACTIVE,"2025-04-07 10:00:00"'
    return [
        Row('"7410999999999999","Ms","Half"', "7410999999999999", Fault("too_few_columns", "reject")),
        Row(wrong, "4711", Fault("bad_key", "reject", "card number with 4 digits")),
    ]


def export_consents(world: World, night: int, delivery: Delivery) -> None:
    """Write the consent log; on the second night it has one more column."""
    begin, until = world.calendar.window(night)
    path, header = f"consent/consent_log_{world.calendar.stamp(night)}.csv", CONSENT_HEADER
    extra, rows, refused = (",contract" if night == 2 else ""), [], []
    for statement in world.consents.statements:
        if begin <= statement.at < until:
            key, status = f"CN{statement.number}", "opt_in" if statement.granted else "opt_out"
            named = f"{statement.identifier_type},{statement.identifier},{statement.channel}"
            place = f"{statement.source},{utc(statement.at):%Y-%m-%dT%H:%M:%S}+00:00,{statement.person.country}"
            rows.append(Row(f"{key},{named},{status},{place}{extra}", key))
            world.registry.see(CONSENT, key, "consent", statement.person.person_id, tokens=[statement.token])
            if named.startswith("email,") and not statement.granted and statement.channel == "email":
                refused.append(statement.identifier)
    if night == 1:
        faulty = _consent_faults(delivery.draws.shuffled(sorted(set(refused)))[:2])
        rows = delivery.sprinkle(delivery.repeat(rows, 1 + len(rows) // 900), faulty)
    if night == 2:
        header += ",legal_basis"
        fault = Fault("extra_column", "ignore", "new column legal_basis at the end")
        delivery.note(night, path, CONSENT, fault)
    delivery.write(night, path, CONSENT, Form(), header, rows)


def _consent_faults(refused: list[str]) -> list[Row]:
    future = Fault("future_timestamp", "reject", "an opt-in from the future must not win over the real opt-out")
    rows = [
        Row(f"CN970000{i},email,{email},email,opt_in,preference_centre,2098-02-02T00:00:00+00:00,GB", f"CN970000{i}",
            future)
        for i, email in enumerate(refused)
    ]  # fmt: skip
    somebody, day = "email,somebody@fennelandoar.example", "2025-04-07T00:00:00+00:00,GB"
    return [
        *rows,
        Row(f"CN9700010,{somebody},email,perhaps,preference_centre,{day}", "CN9700010",
            Fault("unknown_value", "reject", "status 'perhaps'")),
        Row(f"CN9700011,{somebody},telegram,opt_in,preference_centre,{day}", "CN9700011",
            Fault("unknown_value", "warn", "channel 'telegram'")),
    ]  # fmt: skip


def export_erasures(world: World, night: int, delivery: Delivery) -> None:
    """Write who wants to be forgotten; some name no more than an e-mail address."""
    if night != 2:
        return
    _, until = world.calendar.window(night)
    rows = []
    for place, person in enumerate(world.erased):
        cards = world.members.cards.get(person.person_id, [])
        bare, card = place % 3 == 0, cards[-1].number if cards else ""
        at = until - (place % 12 + 1) * HOUR
        account = world.members.accounts[person.person_id]
        own = ("", "", "") if bare else (person.mobile_at(at), card, account.account_id)
        email = account.versions[-1].email
        values = (
            f"ER-{2001 + place}",
            f"{utc(at):%Y-%m-%dT%H:%M:%SZ}",
            person.full_name_at(at),
            email,
            *own,
            person.country,
        )
        rows.append(Row(csv_line(values), values[0]))
    delivery.write(night, "privacy/erasure_requests.csv", ERASURE, Form(), ERASURE_HEADER, rows)

"""A new user's path: an unknown export, cdp feed add, cdp feed check, cdp run."""

from __future__ import annotations

import json
import shlex
import shutil

import pytest

import cdp
from cdp.cli import main
from cdp.workspace.feeds import presets

RECEIPTS = """\
Beleg-Nr;Datum;Uhrzeit;Filiale;Artikelnummer;Artikelbezeichnung;Menge;Einzelpreis;Rabatt;Betrag;Kundenkarte;Kassierer
B-1001;28.05.2026;09:12;Köln;TEN-2P;Zelt für zwei;1;189,00;0,00;189,00;4001;Frau Muster
B-1001;28.05.2026;09:12;Köln;SOC-MR;Wollsocken;2;16,50;3,00;30,00;4001;Frau Muster
B-1002;28.05.2026;17:45;Köln;MUG-EN;Emaillebecher;1;9,50;0,00;9,50;;Herr Beispiel
B-1002;28.05.2026;17:45;Köln;MUG-EN;Emaillebecher;1;9,50;0,00;9,50;;Herr Beispiel
B-1003;31.05.2026;12:30;Münster;BAG-DF;Reisetasche;1;1.299,00;0,00;1.299,00;4002;Frau Muster
B-1004;31.05.2026;13:02;Münster;MUG-EN;Emaillebecher;-1;9,50;0,00;-9,50;;Frau Muster
"""
MEMBERS = """\
Member number,Surname,Forename,E-mail,Mobile,Born,Postcode,Joined,Newsletter
4001,Ellingham,Nora,nora.ellingham@example.com,07700 900101,12/03/1984,LS1 4AB,02/11/2024,yes
4002,Quist,Tomas,tomas.quist@example.org,07700 900102,02/11/1979,BS1 5TY,25/12/2024,no
4003,Barroso,Ines,ines.barroso@example.org,,05/05/1995,YO1 7HH,13/01/2025,yes
4004,O'Hanlon,Piers,piers.ohanlon@example.com,07700 900107,24/12/1973,EX4 3PT,14/02/2025,yes
4005,Durand,Maëlle,maelle.durand@example.net,07700 900109,09/10/1982,BA1 2QR,28/02/2025,no
"""
BY_PRESET = ("square-transactions", "klaviyo-profiles", "meta-leads", "shopify-orders")
RAW = (*BY_PRESET, "ga4-events", "mailchimp-audience", "freshdesk-tickets")


CLOSURES = """\
Register,Opened,Closed,Cash,Card,Difference
1,2026-05-30 08:00,2026-05-30 18:00,120,340,0
2,2026-05-30 08:00,2026-05-30 18:00,80,210,-2
"""


def call(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return code, out, err


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Raw files of seven systems and two unknown exports in the inbox of an empty workspace."""
    root = tmp_path_factory.mktemp("new") / "shop [own]*?"  # no folder is taken for a pattern
    assert main(["init", str(root), "--empty"]) == 0
    inbox = root / "data/inbox"
    files = {}
    for name in RAW:
        files[name] = [shutil.copy(path, inbox) for path in sorted((presets(None)[name].folder / "sample").iterdir())]
    (inbox / "Kassenbelege_2026-05-31.csv").write_bytes(RECEIPTS.encode("cp1252"))
    (inbox / "club members.csv").write_bytes(MEMBERS.encode())
    return root, files


def test_the_path_of_a_new_user(path, monkeypatch, capsys):
    root, files = path
    monkeypatch.chdir(root)
    for name in RAW:
        options = ("--preset", name) if name in BY_PRESET else ("--name", name.replace("-", "_"))
        code, out, err = call(capsys, "feed", "add", *options, *files[name])
        assert code == 0, err
        assert "schemas/exports/" in out
    german = ("--time-zone", "Europe/Berlin", "--currency", "EUR")
    code, _, err = call(capsys, "feed", "add", "data/inbox/Kassenbelege_2026-05-31.csv", *german)
    assert code == 0, err
    code, _, err = call(capsys, "feed", "add", "data/inbox/club members.csv", "--source", "club")
    assert code == 0, err
    assert call(capsys, "check")[0] == 0
    for feed in ("kassenbelege", "club_members", "square_transactions"):
        code, out, err = call(capsys, "feed", "check", feed)
        assert code in {0, 4}, err
        assert "refused" not in out
    code, out, err = call(capsys, "run", "--date", "2026-06-01")
    assert code == 4, err
    assert "0 refused; 0 that no feed reads" in out
    assert "0 quarantined" in out
    with cdp.open(root) as published:
        orders = published.query("select * from orders where feed = 'kassenbelege' order by order_id")
        assert list(orders["gross_revenue"].astype(str)) == ["219.0", "19.0", "1299.0"]
        assert set(orders["channel"]) == {"store"}
        assert str(orders["ordered_at"][0]) == "2026-05-28 07:12:00"
        back = published.query("select amount::double as amount from returns where feed = 'kassenbelege'")
        assert list(back["amount"]) == [9.5]
        nora = published.query("select * from profiles where email = 'nora.ellingham@example.com'")
        assert len(nora) == 1
        assert nora["last_name"][0] == "Ellingham"
        counted = published.query("select count(distinct feed) as feeds from identity_records")
        assert counted["feeds"][0] == len(RAW) + 2


def test_a_feed_is_not_overwritten_without_force(path, monkeypatch, capsys):
    root, files = path
    monkeypatch.chdir(root)
    for options in (("--preset", "meta-leads"), ("--name", "meta_leads")):
        code, _, err = call(capsys, "feed", "add", *options, files["meta-leads"][0])
        assert code == 2
        assert "there is a feed meta_leads already" in err
    assert call(capsys, "feed", "add", "--preset", "meta-leads", "--force")[0] == 0


def test_a_dry_run_writes_nothing(path, monkeypatch, capsys):
    root, files = path
    monkeypatch.chdir(root)
    before = sorted(root.rglob("*"))
    code, out, _ = call(capsys, "feed", "add", files["square-transactions"][0], "--name", "tills", "--dry-run")
    assert code == 0
    assert "feed: tills" in out
    assert "moneyText: true" in out
    assert sorted(root.rglob("*")) == before


def test_a_known_export_is_told_that_there_is_a_preset(path, monkeypatch, capsys):
    root, files = path
    monkeypatch.chdir(root)
    code, _, err = call(capsys, "feed", "add", files["klaviyo-profiles"][0], "--name", "crm")
    assert code == 0
    command = next(line.strip() for line in err.splitlines() if "--preset" in line)
    assert command.startswith("cdp feed add --preset klaviyo-profiles --name crm --files ")
    assert err.index(command) < err.index("Columns and what they are taken for")
    assert "also fits the files of klaviyo_profiles" in err
    code, _, err = call(capsys, *shlex.split(command)[1:])
    assert code == 0, err
    assert "source: e-mail tool" in (root / "pipelines/feeds/crm/feed.yaml").read_text()
    shutil.rmtree("pipelines/feeds/crm")
    (root / "schemas/exports/crm.yaml").unlink()


def test_a_preset_takes_zone_and_currency_from_the_workspace(tmp_path, monkeypatch, capsys):
    root = tmp_path / "workspace"
    assert main(["init", str(root), "--empty"]) == 0
    assert "First set time_zone and currency" in capsys.readouterr().err
    marker = root / "cdp.toml"
    marker.write_text(marker.read_text().replace('"UTC"', '"Europe/Warsaw"').replace('"EUR"', '"PLN"'))
    monkeypatch.chdir(root)
    code, _, err = call(capsys, "feed", "add", "--preset", "square-transactions")
    assert code == 0
    assert "read in Europe/Warsaw" in err
    assert "in PLN" in err
    assert "'PLN' as currency" in (root / "pipelines/feeds/square_transactions/orders.sql").read_text()
    contract = (root / "schemas/exports/square_transactions.yaml").read_text()
    assert "else 'Europe/Warsaw' end" in contract
    assert "'Eastern Time (US & Canada)' then 'US/Eastern'" in contract
    assert call(capsys, "feed", "add", "--preset", "klaviyo-profiles")[0] == 0
    assert "Warsaw" not in (root / "schemas/exports/klaviyo_profiles.yaml").read_text()
    assert call(capsys, "feed", "add", "--preset", "shopify-orders")[0] == 0
    code, _, err = call(capsys, "feed", "add", "--preset", "ga4-events")
    assert (
        "Orders come from shopify_orders, so orders, order_lines, returns, products are not taken from here too" in err
    )
    assert not (root / "pipelines/feeds/ga4_events/orders.sql").exists()
    assert call(capsys, "check")[0] == 0


def test_check_shows_refused_rows_with_reasons_and_what_becomes_of_the_others(path, monkeypatch, capsys, tmp_path):
    root, _ = path
    monkeypatch.chdir(root)
    call(capsys, "feed", "add", "data/inbox/club members.csv", "--name", "club_members", "--force")
    spoilt = tmp_path / "club members.csv"
    spoilt.write_text(MEMBERS + ",Nobody,At,all,,,,,\n", encoding="utf-8")
    code, out, _ = call(capsys, "feed", "check", "club_members", spoilt, "--format", "json")
    told = json.loads(out)
    assert code == 4
    assert [row["reasons"] for row in told["refused"]] == [["required:member_number"]]
    assert told["tables"]["identity_records"]["rows"] == 5
    assert told["tables"]["identity_records"]["sample"][0]["last_name"] == "Ellingham"
    assert told["warnings"] == ["1 of 6 rows are refused; the reasons stand above"]
    _, out, _ = call(capsys, "feed", "check", "club_members", spoilt)
    assert "required:member_number" in out
    assert "identity_records: 5 rows" in out


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("closures.csv", CLOSURES, "totals per day or per register"),
        ("bare.csv", "1,ana@example.com,5.00\n2,ben@example.org,6.00\n", "does not look like a header"),
        ("empty.csv", "", "is empty"),
        ("list.json", '[{"id": 1}]', "one JSON array"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_feed_says_why_and_what_to_do(path, monkeypatch, capsys, tmp_path, name, content, told):
    monkeypatch.chdir(path[0])
    (tmp_path / name).write_text(content, encoding="utf-8")
    code, _, err = call(capsys, "feed", "add", tmp_path / name)
    assert code == 1
    assert told in err
    assert "→" in err


def test_presets_are_listed(path, monkeypatch, capsys):
    monkeypatch.chdir(path[0])
    code, out, _ = call(capsys, "feed", "presets", "--format", "json")
    assert code == 0
    assert {row["preset"] for row in json.loads(out)} == set(presets(None))


def test_a_renamed_column_stops_its_feed_until_it_is_accepted(path, monkeypatch, capsys):
    root, _ = path
    monkeypatch.chdir(root)
    call(capsys, "feed", "add", "data/inbox/club members.csv", "--name", "club_members", "--force")
    later = root / "data/inbox2"
    later.mkdir()
    renamed = MEMBERS.replace("E-mail", "EMAIL_ADDRESS") + "4006,Rahman,Safiya,safiya.rahman@example.org,,,,,\n"
    (later / "club members 2.csv").write_text(renamed, encoding="utf-8")
    leads = presets(None)["meta-leads"].folder / "sample/leads_2026-05-31_2026-05-31.csv"
    autumn = leads.read_text(encoding="utf-16").replace("Spring", "Autumn")
    (later / "leads_2026-06-01.csv").write_text(autumn, encoding="utf-16")
    code, out, err = call(capsys, "run", "--inbox", later, "--date", "2026-06-02")
    assert code == 4, err
    assert "column E-mail is missing, and EMAIL_ADDRESS is new: EMAIL_ADDRESS looks like" in out
    assert "cdp feed rename club_members E-mail EMAIL_ADDRESS" in out
    with cdp.open(root) as published:
        assert len(published.query("select 1 from touchpoints where campaign = 'Autumn camping'"))
        assert not len(published.query("select 1 from identity_records where record_id = 'club_members:4006'"))
    code, out, _ = call(capsys, "feed", "rename", "club_members", "E-mail", "EMAIL_ADDRESS")
    assert code == 0
    assert "aliases: [EMAIL_ADDRESS]" in (root / "schemas/exports/club_members.yaml").read_text(encoding="utf-8")
    code, out, _ = call(capsys, "run", "--inbox", later, "--date", "2026-06-02")
    assert code in {0, 4}
    assert "EMAIL_ADDRESS is new" not in out
    with cdp.open(root) as published:
        assert len(published.query("select 1 from identity_records where record_id = 'club_members:4006'"))


def test_an_added_column_stops_nothing_and_a_missing_one_its_file(path, monkeypatch, capsys):
    root, _ = path
    monkeypatch.chdir(root)
    later = root / "data/inbox3"
    later.mkdir()
    lines = MEMBERS.splitlines()
    added = "\n".join([lines[0] + ",Shoe size", *(f"{line},42" for line in lines[1:]), ""])
    (later / "club members 3.csv").write_text(added, encoding="utf-8")
    shorter = "\n".join(",".join(line.split(",")[:6] + line.split(",")[7:]) for line in [*lines, ""])
    (later / "club members 4.csv").write_text(shorter, encoding="utf-8")
    code, out, err = call(capsys, "run", "--inbox", later, "--date", "2026-06-03")
    assert code == 4, err
    assert "Shoe size" in out
    assert "column Postcode is missing" in out
    files = cdp.open(root).query("select file, status from source_files where file like 'inbox3/%' order by file")
    assert list(files["status"]) == ["loaded", "refused"]

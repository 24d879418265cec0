"""Files as real exports write them."""

import gzip
import json

import pandas as pd
import pytest

from cdp.engines import open_engine
from cdp.errors import UsageError
from cdp.identity.generic import ResolveOptions, read_labels, resolve_files, resolve_frames
from cdp.identity.generic.read import read_file

LINES = "nr;Name;Straße\n0017;Jörg Müller;Görlitzer Straße 5\n0018;Zoë Groß;Am Weg 2\n"


@pytest.fixture
def rows(tmp_path):
    engine = open_engine("duckdb", temp_dir=tmp_path, memory_limit=None, threads=1)

    def read(path):
        source = read_file(engine, path, 0)
        return list(source.columns), engine.rows(f'select * from "{source.table}" order by 1')

    yield read
    engine.close()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_encodings(encoding, ends, tmp_path, rows):
    file = tmp_path / "people.csv"
    file.write_bytes(LINES.replace("\n", ends).encode(encoding))
    columns, found = rows(file)
    assert columns == ["nr", "Name", "Straße"]
    assert found == [("0017", "Jörg Müller", "Görlitzer Straße 5"), ("0018", "Zoë Groß", "Am Weg 2")]


def test_packed_text_and_a_line_that_names_the_delimiter(tmp_path, rows):
    file = tmp_path / "people.csv.gz"
    file.write_bytes(gzip.compress(("sep=;\n" + LINES).encode("cp1252")))
    assert rows(file)[1][0] == ("0017", "Jörg Müller", "Görlitzer Straße 5")


def test_json_lines(tmp_path, rows):
    file = tmp_path / "people.jsonl"
    lines = [
        {"nr": "007", "zip": "01067", "mails": ["a@example.com", "b@example.com"]},
        {"nr": "008", "born": "1980-01-02"},
    ]
    file.write_text("\n".join(map(json.dumps, lines)))
    columns, found = rows(file)
    assert columns == ["nr", "zip", "mails", "born"]
    assert found[0][:2] == ("007", "01067")
    assert "b@example.com" in found[0][2]
    assert found[1][3].startswith("1980-01-02")


def test_json_values_stay_as_they_are_written(tmp_path, rows):
    file = tmp_path / "people.jsonl"
    lines = [
        {"nr": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "phone": 176, "born": "1990-05-06T00:00:00+02:00"},
        {"nr": "05-06-1990", "phone": "+49 176 1", "born": "05-06-1990"},
    ]
    file.write_text("\n".join(map(json.dumps, lines)))
    assert sorted(rows(file)[1]) == sorted(tuple(str(value) for value in line.values()) for line in lines)


@pytest.mark.parametrize(("name", "words"), [("people.xlsx", "is a spreadsheet"), ("people.doc", "is neither CSV")])
def test_what_cannot_be_read_is_told(name, words, tmp_path, rows):
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(UsageError, match=words):
        rows(tmp_path / name)


def test_an_id_column_for_each_file(tmp_path):
    (tmp_path / "shop.csv").write_text("kundennr,name,email\n1,Ann Ash,ann@example.com\n")
    (tmp_path / "till.csv").write_text("card,name,email\n9,Ash Ann,ann@example.com\n")
    files = [tmp_path / "shop.csv", tmp_path / "till.csv"]
    customers = resolve_files(files, ResolveOptions("card", id_columns={"shop": "kundennr"})).customers
    assert customers["source_id"].tolist() == ["1", "9"]
    with pytest.raises(UsageError, match="names no file"):
        resolve_files(files, ResolveOptions("card", id_columns={"shop": "kundennr", "web": "x"}))
    with pytest.raises(UsageError, match="nothing names the records of till"):
        resolve_files(files, ResolveOptions("", id_columns={"shop": "kundennr"}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b,same\n1,2,yes\n\n1,3,maybe\n", "labels.csv, line 4: column same says maybe"),
        ("a;b;same\n1;;yes\n", "labels.csv, line 2: column b is empty"),
        ("record,person\n1,x\n5,x\n", "labels.csv, line 3: column record says 5, which stands in several sources"),
    ],
)
def test_faults_of_known_answers_have_a_place(text, words, tmp_path):
    file = tmp_path / "labels.csv"
    file.write_text(text)
    born = [f"19{40 + n}-01-{1 + n % 28:02d}" for n in range(40)]
    frame = pd.DataFrame(
        {"id": [str(n) for n in range(40)], "first_name": ["Ann", "Bea", "Cem", "Dora"] * 10, "dob": born,
         "last_name": [f"Ash{n % 20}" for n in range(40)]}
    )  # fmt: skip
    frames = {"one": frame, "two": frame.iloc[5:6]}
    with pytest.raises(UsageError, match=words):
        resolve_frames(frames, ResolveOptions("id", labels=read_labels(file)))

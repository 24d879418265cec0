"""What the documents say is what the code does: references are up to date, examples run."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil

import pytest
from tests_support import ROOT

import cdp
from cdp.cli import main
from cdp.glossary import as_markdown
from cdp.serving import Published

DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(?P<kind>\w+)(?: file=(?P<file>\S+))?\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def blocks(path, kind):
    text = path.read_text(encoding="utf-8")
    return [found for found in BLOCK.finditer(text) if found["kind"] == kind]


@pytest.fixture(scope="module")
def generate():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_command_reference_is_up_to_date(generate):
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == generate.cli_reference(), "run make docs"


def test_the_table_reference_is_up_to_date(generate):
    assert (DOCS / "tables.md").read_text(encoding="utf-8") == generate.tables_reference(), "run make docs"


def test_the_glossary_is_up_to_date():
    assert (DOCS / "glossary.md").read_text(encoding="utf-8") == as_markdown(), "run make docs"


def test_the_reasons_are_up_to_date(generate):
    assert (DOCS / "reasons.md").read_text(encoding="utf-8") == generate.reasons_reference(), "run make docs"


def test_every_command_and_option_says_what_it_does(generate):
    from typer.main import get_command

    from cdp.cli import app

    for name, command in generate.commands(get_command(app), "cdp"):
        assert command.help, name
        for item in command.params:
            assert item.name == "help" or item.help, f"{name} {item.name}"


def test_every_public_method_is_documented():
    for name, member in vars(Published).items():
        assert name.startswith("_") or member.__doc__, name


def test_the_published_file_holds_exactly_the_documented_tables(generate, published_sample):
    sections = re.split(r"^### ", generate.tables_reference(), flags=re.MULTILINE)[1:]
    documented = {section.split()[0] for section in sections if "it is not published" not in section}
    with cdp.open(published_sample) as published:
        assert set(published.tables()) == documented


def test_every_published_column_is_documented_there_and_in_the_file(generate, published_sample):
    sections = re.split(r"^### ", generate.tables_reference(), flags=re.MULTILINE)[1:]
    documented = {section.split()[0]: set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) for section in sections}
    with cdp.open(published_sample) as published:
        columns = published.query("select table_name, column_name, comment from duckdb_columns() where not internal")
    undescribed = columns[columns["comment"].isna()]
    assert list(undescribed["table_name"] + "." + undescribed["column_name"]) == []
    for table, names in columns.groupby("table_name")["column_name"]:
        assert set(names) == documented[table], table


@pytest.mark.parametrize("path", sorted([ROOT / "README.md", *DOCS.rglob("*.md")]), ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize(
    "line", [line for found in blocks(ROOT / "README.md", "sh") for line in found["text"].splitlines()]
)
def test_a_command_of_the_readme_works(published_sample, tmp_path, monkeypatch, capsys, line):
    copy = tmp_path / "workspace"
    copy.mkdir()
    for part in published_sample.iterdir():
        (copy / part.name).symlink_to(part)
    monkeypatch.chdir(copy)
    command, *arguments = shlex.split(line)
    assert command == "cdp"
    assert main(arguments) == 0, capsys.readouterr().err
    assert not (set(capsys.readouterr().err.split()) & {"error:"})


@pytest.mark.parametrize("sql", [found["text"] for found in blocks(ROOT / "README.md", "sql")])
def test_a_query_of_the_readme_answers(published_sample, sql):
    with cdp.open(published_sample) as published:
        assert len(published.query(sql))


def test_the_outputs_in_the_readme_are_those_of_the_sample(sample_nights, capsys):
    published_sample, (_, second) = sample_nights
    assert main(["customer", "show", "07410158713205246", "-w", str(published_sample)]) == 0
    printed = {
        "Run 2026-06-01-0002": second.stdout,
        "Michael Wiesengrund": capsys.readouterr().out,
    }
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for begin, output in printed.items():
        (excerpt,) = re.findall(rf"^```\n({begin}.*?)^```", readme, re.MULTILINE | re.DOTALL)
        real = {" ".join(line.split()) for line in output.splitlines()}
        for line in excerpt.splitlines()[1:]:
            words = " ".join(line.split()).removesuffix("…").rstrip()
            assert any(other.startswith(words) if line.endswith("…") else other == words for other in real), line


def test_the_python_of_the_readme_runs(published_sample, monkeypatch):
    monkeypatch.chdir(published_sample)
    (example,) = blocks(ROOT / "README.md", "python")
    names = {}
    exec(compile(example["text"], "README.md", "exec"), names)
    assert len(names["buyers"]) > 10
    assert len(names["contacts"]) > 0


def test_the_segment_of_the_readme_is_the_one_we_ship():
    (example,) = blocks(ROOT / "README.md", "yaml")
    assert example["text"] == (ROOT / "pipelines/segments/vip_lapsed.yaml").read_text(encoding="utf-8")


def test_the_walk_through_of_an_own_feed_runs(tmp_path, monkeypatch, capsys):
    for part in ("cdp.toml", "pipelines", "schemas"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copyfile
        copy(ROOT / part, tmp_path / part)
    guide = DOCS / "own-data.md"
    written = [found for kind in ("csv", "yaml", "sql") for found in blocks(guide, kind) if found["file"]]
    assert len(written) == 6
    for found in written:
        path = tmp_path / found["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found["text"], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (commands,) = blocks(guide, "sh")
    said = []
    for line in commands["text"].splitlines():
        code = main(shlex.split(line)[1:])
        captured = capsys.readouterr()
        assert code in {0, 4}, captured.err
        said.append(captured.out)
    _, ran, refused, timeline = said
    assert "3 read = 2 accepted + 1 quarantined" in ran
    assert "type:clicked_at" in refused
    assert re.search(r"\b4\b", refused)
    assert "Email Link Clicked" in timeline

"""cdp contract: what goes out comes back, what others wrote becomes a contract that the workspace accepts."""

from __future__ import annotations

import shutil

import pytest
import yaml
from tests_support import ROOT

from cdp.cli import main
from cdp.workspace.init import init_workspace

FOREIGN = ROOT / "tests/contracts/foreign.odcs.yaml"


@pytest.fixture
def workspace(tmp_path):
    return init_workspace(tmp_path / "workspace")


def run(*words):
    return main([str(word) for word in words])


def test_list_and_show_tell_contracts_of_exports_and_tables(workspace, capsys):
    assert run("contract", "list", "-w", workspace, "-f", "csv") == 0
    listed = capsys.readouterr().out
    assert "loyalty_members,export" in listed
    assert "customers,table" in listed
    assert run("contract", "show", "loyalty_members", "-w", workspace, "-f", "csv") == 0
    assert "email,EMAIL,string,false,true" in capsys.readouterr().out
    assert run("contract", "show", "nobody", "-w", workspace) == 1
    assert "contracts are:" in capsys.readouterr().err


def test_every_contract_goes_out_and_comes_back_as_it_was(workspace, tmp_path, capsys):
    assert run("contract", "export", "-w", workspace, "-o", tmp_path / "odcs") == 0
    written = sorted((tmp_path / "odcs").glob("*.odcs.yaml"))
    shipped = [*workspace.glob("schemas/exports/*.yaml"), *workspace.glob("schemas/tables/*.yaml")]
    assert len(written) == len(shipped)
    original = workspace / "schemas/exports/loyalty_members.yaml"
    before = original.read_text()
    assert run("contract", "import", tmp_path / "odcs/loyalty_members.odcs.yaml", "-w", workspace) == 2
    assert "exists already" in capsys.readouterr().err
    assert original.read_text() == before
    assert run("contract", "import", tmp_path / "odcs/loyalty_members.odcs.yaml", "-w", workspace, "--force") == 0
    capsys.readouterr()
    assert run("contract", "export", "loyalty_members", "-w", workspace) == 0
    again = yaml.safe_load(capsys.readouterr().out)
    assert again == yaml.safe_load((tmp_path / "odcs/loyalty_members.odcs.yaml").read_text())
    assert run("check", "-w", workspace) == 0


def test_a_foreign_document_is_taken_in_and_what_it_loses_is_listed(workspace, tmp_path, capsys):
    document = shutil.copy(FOREIGN, tmp_path / "orders.yaml")
    assert run("contract", "import", document, "-w", workspace) == 4
    said = capsys.readouterr()
    assert "customer_orders.yaml: 9 columns, key order_id" in said.out
    assert "not carried: servers[0].host: warehouse.example.com" in said.err
    text = (workspace / "schemas/exports/customer_orders.yaml").read_text()
    assert "#   servers[0].host: warehouse.example.com" in text
    assert run("check", "-w", workspace) == 0
    assert run("contract", "import", document, "-w", workspace, "--name", "their_orders") == 4
    assert (workspace / "schemas/exports/their_orders.yaml").is_file()
    assert run("check", "-w", workspace) == 0


def test_what_is_no_document_is_told(workspace, tmp_path, capsys):
    assert run("contract", "import", tmp_path / "nothing.yaml", "-w", workspace) == 1
    (tmp_path / "odd.yaml").write_text("kind: something\n")
    assert run("contract", "import", tmp_path / "odd.yaml", "-w", workspace) == 1
    assert "no ODCS document" in capsys.readouterr().err

"""Every fault of a workspace at once, each where it stands."""

from __future__ import annotations

import pytest
from tests_support import run_cdp

from cdp.errors import NotFoundError, WorkspaceError
from cdp.workspace import check_workspace, find_root, load_workspace
from cdp.workspace.init import init_workspace


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "workspace"
    init_workspace(folder)
    return folder


def spoil(root, file, old, new):
    """Replace one text in a file; gives the line on which it stands."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{old!r} is not in {file}"
    line = text[: text.index(old)].count("\n") + 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file, line


def append(root, file, text):
    """Add a line at the end of a file; gives its line."""
    path = root / file
    before = path.read_text(encoding="utf-8")
    path.write_text(before + text, encoding="utf-8")
    return file, before.count("\n") + 1


def test_the_reference_workspace_is_faultless(root):
    workspace, faults = check_workspace(root)
    assert faults == []
    assert workspace is not None
    assert len(workspace.plans) == 25


def test_ten_planted_faults_are_all_told_with_their_lines(root):
    planted = [
        spoil(root, "cdp.toml", 'time_zone = "UTC"', 'time_zone = "Mars/Olympus"'),
        spoil(root, "cdp.toml", "free_disk_gb = 1.0", "free_disc_gb = 1.0"),
        spoil(root, "pipelines/nightly.yaml", "qualityStop: stop", "qualityStop: halt"),
        append(root, "schemas/exports/stores.yaml", "ownr: me\n"),
        spoil(root, "schemas/exports/pos_receipts.yaml", "logicalType: integer", "logicalType: int"),
        spoil(root, "schemas/tables/orders.yaml", "grain:", "grane:"),
        spoil(root, "pipelines/feeds/nps_survey/feed.yaml", "contract: nps_survey", "contract: nps"),
        append(root, "pipelines/segments/vip_lapsed.yaml", "titel: Again\n"),
        append(root, "pipelines/profile.yaml", "policy: newest\n"),
        append(root, "pipelines/identity/settings.yaml", "treshold: 0.5\n"),
    ]
    workspace, faults = check_workspace(root)
    assert workspace is None
    told = {(fault.file.as_posix(), fault.line) for fault in faults}
    missed = [place for place in planted if place not in told and place != planted[5]]
    assert missed == [], "\n".join(map(str, faults))
    assert any(fault.file.as_posix() == planted[5][0] and fault.key == "grane" for fault in faults)


def test_faults_of_yaml_and_of_sql_are_told_together(root):
    planted = [
        spoil(root, "cdp.toml", "runs = 30", "runs = 0"),
        spoil(root, "schemas/exports/consent.yaml", "logicalType: timestamp", "logicalType: timestmp"),
        spoil(root, "pipelines/feeds/nps_survey/survey_responses.sql", "    score,", "    skore,"),
        spoil(root, "pipelines/feeds/call_log/touchpoints.sql", "from call_log", "from kall_log"),
        append(root, "schemas/exports/stores.yaml", "rowRules:\n  - {name: odd, must: nowhere > 1}\n"),
        spoil(root, "schemas/tables/products.yaml", "type: VARCHAR", "type: VARCHR"),
        append(root, "pipelines/segments/new_30d.yaml", "titel: Again\n"),
        spoil(root, "pipelines/feeds/stores/stores.sql", "from stores", "form stores"),
        spoil(root, "pipelines/feeds/social_leads/feed.yaml", "encoding: utf-16", "encoding: utf-61"),
    ]
    (root / "pipelines/segments/odd.yaml").write_text(
        "name: odd\ntitle: Odd\ndescription: Odd ones.\nsql: select customer_id from orders where chanel = 'app'\n"
    )
    planted.append(("pipelines/segments/odd.yaml", 4))
    _, faults = check_workspace(root)
    files = {fault.file.as_posix() for fault in faults}
    assert {file for file, _ in planted} - files == set(), "\n".join(map(str, faults))
    assert len(faults) == len(planted), "\n".join(map(str, faults))
    lines = {(fault.file.as_posix(), fault.line) for fault in faults}
    near = [(file, line) for file, line in planted if not any((file, line + step) in lines for step in (-1, 0, 1, 2))]
    assert near == [], "\n".join(map(str, faults))


def test_the_command_prints_them_and_fails(root):
    spoil(root, "pipelines/nightly.yaml", "qualityStop: stop", "qualityStop: halt")
    done = run_cdp("check", "--workspace", root)
    assert done.returncode == 1
    assert "pipelines/nightly.yaml:" in done.stdout + done.stderr
    assert "'stop' or 'warn'" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select 1 as store_id from nowhere", "reads 'nowhere', which is neither the feed nor a canonical table"),
        ("select 1; select 2", "exactly one select"),
        ("selec store_id from stores", "not valid SQL"),
    ],
)
def test_a_mapping_that_cannot_work_is_a_fault(root, sql, message):
    (root / "pipelines/feeds/nps_survey/touchpoints.sql").write_text(sql)
    _, faults = check_workspace(root)
    assert message in "\n".join(map(str, faults))


def test_a_segment_that_names_an_unknown_column_is_a_fault(root):
    (root / "pipelines/segments/odd.yaml").write_text(
        "name: odd\ntitle: Odd\ndescription: Odd ones.\nrule:\n  all:\n    - {column: net_revenu, op: '>', value: 1}\n"
    )
    _, faults = check_workspace(root)
    [fault] = faults
    assert fault.file.as_posix() == "pipelines/segments/odd.yaml"
    assert "net_revenu" in fault.message
    assert "net_revenue" in f"{fault.message} {fault.allowed}"


def test_a_source_priority_that_names_no_feed_is_a_fault(root):
    spoil(root, "pipelines/profile.yaml", "sources: [shop_customers,", "sources: [shop_custmers,")
    _, faults = check_workspace(root)
    [fault] = faults
    told = "pipelines/profile.yaml:7: golden_record.0.sources.0: there is no feed 'shop_custmers'"
    assert str(fault).startswith(told)
    assert "shop_customers" in fault.allowed.split(", ")


def test_a_missing_mapping_is_a_fault(root):
    (root / "pipelines/feeds/stores/stores.sql").unlink()
    _, faults = check_workspace(root)
    assert "stores.sql is missing" in "\n".join(map(str, faults))


def test_loading_a_faulty_workspace_tells_all(root):
    spoil(root, "cdp.toml", 'time_zone = "UTC"', 'time_zone = "Mars/Olympus"')
    with pytest.raises(WorkspaceError, match="Mars/Olympus"):
        load_workspace(root)


def test_no_workspace_says_how_to_make_one(tmp_path):
    with pytest.raises(NotFoundError, match="cdp init DIR"):
        find_root(tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "pipelines/feeds/nps_survey/survey_responses.sql",
            "as response_id",
            "as answer_id",
            "column answer_id is not",
        ),
        ("pipelines/feeds/nps_survey/survey_responses.sql", "response_id", "respons_id", "respons_id"),
        ("schemas/tables/stores.yaml", "type: VARCHAR", "type: VARCHR", "is not a DuckDB type"),
        (
            "schemas/exports/stores.yaml",
            "properties:",
            "rowRules:\n- {name: odd, must: nowhere > 1}\nproperties:",
            "nowhere",
        ),
        (
            "pipelines/segments/vip_lapsed.yaml",
            "rule:",
            "sql: select customer_id from orders where chanel = 'app'\nrul:",
            "",
        ),
    ],
)
def test_sql_that_cannot_work_is_found_before_a_run(root, file, old, new, message):
    spoil(root, file, old, new)
    workspace, faults = check_workspace(root)
    assert workspace is None
    assert any(fault.file.as_posix() == file and message in fault.message for fault in faults), faults


def test_a_segments_sql_is_bound(root):
    (root / "pipelines/segments/odd.yaml").write_text(
        "name: odd\ntitle: Odd\ndescription: Odd ones.\nsql: select customer_id from orders where chanel = 'app'\n"
    )
    _, faults = check_workspace(root)
    [fault] = faults
    assert (fault.file.as_posix(), "chanel" in fault.message) == ("pipelines/segments/odd.yaml", True)


def test_files_that_are_not_read_are_told(root):
    (root / "pipelines/segments/vip_lapsed.yaml").rename(root / "pipelines/segments/vip_lapsed.yml")
    (root / "pipelines/feeds/empty").mkdir()
    (root / "pipelines/feeds/stores/extra.sql").write_text("select 1")
    _, faults = check_workspace(root)
    assert {fault.file.as_posix() for fault in faults} == {
        "pipelines/segments/vip_lapsed.yml",
        "pipelines/feeds/empty",
        "pipelines/feeds/stores/extra.sql",
    }


def test_a_faulty_contract_is_one_fault(root):
    spoil(root, "schemas/exports/nps_survey.yaml", "logicalType: integer", "logicalType: int")
    _, faults = check_workspace(root)
    assert [fault.file.as_posix() for fault in faults] == ["schemas/exports/nps_survey.yaml"]


def test_a_date_that_cannot_be_is_a_fault_not_a_crash(root):
    append(root, "pipelines/segments/vip_lapsed.yaml", "since: 2026-02-30\n")
    _, faults = check_workspace(root)
    assert "not valid YAML" in faults[0].message

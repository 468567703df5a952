"""The administrator's commands, as they are typed."""

from datetime import timedelta
from pathlib import Path

import pytest

from api.acts import ledger
from api.admin import audit as anchor
from api.admin import funnel, institutions
from api.contacts import credits
from api.policies import versions as policies
from models import tables
from models.domain.console.operator import Role
from models.domain.policy import Policy
from models.domain.sandbox import CAST
from models.domain.subscription import Fact, FactKind
from scripts.admin import appeals, audit, disputes, enrol, institution, policy, setting, subscriptions
from scripts.demo.film import samples
from tests.support import acting, play
from tests.support.console import token
from tests.support.world import MAN, TEMPLATE, WIFE, WRONG, World, number

PEOPLE = "name,id_type,id_number,sex,birth,photo,openid\n"


def imported(tmp_path: Path, people: str, links: str = "") -> int:
    (tmp_path / "people.csv").write_text("\ufeff" + PEOPLE + people, encoding="utf-8")
    (tmp_path / "links.csv").write_text("id_number,relative_id_number,network,relation\n" + links)
    with pytest.raises(SystemExit) as end:
        enrol.main([
            "--people", str(tmp_path / "people.csv"), "--links", str(tmp_path / "links.csv"),
            "--photos", str(samples()),
        ])  # fmt: skip
    return int(end.value.code or 0)


NEW = number("33010619600101101")


def test_an_import_may_be_repeated(
    installed: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = f"赵新,resident,{NEW},female,,15-f13-anc-ph.jpg,openid-new\n"
    links = f"{MAN.id_number},{NEW},family_share,兄弟姐妹\n"
    assert imported(tmp_path, people, links) == 0
    assert imported(tmp_path, people, links) == 0
    told = capsys.readouterr().out
    assert "照片可用 1" in told and "照片未变 1" in told
    assert NEW not in told and "赵新" not in told
    persons = play.ok(installed.till().get(f"/v1/verifications/{play.opened(installed)}"))["persons"]
    assert [p["name"] for p in persons if p["relation"] == "兄弟姐妹" and p["enrolled"]] == ["赵*"]


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (f"赵新,resident,{NEW[:-1]}0,male,,,\n", "id_number_invalid"),
        (f"赵新,resident,{NEW},male,1999-01-01,,\n", "birth_mismatch"),
        (f"赵新,resident,{NEW},male,,none.jpg,\n", "photo_missing"),
        (f"赵新,resident,{NEW},male,,../conftest.py,\n", "photo_missing"),
        (f"赵新,resident,{NEW},male,,multi_face.jpg,\n", "two_faces"),
        (f"赵新,resident,{NEW},male,,BWPictureHuman.jpg,\n", "no_face"),
        (f"赵新,driver,{NEW},male,,,\n", "id_type_unknown"),
        (f",resident,{NEW},male,,,\n", "name_invalid"),
    ],
)
def test_a_refused_line_is_reported_with_its_reason(
    installed: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, verdict: str
) -> None:
    assert imported(tmp_path, line) == 1
    told = capsys.readouterr().out
    assert verdict in told and NEW not in told


def test_a_file_that_is_no_csv_is_refused(installed: World, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SystemExit, match="file_unreadable.*列名"):
        enrol.main(["--people", str(tmp_path / "people.csv"), "--photos", str(tmp_path)])


@pytest.fixture
def chief(installed: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return an installation at whose shell an administrator is signed in."""
    monkeypatch.setenv("YIBAO_OPERATOR_TOKEN", token(setting.ports(), "chief", Role.ADMINISTRATOR))
    return installed


def deeds(world: World) -> list[str]:
    """Return the kinds of the acts since the administrator signed in, all of which are the account's own."""
    with world.ports.database.reading() as db:
        acts = db.query(tables.Act).order_by(tables.Act.seq).all()
        (account,) = (row.id for row in db.query(tables.Operator))
    assert {one.actor for one in acts[1:]} == {account}
    return [str(one.kind) for one in acts[3:]]


def test_an_institution_is_registered_and_its_key_rotated(
    chief: World, capsys: pytest.CaptureFixture[str]
) -> None:
    installed = chief
    institution.main(["add", "第三药房"])
    given = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines()[:3])
    client = installed._client(given["api_key"])
    assert client.get("/v1/verifications/none").status_code == 404
    institution.main(["rotate-key", given["institution_id"]])
    assert client.get("/v1/verifications/none").status_code == 401
    institution.main(
        ["staff", "add", given["institution_id"], "--name", "钱收银", "--openid", "openid-clerk", "--no-id"]
    )
    institution.main(["staff", "list", given["institution_id"]])
    institution.main(["list"])
    told = capsys.readouterr().out
    assert "钱收银" in told and "第三药房" in told and "openid-clerk" not in told
    assert deeds(chief) == ["institution.added", "institution.changed", "staff.added"]


def test_staff_are_named_changed_and_removed(chief: World, capsys: pytest.CaptureFixture[str]) -> None:
    installed, where = chief, chief.institutions[0]
    at = ["--counter", "1号台", "--shift", "mon-fri 08:00-17:30"]
    institution.main(["staff", "add", where, "--name", "钱收银", "--id-number", WIFE.id_number, *at])
    given = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines()[:2])
    assert (
        installed.phone("openid-clerk").post("/mp/v1/staff", json={"code": given["code"]}).status_code == 201
    )
    institution.main(["staff", "change", given["staff_id"], "--shift", "sun 22:00-06:00"])
    institution.main(["staff", "remove", given["staff_id"]])
    told = capsys.readouterr().out
    assert "every counter, sun 22:00-06:00" in told and WIFE.id_number not in told
    institution.main(["staff", "list", where])
    told = capsys.readouterr().out
    assert "钱收银" in told and "已撤销" in told and given["code"] not in told
    with pytest.raises(SystemExit, match="shift_invalid"):
        institution.main(["staff", "add", where, "--name", "钱收银", "--no-id", "--shift", "always"])
    for neither in ([], ["--no-id", "--id-number", WIFE.id_number]):
        with pytest.raises(SystemExit, match="--no-id"):
            institution.main(["staff", "add", where, "--name", "钱收银", *neither])
    assert deeds(chief) == ["staff.added", "staff.changed", "staff.removed"]


def test_a_sandbox_is_registered_with_its_magic_numbers(
    chief: World, capsys: pytest.CaptureFixture[str]
) -> None:
    institution.main(["add", "沙箱药房", "--sandbox", "--window", "15"])
    told = capsys.readouterr().out
    key = next(line.split()[1] for line in told.splitlines() if line.startswith("api_key"))
    assert key.startswith("yk_sandbox_") and all(one.number in told for one in CAST)
    institution.main(["list"])
    assert "沙箱" in capsys.readouterr().out


def test_a_provider_is_chosen_and_changed(chief: World, capsys: pytest.CaptureFixture[str]) -> None:
    institution.main(["add", "第三药房", "--provider", "wechat"])
    given = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines()[:3])
    institution.main(["list"])
    assert "wechat" in capsys.readouterr().out
    institution.main(["provider", given["institution_id"], "own", "--channel", "qr"])
    assert "own on qr" in capsys.readouterr().out
    institution.main(["provider", given["institution_id"], "own", "--accept-forged-film"])
    institution.main(["list", "--json"])
    assert '"accepted_by": "chief"' in capsys.readouterr().out
    with pytest.raises(SystemExit):
        institution.main(["provider", "ins_none", "own"])
    with pytest.raises(SystemExit):
        institution.main(["provider", given["institution_id"], "alipay"])
    assert deeds(chief) == ["institution.added", "institution.changed", "institution.changed"]


CHANGES = [
    ["add", "第三药房"], ["add", "沙箱", "--sandbox"], ["provider", "ins_x", "own"],
    ["district", "ins_x", "西湖区"], ["popup", "ins_x"], ["rotate-key", "ins_x"], ["add-key", "ins_x"],
    ["staff", "remove", "stf_x"], ["staff", "add", "ins_x", "--name", "钱收银", "--no-id"],
    ["staff", "change", "stf_x"],
]  # fmt: skip


def test_nobody_but_an_administrator_changes_an_institution(installed: World) -> None:
    reviewer = token(setting.ports(), "anna")
    for words in CHANGES:
        for signed, said in (([], "sign in first"), (["--token", reviewer], "forbidden")):
            with pytest.raises(SystemExit, match=said):
                institution.main([*words, *signed])
    assert len(institutions.institutions(installed.ports)) == len(installed.institutions)


def test_the_funnel_counts_without_naming_anybody(
    installed: World, capsys: pytest.CaptureFixture[str]
) -> None:
    ports, at = installed.ports, installed.clock.now()
    told = [(MAN, FactKind.ACCEPTED), (MAN, FactKind.TAKEN), (WIFE, FactKind.ACCEPTED)]
    with ports.database.transaction() as db:
        for hour, (who, kind) in enumerate(told):
            fact = Fact(kind, at + timedelta(hours=hour), "m1" if kind is FactKind.TAKEN else None)
            credits.learn(ports, db, ports.vault.index("openid", who.openid), TEMPLATE, fact)
    found = funnel.funnel(ports)
    assert (found.persons, found.bound, found.vouched) == (5, 5, 5)
    assert (found.said_yes, found.allowed, found.with_credit, found.taken) == (0, 2, 1, 1)
    subscriptions.main(["funnel"])
    printed = capsys.readouterr().out
    assert "with_credit" in printed
    assert not any(one.openid in printed or one.name in printed for one in (MAN, WIFE))


def test_an_appeal_is_shown_and_upheld(
    installed: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verification = play.opened(installed)
    scene = play.pushed(installed, verification)
    phone = installed.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(installed, phone, scene, WRONG)
    appeal = play.ok(play.appealed(phone, scene), 201)["appeal_id"]
    signed = ["--token", token(setting.ports())]
    with pytest.raises(SystemExit, match="sign in first"):
        appeals.main(["list"])
    appeals.main(["list", *signed])
    with pytest.raises(SystemExit, match="invalid"):
        appeals.main(["show", appeal, "--out", str(tmp_path / "out"), *signed])
    appeals.main(["show", appeal, "--out", str(tmp_path / "out"), *signed, "--why", "复核"])
    told = capsys.readouterr().out
    assert appeal in told and "登记照片太旧" in told
    assert {path.name.split("-")[0] for path in (tmp_path / "out").iterdir()} == {"frame", "reference"}
    with installed.ports.database.transaction() as db:
        db.get_one(tables.Appeal, appeal).drawn = False
    appeals.main(["uphold", appeal, *signed, "--ground", "same_person", "--note", "与证件一致"])
    assert play.events(installed, verification)[-1] == "appeal.upheld"
    assert play.state(installed, verification)["state"] == "appealed"
    with pytest.raises(SystemExit):
        appeals.main(["reject", appeal, *signed, "--ground", "other_person", "--note", "再看"])
    assert play.ok(phone.get("/mp/v1/me/appeals"))["appeals"][0]["appeal_state"] == "upheld"


def test_a_command_without_settings_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setting, "DEMO_ENVIRONMENT", tmp_path / "none.env")
    with pytest.raises(SystemExit) as end:
        institution.main(["list"])
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert "YIBAO_DATABASE_URL 未设置 / is not set" in said and "YIBAO_VAULT_KEYS 未设置" in said


@pytest.fixture
def zhang(installed: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return an installation at whose shell the operator zhang is signed in."""
    monkeypatch.setenv("YIBAO_OPERATOR_TOKEN", token(setting.ports(), "zhang", Role.OPERATOR))
    return installed


def li() -> list[str]:
    """Return the option that makes a command another operator's."""
    return ["--token", token(setting.ports(), "li", Role.OPERATOR)]


def refused(command: list[str]) -> str:
    with pytest.raises(SystemExit) as end:
        policy.main(command)
    return str(end.value.code)


def test_a_policy_is_proposed_by_one_and_put_in_force_by_another(
    zhang: World, capsys: pytest.CaptureFixture[str]
) -> None:
    policy.main(["propose", "score_min=0.48", 'action_pool=["smile","nod"]'])
    told = capsys.readouterr().out
    assert "version 2" in told and "not in force" in told and "%" in told
    with zhang.ports.database.reading() as db:
        assert policies.active(db).version == 1
    assert refused(["approve", "2"]).startswith("own_proposal")
    other = li()
    policy.main(["approve", "2", *other])
    with zhang.ports.database.reading() as db:
        now = policies.active(db)
    assert (now.version, now.score_min, now.action_pool) == (2, 0.48, ("smile", "nod"))
    assert refused(["approve", "2", *other]).startswith("policy_decided")
    policy.main(["history"])
    policy.main(["show"])
    told = capsys.readouterr().out
    assert "approved by li" in told and "zhang" in told and "policy 2" in told and "0.48" in told


def test_a_proposal_overtaken_by_a_later_one_cannot_come_into_force(zhang: World) -> None:
    policy.main(["propose", "score_min=0.48"])
    policy.main(["propose", "score_min=0.49"])
    other = li()
    policy.main(["approve", "3", *other])
    assert refused(["approve", "2", *other]).startswith("policy_decided")


@pytest.mark.parametrize(
    "change",
    [
        "score_min=high",
        "score_min=11",
        "nothing_such=1",
        "version=9",
        f"score_min={Policy().score_min}",
        "score_min",
    ],
)
def test_an_invalid_policy_is_refused(zhang: World, change: str) -> None:
    assert refused(["propose", change])
    assert len(policies.history(zhang.ports)) == 1


@pytest.mark.parametrize("command", [["approve", "7"], ["show", "7"]])
def test_an_unknown_version_is_refused(zhang: World, command: list[str]) -> None:
    assert "no version 7" in refused(command)


def test_nobody_proposes_without_an_account_or_approves_long_after_signing_in(
    zhang: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YIBAO_OPERATOR_TOKEN")
    assert "sign in first" in refused(["propose", "score_min=0.48"])
    reviewer = ["--token", token(setting.ports())]
    assert refused(["propose", *reviewer, "score_min=0.48"]).startswith("forbidden")
    other = li()
    policy.main(["propose", *other, "score_min=0.48"])
    with zhang.ports.database.transaction() as db:
        for row in db.query(tables.OperatorSession):
            row.code_at -= timedelta(minutes=5)
    assert "sign in again" in refused(["approve", "2", *other])
    with zhang.ports.database.reading() as db:
        assert ledger.newest(db, most=1)[0].kind == "policy.proposed"


def test_the_audit_command_checks_recorded_events(
    installed: World, capsys: pytest.CaptureFixture[str]
) -> None:
    verification = play.opened(installed)
    audit.main(["check"])
    assert "Nothing is anchored yet" in capsys.readouterr().out
    anchor.write(installed.ports)
    audit.main(["check"])
    assert capsys.readouterr().out.splitlines() == [
        "1 verifications, 1 events, 1 anchors",
        "All of them are as they were written.",
        "0 acts of operators, 0 anchors",
        "0 facts of decisions",
    ]
    with installed.ports.database.transaction() as db:
        db.get_one(tables.Verification, verification).head = "0" * 64
    with pytest.raises(SystemExit) as ended:
        audit.main(["check"])
    assert ended.value.code == 1
    assert verification in capsys.readouterr().out


def test_the_operator_lists_and_shows_disputes(installed: World, capsys: pytest.CaptureFixture[str]) -> None:
    signed = ["--token", token(setting.ports())]
    disputes.main(["list", *signed])
    assert "No disputed purchase" in capsys.readouterr().out
    (holder,) = acting.strangers(installed, 1)
    acting.bought(installed, holder)
    phone = installed.phone(holder.openid)
    (row,) = play.ok(phone.get("/mp/v1/me/agents"))["agents"]
    agency_id = row["agency_id"]
    play.ok(phone.post(f"/mp/v1/me/agents/{agency_id}/dispute", json={"statement": "不是我"}), 201)
    for words in (["show", agency_id], ["list"]):
        with pytest.raises(SystemExit, match="sign in first"):
            disputes.main(words)
    disputes.main(["show", agency_id, *signed])
    with installed.ports.database.reading() as db:
        newest = ledger.newest(db, most=1)[0]
    assert (newest.kind, newest.subject) == ("case.opened", agency_id)
    said = capsys.readouterr().out
    assert "不是我" in said and "not family on record" in said and "第一药房" in said
    disputes.main(["list", *signed])
    said += capsys.readouterr().out
    for secret in (holder.name, holder.id_number, holder.openid, MAN.name, MAN.id_number, MAN.openid):
        assert secret not in said
    reviewed = ["authorised", "--note", "有委托书", *signed]
    disputes.main(["conclude", agency_id, *reviewed])
    disputes.main(["list", *signed])
    assert "No disputed purchase" in capsys.readouterr().out
    disputes.main(["list", "--all", *signed])
    said = capsys.readouterr().out
    assert agency_id in said and "authorised" in said
    for words in (
        ["show", "agc_none", *signed],
        ["conclude", "agc_none", *reviewed],
    ):
        with pytest.raises(SystemExit, match="no such purchase"):
            disputes.main(words)

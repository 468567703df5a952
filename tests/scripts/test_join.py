"""`yibao console join`: an account is set up before any service runs."""

import re

import pyotp
from click.testing import CliRunner

from api.acts import ledger
from models import tables
from models.domain.console.act import ActKind
from scripts import __main__ as yibao
from scripts.admin import setting
from tests.support.console import PASSWORD
from tests.support.world import World, number


def test_an_account_is_set_up_on_the_command_line_and_signs_in(installed: World) -> None:
    run = CliRunner().invoke
    link = run(yibao.yibao, ["console", "add", "chief", "--role", "administrator", "--id-number",
                             number("33010619800102001")]).stdout.strip()  # fmt: skip
    # The secret is shown before the code is asked for; the link stays good until all of it fits.
    shown = run(yibao.yibao, ["console", "join", link], input=f"{PASSWORD}\n{PASSWORD}\n000000\n")
    assert shown.exit_code == 1 and "code_wrong" in shown.output
    secret = re.search(r"authenticator: (\w+)", shown.stderr)
    assert secret is not None
    code = pyotp.TOTP(secret[1]).at(setting.ports().now())
    joined = run(yibao.yibao, ["console", "join", link], input=f"{PASSWORD}\n{PASSWORD}\n{code}\n")
    recovery = joined.stdout.split()
    assert joined.exit_code == 0 and len(recovery) == 10
    signed = run(yibao.yibao, ["console", "token", "chief", "--password", PASSWORD, "--code", recovery[0]])
    assert len(signed.stdout.strip()) == 43
    # From now on accounts are opened by that administrator, or in an emergency.
    other = ["console", "add", "anna", "--role", "reviewer", "--id-number", number("33010619800102002")]
    assert "sign in first" in run(yibao.yibao, other).output
    assert run(yibao.yibao, [*other, "--emergency"]).exit_code == 0
    third = [*other[:2], "berta", *other[3:-1], number("33010619800102003")]
    assert run(yibao.yibao, [*third, "--token", signed.stdout.strip()]).exit_code == 0
    ports = setting.ports()
    with ports.database.reading() as db:
        actors = [one.actor for one in ledger.newest(db) if one.kind == ActKind.ACCOUNT_INVITED]
        chief = db.query(tables.Operator).filter_by(name="chief").one().id
    assert actors == [chief, "command line", "command line"]

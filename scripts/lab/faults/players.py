"""`python -m scripts.lab.faults.players`: register a run's persons and institutions.

One process for all of it, because each start of the program costs seconds. Reads from stdin the persons' file
and the institution to be verified by WeChat; prints the credentials of one more such institution.
"""

import json
import secrets
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from typing import Any

import structlog

from api.admin import institutions
from models.domain.identity.idnumber import check_character
from models.domain.provider import Provider
from scripts.admin import enrol, setting

NAME = "取号药房（示例）"


def person(number: int) -> dict[str, str]:
    """Return the row of an invented person with a WeChat user."""
    digits = f"330106{1950 + number % 40}{1 + number % 12:02d}{1 + number % 28:02d}{number % 900 + 10:03d}"
    return {
        "name": f"测{chr(0x4E00 + number)}",
        "id_type": "resident",
        "id_number": digits + check_character(digits),
        "openid": f"oMany{secrets.token_hex(11)}",
    }


def register(given: dict[str, Any]) -> dict[str, Any]:
    """Enrol the persons and register the institutions."""
    try:
        enrol.main(["--people", given["people"], "--photos", "."])
    except SystemExit as end:
        if end.code:
            raise
    ports = setting.ports()
    try:
        native = institutions.add_institution(ports, NAME, provider=Provider.WECHAT)
        for one in (native.institution_id, given["racing"]):
            institutions.set_provider(ports, one, Provider.WECHAT)
    finally:
        ports.database.dispose()
    return asdict(native) | {"id": native.institution_id, "name": NAME}


if __name__ == "__main__":
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    with redirect_stdout(sys.stderr):
        made = register(json.load(sys.stdin))
    json.dump(made, sys.stdout)

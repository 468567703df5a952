"""WeChat's face verification 2.0 and its risk rank, as a server sees them.

https://developers.weixin.qq.com/miniprogram/dev/server/API/face/api_getverifyid.html
"""

import base64
import hashlib
import re
import secrets
import sqlite3
from collections.abc import Mapping
from typing import Any

from wechat.simulator.store import Store

VERIFY_S = 3600
VISIT_S = 7200
OUT_SEQ_NO = re.compile(r"[0-9A-Za-z_-]{5,32}")
CERT_NO = re.compile(r"[0-9]{17}[0-9X]")
OPENID = re.compile(r"[0-9A-Za-z_-]{5,64}")
OUTCOMES = {"ok": 10000, "refused": 10004, "unfinished": 10300}


class Faces:
    """Face verifications of one account."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, body: Mapping[str, Any]) -> tuple[int, str]:
        """Return (errcode, verify_id) of getverifyid."""
        errcode = _begin_errcode(body)
        if errcode:
            return errcode, ""
        verify_id = secrets.token_urlsafe(48)
        row = (
            verify_id,
            body["out_seq_no"],
            body["openid"],
            _hash(body["cert_info"]),
            self._store.now() + VERIFY_S,
            None,
        )
        try:
            with self._store.work() as db:
                db.execute("insert into face values (?, ?, ?, ?, ?, ?)", row)
        except sqlite3.IntegrityError:
            return 84019, ""
        return 0, verify_id

    def perform(self, verify_id: str) -> int:
        """Act as wx.requestFacialVerify on the phone and return verify_ret; once, within the hour."""
        with self._store.work() as db:
            face = db.execute("select * from face where verify_id = ?", (verify_id,)).fetchone()
            if face is None or face["verify_ret"] is not None or self._store.now() >= face["until"]:
                raise ValueError("this verify_id is unknown, used or too old")
            verify_ret = _outcome(db, face["openid"], OUTCOMES["ok"])
            db.execute("update face set verify_ret = ? where verify_id = ?", (verify_ret, verify_id))
            return verify_ret

    def result(self, body: Mapping[str, Any]) -> tuple[int, int]:
        """Return (errcode, verify_ret) of queryverifyinfo: 10300 before the phone has finished."""
        for name, errcode in (("out_seq_no", 84010), ("openid", 84016), ("verify_id", 84021)):
            if not body.get(name):
                return errcode, 0
        with self._store.work() as db:
            face = db.execute("select * from face where verify_id = ?", (str(body["verify_id"]),)).fetchone()
            if face is None or self._store.now() >= face["until"]:
                return 84022, 0
            for name, errcode in (("openid", 84017), ("out_seq_no", 84020), ("cert_hash", 84018)):
                if body.get(name) != face[name]:
                    return errcode, 0
            done = face["verify_ret"]
            return 0, _outcome(db, face["openid"], OUTCOMES["unfinished"]) if done is None else done

    def decide(self, openid: str, verify_ret: int) -> None:
        """Set the result of this openid's next face verifications."""
        with self._store.work() as db:
            db.execute("insert or replace into face_outcome values (?, ?)", (openid, verify_ret))


class Risks:
    """Risk ranks of one account's users."""

    def __init__(self, store: Store, appid: str) -> None:
        self._store, self._appid = store, appid

    def rank(self, body: Mapping[str, Any]) -> tuple[int, int]:
        """Return (errcode, rank) of getuserriskrank: 61010 for who was not in the mini-program lately."""
        checks = (
            (body.get("appid") == self._appid, 43104),
            (_fits(OPENID, body.get("openid")), 40003),
            (body.get("scene") in (0, 1), 40129),
            (bool(body.get("client_ip")), 44002),
        )
        for fits, errcode in checks:
            if not fits:
                return errcode, 0
        with self._store.work() as db:
            visit = db.execute("select at from visit where openid = ?", (body["openid"],)).fetchone()
            if visit is None or self._store.now() - visit["at"] > VISIT_S:
                return 61010, 0
            found = db.execute("select rank from risk where openid = ?", (body["openid"],)).fetchone()
            return 0, found["rank"] if found else 0

    def decide(self, openid: str, rank: int) -> None:
        """Set this openid's rank."""
        with self._store.work() as db:
            db.execute("insert or replace into risk values (?, ?)", (openid, rank))


def _begin_errcode(body: Mapping[str, Any]) -> int:
    """Return the errcode of a getverifyid, 0 when it is right."""
    cert = body.get("cert_info")
    card: Mapping[str, Any] = cert if isinstance(cert, dict) else {}
    checks = (
        (bool(body.get("out_seq_no")), 84010),
        (_fits(OUT_SEQ_NO, body.get("out_seq_no")), 84011),
        (bool(card), 84012),
        (card.get("cert_type") == "IDENTITY_CARD", 84013),
        (bool(isinstance(card.get("cert_name"), str) and card["cert_name"].strip()), 84014),
        (_fits(CERT_NO, card.get("cert_no")), 84015),
        (bool(body.get("openid")), 84016),
        (_fits(OPENID, body.get("openid")), 40003),
    )
    return next((errcode for fits, errcode in checks if not fits), 0)


def _fits(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and bool(pattern.fullmatch(value))


def _outcome(db: sqlite3.Connection, openid: str, otherwise: int) -> int:
    found = db.execute("select verify_ret from face_outcome where openid = ?", (openid,)).fetchone()
    return int(found["verify_ret"]) if found else otherwise


def _hash(card: Mapping[str, str]) -> str:
    """Return WeChat's cert_hash; computed independently, so that it tests the gateway's."""
    fields = ("cert_type", "cert_name", "cert_no")
    text = "&".join(f"{name}={base64.b64encode(card[name].encode()).decode()}" for name in fields)
    return hashlib.sha256(text.encode()).hexdigest()

"""Templates, message credits, and the 服务通知 of each openid.

https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html
"""

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from wechat.simulator.forms import is_key
from wechat.simulator.store import Store

MAX_CHAT = 200
# Meaning of the demo's message fields.
LABELS = {"thing1": "事项", "thing2": "机构", "amount3": "金额", "time4": "时间"}


@dataclass(frozen=True, slots=True)
class Template:
    """One template of the account: a one-time one costs a credit per message, a long-term one none."""

    template_id: str
    title: str = "待办事项提醒"
    long_term: bool = False
    # Its keys with the labels shown before each.
    labels: Mapping[str, str] = field(default_factory=lambda: dict(LABELS))
    # Allowed values of enumerated keys.
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """Return the template's text as WeChat's console shows it."""
        return "\n".join(f"{label}:{{{{{key}.DATA}}}}" for key, label in self.labels.items())


class Subscriptions:
    """Credits and chats of one account."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, template: Template) -> None:
        """Add or change a template; raises ValueError for keys that WeChat does not have."""
        wrong = [key for key in template.labels if not is_key(key)]
        if wrong or not template.labels:
            raise ValueError(f"no keys of a template: {', '.join(wrong)}")
        labels = json.dumps(dict(template.labels), ensure_ascii=False)
        choices = json.dumps(dict(template.choices), ensure_ascii=False)
        row = (template.template_id, template.title, int(template.long_term), labels, choices)
        with self._store.work() as db:
            db.execute("insert or replace into message_template values (?, ?, ?, ?, ?)", row)

    def templates(self) -> dict[str, Template]:
        """Return the account's templates by their ids."""
        with self._store.work() as db:
            rows = db.execute("select * from message_template order by rowid").fetchall()
        return {row["template_id"]: _template(row) for row in rows}

    def allow(self, openid: str, template_id: str) -> None:
        """Act as a tap on 允许: one more message of a one-time template, any number of a long-term one."""
        with self._store.work() as db:
            db.execute(
                "insert or ignore into credit (openid, template_id) values (?, ?)", (openid, template_id)
            )
            change = "left_over = left_over + 1, refused = 0"
            _change(db, change, openid, template_id)

    def refuse(self, openid: str, template_id: str) -> None:
        """Act as 拒收 in the settings: nothing more arrives, and credits are lost."""
        with self._store.work() as db:
            db.execute(
                "insert or ignore into credit (openid, template_id) values (?, ?)", (openid, template_id)
            )
            _change(db, "left_over = 0, refused = 1", openid, template_id)

    def send(self, message: Mapping[str, Any], *, arrives: bool) -> tuple[int, str]:
        """Deliver a message for one credit; return (errcode, msgid): 43101 without a credit."""
        openid, template_id = message["touser"], message["template_id"]
        with self._store.work() as db:
            template = db.execute(
                "select * from message_template where template_id = ?", (template_id,)
            ).fetchone()
            wanted = "select left_over from credit where openid = ? and template_id = ?"
            credit = db.execute(wanted, (openid, template_id)).fetchone()
            if credit is None or credit["left_over"] < 1:
                return 43101, ""
            if not template["long_term"]:
                _change(db, "left_over = left_over - 1", openid, template_id)
            msg_id = str(10**18 + secrets.randbelow(8 * 10**18))
            if arrives:
                _deliver(db, message, msg_id, self._store.now())
            return 0, msg_id

    def chat(self, openid: str) -> list[dict[str, Any]]:
        """Return one openid's messages, oldest first."""
        with self._store.work() as db:
            rows = db.execute("select * from message where openid = ? order by id", (openid,)).fetchall()
        return [_message(row) for row in rows]

    def credits(self, openid: str) -> dict[str, int]:
        """Return how many messages each template may still send; an allowed long-term one counts as 1."""
        with self._store.work() as db:
            rows = db.execute(
                "select credit.*, ifnull(long_term, 0) as long_term from credit "
                "left join message_template using (template_id) where openid = ?",
                (openid,),
            ).fetchall()
        return {
            row["template_id"]: min(row["left_over"], 1) if row["long_term"] else row["left_over"]
            for row in rows
        }

    def openids(self) -> list[str]:
        """Return everybody with a chat or an answered panel, the latest recipient first."""
        with self._store.work() as db:
            rows = db.execute(
                "select openid, max(at) from (select openid, id as at from message "
                "union all select openid, 0 from credit) group by openid order by max(at) desc, openid"
            ).fetchall()
        return [row["openid"] for row in rows]


def _change(db: sqlite3.Connection, change: str, openid: str, template_id: str) -> None:
    db.execute(f"update credit set {change} where openid = ? and template_id = ?", (openid, template_id))  # noqa: S608


def _deliver(db: sqlite3.Connection, message: Mapping[str, Any], msg_id: str, now: float) -> None:
    """Write a message into the chat, and delete the oldest ones above the limit."""
    openid, data = message["touser"], json.dumps(message["data"], ensure_ascii=False)
    sent_at = datetime.fromtimestamp(now, UTC).isoformat()
    row = (openid, message["template_id"], data, message.get("page"), sent_at, msg_id)
    db.execute(
        "insert into message (openid, template_id, data, page, sent_at, msg_id) values (?, ?, ?, ?, ?, ?)",
        row,
    )
    last = "select id from message where openid = ? order by id desc limit ?"
    db.execute(f"delete from message where openid = ? and id not in ({last})", (openid, openid, MAX_CHAT))  # noqa: S608


def _template(row: sqlite3.Row) -> Template:
    labels, choices = json.loads(row["labels"]), json.loads(row["choices"])
    return Template(row["template_id"], row["title"], bool(row["long_term"]), labels, choices)


def _message(row: sqlite3.Row) -> dict[str, Any]:
    names = ("template_id", "page", "sent_at", "msg_id")
    return {name: row[name] for name in names} | {"data": json.loads(row["data"])}

"""Runs api and worker with named points at which they can be killed (run as a module: the worker).

A file named after a point in the folder POINTS makes the next process that reaches the point die there, at
once and without cleanup: before_commit, after_commit, before_call and after_call (of WeChat).
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.composition import build
from api.forking import Parent, imported
from api.logs import configure
from api.policies import versions as policies
from api.ports import Ports
from api.settings import settings_or_exit
from models.database import Database

if TYPE_CHECKING:
    from api.http.docs.openapi import Api

POINTS = ("before_commit", "after_commit", "before_call", "after_call")


class Points:
    """Kills this process at a requested point."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def reach(self, point: str) -> None:
        """Die here if requested; only one of several processes does."""
        try:
            (self._folder / point).unlink()
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


class DyingDatabase(Database):
    """A database with points around its commits."""

    def __init__(self, url: str, points: Points) -> None:
        super().__init__(url)
        self._points = points

    def commit(self, session: Session) -> None:
        """Commit a writing transaction between two points."""
        session.flush()
        # PostgreSQL numbers a transaction at its first write.
        writes = session.scalar(select(func.pg_current_xact_id_if_assigned())) is not None
        if writes:
            self._points.reach("before_commit")
        super().commit(session)
        if writes:
            self._points.reach("after_commit")


class DyingWeChat:
    """WeChat's gateway with points around its calls."""

    def __init__(self, gateway: Any, points: Points) -> None:
        self._gateway, self._points = gateway, points

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._gateway, name)

        def between(*given: Any) -> Any:
            self._points.reach("before_call")
            answer = call(*given)
            self._points.reach("after_call")
            return answer

        return between


def dying() -> Ports:
    """Return the environment's ports with the points added."""
    points, settings = Points(Path(os.environ["POINTS"])), settings_or_exit()
    built = build(settings)
    policies.ensure(built)
    wechat: Any = DyingWeChat(built.wechat, points)
    return replace(built, database=DyingDatabase(settings.database_url, points), wechat=wechat)


def create_app() -> "Api":
    """Return the application with the points added, for gunicorn."""
    # Imported here: a worker does not need it, and would take longer to be back.
    from api import app  # noqa: PLC0415

    configure()
    return app.create_app(dying())


if __name__ == "__main__":
    configure()
    sweep = imported("api.sweeper").main
    sys.exit(Parent(lambda: sweep(dying())).run())

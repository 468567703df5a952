"""Calls WeChat for a job, with what went wrong as a value."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from wechat.errors import WeChatBusy, WeChatError

Answer = TypeVar("Answer")


def answer(call: Callable[[], Answer]) -> Answer | WeChatError:
    """Return the call's answer or its error; WeChatBusy where the database did not answer.

    What is read (recipient, text, token) is read before the message is sent, or after WeChat refused it: with
    a database that fails, nothing was sent, and the message may be sent again.
    """
    try:
        return call()
    except WeChatError as error:
        return error
    except SQLAlchemyError:
        return WeChatBusy()

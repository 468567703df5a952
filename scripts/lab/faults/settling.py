"""Lets a service settle after a run, and judges it."""

import queue
import time
from collections import Counter

import httpx

from scripts.lab.faults import oracle
from scripts.lab.faults.casting import Cast, Place
from scripts.lab.faults.ledger import Ledger
from scripts.lab.faults.receiver import Receiver
from scripts.stack.stack import Stack

REST_S = 90.0
LOOK_S = 0.5


def settled(stack: Stack, ledger: Ledger, receiver: Receiver, made: Cast) -> oracle.Verdict:
    """Wait until nothing is left to send, and return the verdict; uses up the run's free people."""
    receiver.mood = "well"
    give_up = time.monotonic() + REST_S
    while time.monotonic() < give_up and oracle.unsent(stack):
        time.sleep(LOOK_S)
    return oracle.judge(stack, ledger, receiver, messages(stack, ledger, made))


def messages(place: Place, ledger: Ledger, made: Cast) -> Counter[str]:
    """Return the number of messages per scene at WeChat, keep the scenes as tickets; uses up the people."""
    found: Counter[str] = Counter()
    with httpx.Client(base_url=place.simulator_url, trust_env=False, timeout=10) as wechat:
        while True:
            try:
                person = made.people.get_nowait()
            except queue.Empty:
                ledger.tickets |= set(found)
                return found
            chat = wechat.get(f"/sim/v1/chats/{person['openid']}").json()
            found.update(one["page"].split("scene=")[1] for one in chat["messages"])

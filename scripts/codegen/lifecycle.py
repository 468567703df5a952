"""miniprogram/services/lifecycle.ts: the attempt's state machine for the mini-program."""

import json
from collections.abc import Iterable

from api.http.uploads import FRAMES_A_REQUEST
from models.domain import appeal, attempt, challenge

HEAD = "// Made by `python -m scripts.miniprogram` from models/domain; never edited by hand.\n"


def lifecycle() -> str:
    """Return the TypeScript module: states, events, transitions and client-side limits."""
    events = [event.value for event in attempt.AttemptEvent]
    lines = [
        HEAD,
        "import type { AttemptState } from './contract'\n",
        f"export type AttemptEvent = {' | '.join(map(_quoted, events))}\n",
        "export const TRANSITIONS: Record<AttemptState, Partial<Record<AttemptEvent, AttemptState>>> = {",
        *(_row(state) for state in attempt.AttemptState),
        "}\n",
        f"export const APPEALABLE: readonly string[] = {_listed(attempt.APPEALABLE)}\n",
        "export const LIMITS = {",
        f"  framesARequest: {FRAMES_A_REQUEST},",
        f"  framesAChallenge: {challenge.MAX_FRAMES},",
        f"  appealPhotos: {appeal.PHOTOS},",
        "}\n",
        "/** Tell whether an event may happen in a state. */",
        "export function can(state: AttemptState, event: AttemptEvent): boolean {",
        "  return TRANSITIONS[state][event] !== undefined",
        "}\n",
    ]
    return "\n".join(lines)


def _row(state: attempt.AttemptState) -> str:
    moves = attempt.TRANSITIONS.get(state, {})
    inner = ", ".join(f"{event.value}: {_quoted(target.value)}" for event, target in moves.items())
    return f"  {state.value}: {{ {inner} }}," if inner else f"  {state.value}: {{}},"


def _listed(words: Iterable[str]) -> str:
    return json.dumps(sorted(str(word) for word in words)).replace('"', "'")


def _quoted(word: str) -> str:
    return f"'{word}'"

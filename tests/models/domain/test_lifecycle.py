"""Whole purchases, walked at random: the ten rules as far as the pure domain holds them."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from models.domain import appeal, attempt, verification
from models.domain.attempt import LIVE, TERMINAL, UNDECIDED, AttemptState, Channel, advance, settle
from models.domain.attempt import AttemptEvent as E
from models.domain.errors import Refusal
from models.domain.tries import came_to_nothing, redraw, went_unanswered
from models.domain.verification import VerificationEvent, VerificationState
from tests.models.domain.paths import T0, WINDOW

DECISIONS = {E.PASS, E.FAIL, E.AGAIN, E.APPEAL}
DRAWABLE = {AttemptState.CONSENTED, AttemptState.CHALLENGED, AttemptState.FAILED}
REASONS = ["not_matched", "not_acquired", "action_missing", "not_live", "frames_seen_before"]
SOON = st.sampled_from([0.1, 5, 29.9, 30, 30.1]).map(lambda seconds: timedelta(seconds=seconds))
LATE = st.sampled_from([60, 119.9, 120, 120.1, 599.9, 600]).map(lambda seconds: timedelta(seconds=seconds))
ENDINGS = st.sampled_from(["failed", "failed", "blank", "unanswered", "passed"])


class Purchase(RuleBasedStateMachine):
    """One verification with its attempts; a refusal must leave everything as it was."""

    @initialize()
    def opened_by_the_till(self):
        self.now = T0
        self.verification = verification.begin(T0)
        self.attempts = []
        self.consented = set()
        self.ended = {}

    def states(self):
        return [one.state for one in self.attempts]

    def is_newest_in(self, states):
        return bool(self.attempts) and self.attempts[-1].state in states

    def step(self, action, *arguments, **options):
        """Do an action to the newest attempt after applying a due expiry, as every write does."""
        self.attempts[-1] = settle(self.attempts[-1], self.now)
        try:
            self.attempts[-1] = action(self.attempts[-1], *arguments, self.now, **options)
        except Refusal:
            return False
        return True

    def end(self, event):
        try:
            self.verification = verification.advance(self.verification, event, self.states())
        except Refusal:
            return False
        return True

    @rule(by=SOON | LATE)
    def time_passes(self, by):
        self.now += by
        self.attempts = [settle(one, self.now) for one in self.attempts]
        if verification.is_due(self.verification, self.states(), self.now):
            assert self.end(VerificationEvent.LAPSE)

    @precondition(lambda self: not self.is_newest_in(LIVE))
    @rule(channel=st.sampled_from(Channel))
    def a_new_attempt(self, channel):
        self.attempts = [settle(one, self.now) for one in self.attempts]
        tries = sum(one.tries for one in self.attempts)
        try:
            verification.may_begin_attempt(self.verification, tries, self.states(), self.now)
        except Refusal:
            return
        if self.is_newest_in(LIVE | {AttemptState.FAILED}):
            assert self.step(advance, E.SUPERSEDE)
        self.attempts.append(attempt.begin(channel, WINDOW, self.now))

    @precondition(lambda self: self.is_newest_in(LIVE))
    @rule(channel=st.sampled_from(Channel))
    def a_new_attempt_before_the_last_is_over(self, channel):
        self.a_new_attempt(channel)

    @precondition(lambda self: self.attempts)
    @rule(event=st.sampled_from(sorted(set(E) - DECISIONS)))
    def anything_at_all(self, event):
        was = self.attempts[-1].state
        if self.step(advance, event) and event is E.CONSENT:
            assert was is AttemptState.OPENED
            self.consented.add(len(self.attempts) - 1)

    @precondition(lambda self: self.is_newest_in({AttemptState.WAITING, AttemptState.OPENED}))
    @rule()
    def the_person_opens_and_consents(self):
        self.step(advance, E.OPEN)
        if self.step(advance, E.CONSENT):
            self.consented.add(len(self.attempts) - 1)

    @precondition(lambda self: self.is_newest_in(DRAWABLE))
    @rule(got_frames=st.booleans())
    def a_challenge_is_drawn(self, got_frames):
        self.step(redraw, got_frames=got_frames)

    @precondition(lambda self: self.is_newest_in(DRAWABLE))
    @rule(seconds=st.sampled_from([1, 29.9, 30]))
    def the_person_films(self, seconds):
        self.step(advance, E.CHALLENGE)
        self.now += timedelta(seconds=seconds)
        alive = self.now < (self.attempts[-1].challenge_expires_at or self.now)
        if self.step(advance, E.CAPTURE):
            assert alive

    @rule(channel=st.sampled_from(Channel), seconds=st.sampled_from([1, 29.9]))
    def somebody_goes_all_the_way_to_a_film(self, channel, seconds):
        if not self.is_newest_in(UNDECIDED | {AttemptState.FAILED}):
            self.a_new_attempt(channel)
        if self.is_newest_in({AttemptState.WAITING, AttemptState.OPENED}):
            self.the_person_opens_and_consents()
        if self.is_newest_in(DRAWABLE):
            self.the_person_films(seconds)

    @precondition(lambda self: AttemptState.CAPTURED in self.states())
    @rule(ending=ENDINGS, reason=st.sampled_from(REASONS))
    def the_decision(self, ending, reason):
        match ending:
            case "passed":
                assert self.step(advance, E.PASS)
                self.end(VerificationEvent.PASS)
            case "failed":
                assert self.step(advance, E.FAIL, reason=reason)
            case "blank":
                assert self.step(came_to_nothing)
            case "unanswered":
                assert self.step(went_unanswered)

    @precondition(lambda self: self.attempts)
    @rule()
    def the_person_appeals(self):
        newest = settle(self.attempts[-1], self.now)
        try:
            appeal.may_lodge(newest, self.verification.state, self.now)
        except Refusal:
            return
        assert newest.appealable
        assert self.now - newest.failed_at < timedelta(minutes=10)
        assert self.step(advance, E.APPEAL)
        assert self.end(VerificationEvent.APPEAL)

    @precondition(lambda self: len(self.attempts) > 1)
    @rule(event=st.sampled_from([VerificationEvent.CANCEL, VerificationEvent.BYPASS]))
    def the_till_ends_it(self, event):
        deciding = AttemptState.CAPTURED in self.states()
        assert not (self.end(event) and deciding)

    @invariant()
    def nothing_is_captured_without_consent(self):
        beyond = {AttemptState.CAPTURED, AttemptState.PASSED, AttemptState.FAILED, AttemptState.APPEALED}
        assert {n for n, one in enumerate(self.attempts) if one.state in beyond} <= self.consented

    @invariant()
    def terminal_states_never_change(self):
        for n, one in enumerate([*self.attempts, self.verification]):
            key = "verification" if one is self.verification else n
            if key in self.ended:
                assert one.state is self.ended[key]
            if one.state in TERMINAL | verification.TERMINAL:
                self.ended[key] = one.state

    @invariant()
    def at_most_one_attempt_is_undecided(self):
        assert sum(state in UNDECIDED for state in self.states()) <= 1

    @invariant()
    def a_failure_is_never_lost(self):
        lost = {AttemptState.EXPIRED, AttemptState.SUPERSEDED, AttemptState.DECLINED, AttemptState.WAITING}
        for one in self.attempts:
            assert one.failed_at is None or one.state not in lost

    @invariant()
    def tries_stay_within_their_limits(self):
        for one in self.attempts:
            assert 0 <= one.tries <= attempt.TRIES_PER_ATTEMPT
            assert 0 <= one.blanks < 3

    @invariant()
    def nothing_live_is_overdue_once_settled(self):
        for one in self.attempts:
            settled = settle(one, self.now)
            assert settled.state not in LIVE or self.now < settled.deadline

    @invariant()
    def an_appealed_purchase_was_not_passed_by_the_appeal(self):
        if self.verification.state is VerificationState.APPEALED:
            assert AttemptState.PASSED not in self.states()


TestPurchase = Purchase.TestCase
TestPurchase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)

"""The operators' audit trail: every view and every action, by kind."""

from enum import StrEnum


class ActKind(StrEnum):
    """What was seen or done."""

    ACCOUNT_INVITED = "account.invited"
    ACCOUNT_JOINED = "account.joined"
    ACCOUNT_REMOVED = "account.removed"
    ACCOUNT_LOCKED = "account.locked"
    SIGNED_IN = "session.begun"
    SIGNED_OUT = "session.ended"
    ACTS_READ = "acts.read"
    CASE_OPENED = "case.opened"
    CASE_CLAIMED = "case.claimed"
    CASE_RELEASED = "case.released"
    PHOTO_OPENED = "photo.opened"
    VERDICT_GIVEN = "verdict.given"
    RELEASE_PROPOSED = "release.proposed"
    RELEASE_APPROVED = "release.approved"
    RELEASE_WITHDRAWN = "release.withdrawn"
    RELEASE_MOVED = "release.moved"
    RELEASE_HELD = "release.held"
    RELEASE_RESUMED = "release.resumed"
    RELEASE_ROLLED_BACK = "release.rolled_back"
    FIGURES_READ = "figures.read"
    MORE_ASKED = "more.asked"
    RECOVERY_MOVED = "recovery.moved"
    RESTORED = "installation.restored"
    LIST_EXPORTED = "list.exported"
    STAFF_REMOVED = "staff.removed"
    DISPUTE_CONCLUDED = "dispute.concluded"

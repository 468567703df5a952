import pytest

from models.domain import errors
from models.domain.errors import Busy, Conflict, IllegalTransition, OutOfTime, Refusal

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_has_a_code_and_carries_its_sentence(kind):
    refusal = kind("a sentence")
    assert (str(refusal), refusal.detail) == ("a sentence", "a sentence")
    assert refusal.code.isidentifier()
    assert issubclass(kind, Refusal)


def test_a_code_given_to_one_refusal_changes_no_other():
    assert Conflict(code="deciding").code == "deciding"
    assert Conflict().code == "wrong_state"


def test_every_step_that_cannot_be_taken_is_a_conflict():
    assert issubclass(IllegalTransition, Conflict)
    assert issubclass(OutOfTime, Conflict)
    assert IllegalTransition().code == "wrong_state"


def test_who_is_told_to_wait_is_told_how_long():
    assert Busy().after == 1

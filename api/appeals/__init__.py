"""Appeals against a failure, their review, and disputes of purchases by agents; import any module."""

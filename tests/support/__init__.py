"""The test kit: an installation to copy (world), whole purchases (play, acting), and doubles at the seams."""

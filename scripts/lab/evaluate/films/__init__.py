"""Films of live persons and attacks: how they are derived, and their error rates."""

"""What is kept of every decision for tuning and audit: the facts, packed, and how relatives are related."""

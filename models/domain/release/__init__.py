"""A policy's way into force: stages, the guard that rolls back, floors held in code. Pure."""

"""Deployment: the stack on one machine, and a check of what an installation lacks."""

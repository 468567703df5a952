"""Measuring the matcher: comparison, relatives, liveness. Everything printed is written down too."""

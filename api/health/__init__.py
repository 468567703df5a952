"""Whether a process can serve, and the figures that say how the installation fares."""

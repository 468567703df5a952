"""The whole service as supervised processes on one machine: import `stack` and its `Stack`."""

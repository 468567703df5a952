"""The whole service as supervised processes of one machine: import `stack` and its `Stack`."""

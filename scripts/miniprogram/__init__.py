"""The documented name of `scripts.codegen`."""

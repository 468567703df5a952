"""Load test of a thousand waiting popups, on real processes and sockets."""

"""What a thousand popups cost that wait at once, measured on real processes and sockets."""

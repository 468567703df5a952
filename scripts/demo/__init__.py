"""The demo: create an installation, run the scripted scenarios over HTTP, keep serving."""

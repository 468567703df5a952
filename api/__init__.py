"""The application: HTTP in, flows, HTTP out."""

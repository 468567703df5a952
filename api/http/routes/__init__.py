"""One module of routes for each audience; imported by `app` alone."""

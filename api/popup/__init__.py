"""The cashier's page: who holds it, which screen it shows, what its forms do; imported by `app` alone."""

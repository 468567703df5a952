"""The cashier's popup: who holds it, which screen it shows, and its forms; imported by `app` alone."""

"""What every test shares: how long hypothesis may search. Fixtures live beside the tests they serve."""

import os

from hypothesis import HealthCheck, settings

# Two shared cores: a slow example is no defect, so there is no deadline per example.
settings.register_profile("ci", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

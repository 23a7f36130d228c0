"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A test leaves nothing behind. Those of the daemon end each that they start.
os.environ["PTC_DAEMON"] = "never"

# A busy machine is no fault of a test: inputs may take their time to be made.
settings.register_profile("ptc", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ptc")

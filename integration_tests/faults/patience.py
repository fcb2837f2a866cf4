"""The patience of a campaign, by which its waits are longer: ``./dev faults --patience 4`` on a busy machine.

What senders do, and when which fault comes, does not change by it.
"""

import os

VARIABLE = "FAULTS_PATIENCE"


def stretched(seconds):
    """Return seconds of a machine of one's own as whole seconds of this one."""
    return round(seconds * float(os.environ.get(VARIABLE, "1")))

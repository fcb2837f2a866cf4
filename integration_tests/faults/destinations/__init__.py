"""Destinations in the fault campaign: real brokers and an OpenSearch that are killed, halted, full or refusing.

`places` configures them, two agents forward to them. `plan` draws their faults from a seed, `breaking` does them. At a
run's end `readers` bring what each has received, and the `oracle` compares it with the text that is archived: that is
what was acknowledged, as the campaign's own oracle finds. `engines` is what the field has of all this.
"""

from .engines import Engines

__all__ = ["Engines"]

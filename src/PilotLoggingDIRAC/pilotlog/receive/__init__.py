"""A request becomes a Batch: its body, its form, the receiver, quotas and the owners of stamps."""

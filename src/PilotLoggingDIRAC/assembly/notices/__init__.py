"""Notices put together: subscriptions from the configuration, and the agent's thread that looks and tells."""

"""Bundles on sqlite: what the store and the agent's steps promise."""

from tests.bundles_contract import BundlesContract


class TestBundles(BundlesContract):
    """The contract on sqlite."""

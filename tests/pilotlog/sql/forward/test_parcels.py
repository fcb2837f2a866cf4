"""Parcels on sqlite."""

from tests.parcel_contract import ParcelContract


class TestSqliteParcels(ParcelContract):
    """See ``parcel_contract``."""

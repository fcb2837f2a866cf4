"""The contract of transactions, on those in memory that the tests of parcels have."""

import pytest

from ...parcel_contract import Cluster, Transactional
from ...transactions_contract import TransactionsContract


class TestInMemory(TransactionsContract):
    @pytest.fixture
    def cluster(self):
        return Cluster()

    @pytest.fixture
    def connect(self, cluster):
        return lambda: Transactional(cluster)

    @pytest.fixture
    def received(self, cluster):
        return lambda: [record.fields() for record in cluster.records]

"""The way to the database: connections with time limits, transactions that name their errors, few trips, one clock."""

"""The store of pilot logs on SQLAlchemy Core: MySQL 8 and MariaDB ≥ 10.6 in service, sqlite in unit tests."""

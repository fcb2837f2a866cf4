"""The door of PilotLoggingDB, and ``PilotLoggingDB.sql`` for DIRAC's installer (``python -m tests.installer_sql``)."""

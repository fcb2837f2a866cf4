"""The door of PilotLoggingDB, and ``PilotLoggingDB.sql`` for DIRAC's installer, which is made and not written."""

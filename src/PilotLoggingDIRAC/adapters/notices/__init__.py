"""The ways to recipients of notices: mail by DIRAC's notification, and webhooks."""

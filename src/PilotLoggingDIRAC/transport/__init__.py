"""Parts that all handlers share: the edge to DIRAC's answers, forms, credentials, the graceful stop."""

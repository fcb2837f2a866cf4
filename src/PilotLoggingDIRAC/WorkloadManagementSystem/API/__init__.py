"""Doors of the HTTP endpoints besides services: the web page and the metrics; their code is in ``web``."""

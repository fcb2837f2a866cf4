"""Whose certificate counts: that of the TLS connection, or, from a balancer that the configuration names, the one in a
header, once its chain has been verified. Without one, a token of an issuer that it names.
"""

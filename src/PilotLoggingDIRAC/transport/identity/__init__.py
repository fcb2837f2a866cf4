"""Identification of callers: by the certificate of the TLS connection, by one that a balancer passes on, or by a token.

A certificate in a header counts only if the request comes from a balancer that the configuration names, and only after
`chains` has verified it. A bearer token counts only without a certificate, and only from an issuer that the
configuration names. `known_chains` remembers parsed certificates.
"""

"""The holder of a bearer token, from the signed token and DIRAC's Registry, without a request to anybody else.

An `issuer` is configured by administrators who trust its tokens. Its public keys are read by `keys` and held by
`keyring`, which a background thread refreshes. `signature` finds the issuer and verifies the token; `claims` checks
times, audience and rights; `holder` finds the user and the group in the Registry. `check` does all of it for one
request and returns a ``Holder``, or raises ``TokenRefused``.
"""

"""Who holds a bearer token, told by what is signed in it and by DIRAC's Registry, without asking anybody else.

An `issuer` is what administrators say of somebody whose tokens they take. Its public keys are read by `keys` and kept
by `keyring`, which a thread beside the requests refreshes. `signature` finds the issuer and verifies what the token
says; `claims` looks at times, audience and rights; `holder` finds the user and the group in the Registry. `check` does
all of it for one request: a ``Holder``, or ``TokenRefused``.
"""

"""Callers and their rights, made from Registry, Operations and options.

``callers`` finds who sends a request and the policy of reading, ``tokens`` the holder of a bearer token, ``balancers``
the connections whose headers count. ``audit`` writes what they read. ``ownership`` and ``quotas`` look up in threads of
their own what a collector asks at each message: whose a stamp is, and how much its VO may send.
"""

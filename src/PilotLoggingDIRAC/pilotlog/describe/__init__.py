"""DIRAC's records of running pilots, copied into their logs: reference, site, CE, status, jobs and their owners.

A log is *unsettled* from its first message on, until its pilot has ended and DIRAC's word on it is final. Unsettled
logs are looked up in bulk, and no message waits for that: new ones every few seconds, the others again and again. One
collector at a time does so for all. ``running.RunningDescriber`` has the steps, ``unsettled`` the store and DIRAC as
they need them, and ``hosts`` finds the name of a pilot's host in its text.
"""

"""The administrator guide, walked through: two servers with runit, DIRAC's own installer, and the guide's own commands.

``./dev install-test`` needs root, as it makes namespaces of its own: what it starts, mounts and listens on is seen by
nobody else, and ends with it.

The `walk` takes its commands from the `guide`, and does its `steps` on a `host` of the `network`; `several` joins a
second host.
"""

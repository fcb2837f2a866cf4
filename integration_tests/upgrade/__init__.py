"""A filled database of an earlier layout, for the test of upgrading.

``version_15.sql`` has a statement a line, and ``version_15.json`` the files of its archive: made by ``fill`` with the
sources of the last version before dictionaries of texts, bundles and forwarding.
"""

"""Notices: mail and calls of webhooks about what goes wrong at sites, to those who asked for them.

A *subscription* says what is looked for (a failure rate or a cause above a limit, a failure that no rule knows,
silence), where, and who is told. ``watch`` turns the store's figures into *problems*. Each recipient has a *standing*
in the database: the problems that there are, and which of them were told. The *digest* is the difference between the
two, so that a problem is told once when it begins and once when it is over, at most one digest in a window. Where a
digest can't be delivered, the next try tells what is true then. ``notifier`` does all this for several agents on one
database.
"""

"""Notices put together, in the agent.

``subscriptions`` reads from the configuration who wants to be told of what, with the channels to them. ``watching`` is
the thread that looks for problems while its agent has the duty, and posts digests to the queues of their channels.
"""

"""Descriptions of pilots in the store.

``unsettled`` has the logs whose description may change, and writes it; ``beginnings`` the text that names
their hosts; ``pilot_jobs`` the jobs that pilots took.
``duties`` says which component does such work for all: one takes the duty for a time, and goes on with it.
"""

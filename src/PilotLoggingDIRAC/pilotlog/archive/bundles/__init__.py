"""Bundles: many logs of a VO in one file of its archive, as a file of its own for each log is expensive.

A bundle is a ZIP whose members are stored as they are, and each member is the gzip file that the log would have had as
a file of its own: ``unzip`` reads it without this package, and one log is had by reading a range of bytes. ``Bundler``
packs the logs that wait when there are enough of them or when they have waited for long enough, records the bundle,
brings it to the archive, where it is read back as a whole, and marks its logs Archived in one transaction. ``Clearing``
rewrites bundles without the logs that were deleted on request, and removes those that no log needs any more.

An agent may be killed at any moment. A bundle is recorded before it is brought anywhere; one that was not marked in
time is *retired*: no log can be marked with it from then on, and it is removed.
"""

"""Forwarding: the lines and events of logs leave, live, for message queues and search engines.

A *destination* is one outside system; an adapter speaks to it (``destination.Destination``). What is sent are
*records* (``record.Record``): a line of a log, or an event of its life. Each has an identity, which is the same however
often it is sent, so that a receiver can tell repeats. How far each log was sent to each destination stands in the
database (``cursor``) and moves only after the destination has the records: nothing is missing there, and after a fault
some records come twice.

Each destination has a ``sending_thread``, in which a ``forwarder`` brings what is new: a ``finder`` names logs with
something to send, a ``portion`` is what one of them has now. Where a destination has transactions, records go as a
``parcel``, and none comes twice. ``replay`` sends logs again, on request.
"""

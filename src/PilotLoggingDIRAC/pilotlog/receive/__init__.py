"""A request becomes a ``model.Batch``, or a named refusal.

In order: ``body`` takes the bytes within bounds, ``form`` cuts the call's fields out of them, ``message`` and
``validation`` make frozen types, ``stamp_owners`` refuses stamps of other VOs' pilots, ``quotas`` refuses a VO that has
sent enough, and ``receiver.Receiver`` hands the batch to ``write.writer.Writer``. Nothing is acknowledged here: a
sender's answer is the writer's receipt. A long message is decoded while it arrives: by ``long_form`` over HTTPS, by
``long_call`` over DISET. Surface: ``Receiver``, ``Body``, ``BodyMemory``, ``Form``, ``Quotas``, ``StampOwners``.
"""

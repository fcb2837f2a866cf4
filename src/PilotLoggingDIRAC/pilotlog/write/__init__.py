"""Batches become durable: the writer, its queue, the gaps, the spool and how it drains."""

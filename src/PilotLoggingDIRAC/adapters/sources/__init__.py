"""Sources of a pilot's output: this collector's database, the archive, a search engine, the computing element.

Each source is a ``ports.Source``: it returns the output, or raises LogNotFound, so that ``read.source_chain`` asks the
next one. ``CollectorSource`` and ``ArchiveSource`` serve the log that the pilot sent, ``SearchEngineSource`` its lines
as they were forwarded, and ``ComputingElementSource`` the files of the batch system. ``logging_info`` has sources of
something else: a pilot's logging info. To add a source, write a class with ``name`` and ``output``, and add it to
``assembly.reading.sources``; the developer guide has all steps.
"""

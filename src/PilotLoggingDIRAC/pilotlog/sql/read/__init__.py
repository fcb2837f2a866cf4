"""The readers' side of the store; no locks are taken.

``conditions`` and ``outcomes`` turn a selection into conditions on columns, ``names`` looks up parts of names.
``log_list`` makes lists, ``reader`` finds logs and reads their text, ``searcher`` reads many. ``page_queries`` answers
the page, with the counts of ``tallies``; ``site_figures`` counts for metrics and notices. ``ce_outputs`` is the cache
of CEs' outputs.
"""

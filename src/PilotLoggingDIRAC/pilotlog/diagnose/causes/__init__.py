"""Causes: rules, which of them fit a log, and what is told of a failure that none fits.

``rules.toml`` has the rules (``rule``), which ``rules`` reads; ``own_rules`` adds those of a VO. ``anchors`` finds the
places of their texts in one scan, ``matches`` their patterns in a line. ``causes`` decides which findings count, and in
which order. Where none does, ``unknown`` picks the line that tells most, and ``templates`` groups such lines.
"""

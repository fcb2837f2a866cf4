"""Hostile requests by the thousand against a real collector, and an oracle that knows what it may answer.

A `campaign` draws each `case` from a seed: a call (`calls`), a form (`forms`) or bytes (`wire`, `diset`), of what
`material` has, by one of the `cast`. The `client` sends it, the `oracle` judges the answer, and `evidence` keeps a bad
one, to be sent again. `honest` pilots log meanwhile. At the end `rows`, `service_log` and `memory` are looked at.
"""

"""A day of a million pilots, scaled: whole lives of pilots at that rate, on a real stack, sampled as they go.

`life` has the messages of a pilot and the load. A `crowd` of `sender` processes lives it on the `ground`, a stack.
`sampling` looks at both every few seconds, with the `processes`; `report` makes table and picture. `archiving` measures
agents alone.
"""

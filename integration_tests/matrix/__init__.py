"""`./dev matrix`: the platforms that this extension is said to run on, each with the tests that show it.

`parts` has the platforms and their tests, `environments` other versions of Python and DIRAC, `servers` other database
servers. `table` is the guide's table of what passed.
"""

"""Corrections of DIRAC, Tornado and M2Crypto, applied at run time to the whole process.

A guard is a function ``guard_*`` that is safe to call repeatedly. `service` calls those for both protocols, `server`
those for a Tornado. Each module says which fault it corrects; docs/decisions has the patches that are proposed
upstream. Those of `gzip`, `tls_errors` and `tls_contexts` leave the library alone, and warn, if what they would replace
is not there any more. `gc_pauses` and `tls_contexts` only save time; `gzip` is called by `form_handler`, which alone
unpacks bodies itself.
"""

"""Corrections of DIRAC, Tornado and M2Crypto, applied at run time to the whole process.

A guard is a function ``guard_*`` that is safe to call repeatedly and leaves the library alone if that has changed.
`service` calls those for both protocols, `server` those for a Tornado. Each module says which fault it corrects;
docs/decisions has the patches that are proposed upstream. `gc_pauses` and `tls_contexts` only save time; `gzip` is
called by `form_handler`, which alone unpacks bodies itself.
"""

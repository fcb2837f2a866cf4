"""Corrections of DIRAC, Tornado and M2Crypto, applied at run time to the whole process.

A guard is a function ``guard_*`` that is safe to call repeatedly. `service` calls those for both protocols, `server`
those for a Tornado. Each module says which fault it corrects; docs/decisions has the patches that are proposed
upstream. A guard leaves the library alone, and warns, if what it would replace is not there any more, or, as far as it
looks, is not as it knows it; `replacing` has what they ask. Without `membership` and `json_classes` no service must
run: they raise. `gc_pauses` and `tls_contexts` only save time; `gzip` is called by `form_handler`, which alone unpacks
bodies itself.
"""

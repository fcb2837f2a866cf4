"""The web page: a browser's view of the list of logs and of one log, live while its pilot runs.

`static` holds the page itself, modules of JavaScript that need no package, in a folder for each view. `answers` makes
the HTTP answers: files, JSON, errors, security headers. `tail` sends a log as server-sent events while it grows.
`endpoint` is the base of handlers that DIRAC's server loads from ``API`` folders. The questions themselves are answered
by ``pilotlog/page``.
"""

"""The web page: a browser's view of the list of logs and of one log, live while its pilot runs.

`static` holds the page itself, modules of JavaScript that need no package, in a folder for each view. `page_handler`
takes each request to what answers it, by its path: questions to ``pilotlog/page``, all else to `answers`, which makes
the HTTP answers: files, JSON, errors, security headers. `tail` sends a log as server-sent events while it grows,
`search_stream` the hits of a search. People whom the server does not know get the page of `refusal`. `metrics_handler`
serves Prometheus. `endpoint` is the base of handlers that DIRAC's server loads from ``API`` folders.
"""

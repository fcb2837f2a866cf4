"""The fault campaign: real processes, randomly scheduled faults, and an oracle that knows every line that was sent.

A `campaign` has many runs on a `field`, the stack. A `plan` draws a `run` from its seed. `senders` and `stock` pilots
(`programs`) write `texts` through a `proxy`, while `injection` does the faults; each sender notes in its ledger what
became of each message. `settle` waits for the end. Then the `oracle` judges each log by the strict `model` and by
`accounts` of bytes, `causes` explains text stored twice or left out, and `archive` looks at rows and files. `evidence`
keeps all that explains a finding. `balanced` is the same through HAProxy.
"""

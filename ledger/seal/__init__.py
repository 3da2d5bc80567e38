"""The seal: proof for outsiders that nothing in the log was changed, put in between, or lost.

A tree of hashes stands over the stored bytes of the entries (`merkle`, `tree`); whoever signs its root (`signer`) has sealed
every entry below it. `receipt` shows that one entry is under the seal, `bundle` hands out all of them, and `verify` checks
either on a machine that has nothing but Python and `cryptography`: it and what it stands on import nothing else of the ledger.
"""

"""Verifies bundles and receipts with nothing but the standard library and `cryptography`.

Nothing here imports the rest of the ledger, so that a check does not depend on the code that wrote the entries. `merkle` is
the tree of hashes, `note` and `policy` the signatures, `canonical` and `entry_reading` a single entry, `segments` the whole
log, and `bundle_check` and `receipt` the two checks.
"""

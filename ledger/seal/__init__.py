"""The seal: proof for outsiders that no entry of the log was changed, inserted or lost.

`signing` keeps a tree of hashes over the stored bytes of the entries and signs its root, which seals every entry below it.
`witnessing` has others sign the same root. `verifying` checks bundles and receipts on a machine that has only Python and
`cryptography`: it imports nothing else of the ledger. `python -m ledger.seal.verify` is its command line.
"""

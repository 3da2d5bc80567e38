"""The ledger: what happened, and what may happen.

A neighbourhood keeps a common account of help. Whatever somebody does is recorded as a fact (`ledger.events`):
an exchange was reported, agreed to, settled, taken back; a gift was given; somebody was welcomed. A fact is
wrapped in an entry (`ledger.log.entry`), which says when, by whom and in answer to which wish, and the bytes of
the entry are kept for ever in one sequence, the log (`ledger.log`). Nothing is ever changed or taken out.

Whether something may happen is decided by rules (`ledger.domain`): pure functions from what is known, the wish,
who and when, to new facts or to a refusal. `ledger.application` reads what a rule must know, calls it, and appends
its facts on the condition that nothing it rests on has changed meanwhile. `TimeBank` gathers all of that.

A fact says everything about itself in its class (`ledger.catalogue`), also which minutes it moves between which
accounts; after every entry all accounts sum to zero. Names, contacts and free words lie outside the log (`ledger.personal_data.store`), sealed in
it by commitments only, so that a person can be forgotten while the book still adds up.
"""

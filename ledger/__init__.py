"""The ledger: what happened, and what is allowed to happen.

A neighbourhood keeps a shared record of help. Everything that happens is recorded as a fact: someone reported an exchange,
agreed to it or took it back; someone gave a gift; someone was welcomed. A fact is wrapped in an entry (`ledger.log.entry`),
which says when, by whom and by which command. The bytes of all entries form one sequence, the log (`ledger.log`). Entries are
never changed or removed.

There is a folder for each noun, with its `facts`, `rules` and `commands`. Rules are pure functions that take the current
state, who acts and when, and return new facts or raise a refusal (`ledger.refusals`). The command handler (`ledger.deciding`)
reads the state a rule needs, calls it, and appends its facts on condition that nothing it depends on has changed meanwhile.
`TimeBank` ties everything together.

A fact's class says everything about it (`ledger.catalogue`), including which minutes it moves between which accounts. After
every entry all accounts sum to zero. Names, contacts, notes and reasons are stored outside the log (`ledger.personal_data`),
which holds only commitments to them, so that a person can be erased without changing an entry.
"""

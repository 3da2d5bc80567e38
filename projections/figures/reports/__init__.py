"""Reports about several people: of closed months and years, protected, stored, and never changing silently.

`periods` says which periods are closed, `making` makes their reports from the log through `projections.figures.privacy`, and
`refreshing` stores them, in a process of its own. Pages read them from `kept` and never compute a figure. `sheet` exports them.
"""

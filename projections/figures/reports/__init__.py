"""Reports about several people: of closed months and years only, protected, kept, and never changing silently.

`closing` says which periods are closed, `making` makes their reports from the log through `projections.privacy`, and
`refreshing` keeps them, in a process of its own. Pages ask `kept`; they never compute a figure. `sheet` is a report to
hand on.
"""

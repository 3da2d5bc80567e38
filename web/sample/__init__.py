"""Made communities, above all the sample neighbourhood: invented people who live as real ones do, recorded by commands.

`neighbours` says who they are, `village` plans who helps whom, `acts` how that is recorded, and `filling` does it all.
"""

"""Made communities, above all the sample neighbourhood: invented people, planned after real ones, recorded by the commands.

`presets` says how they live, `village` plans who helps whom and when, `names` and `notes` give them words, and `filling`
records it all.
"""

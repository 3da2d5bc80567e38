"""Backup and restore: one file that holds a community, for either database.

The file (`file`) contains the log as it is hashed, and the personal data. Read models are rebuilt, and the seal stays where it
is. The file is written while pages are served (`writing`) and checked completely before it gets its name. It is checked again
before a restore (`restoring`) fills a fresh place from it and swaps that with the old one (`stages`).
"""

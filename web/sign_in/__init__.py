"""Sign-in without passwords: a mailed six-digit code or link, or a link that a coordinator hands over.

`sessions` keep people signed in, `codes` and `links` let them in, `attempts` keep guessers out, `mail` carries the codes.
Everything lies in the people store, in tables of its own, and nothing that could let anybody in is stored readable:
tokens as SHA-256, codes as HMAC under a key that only the asking browser holds.
"""

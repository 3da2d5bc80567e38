"""Sign-in without passwords: an eight-digit code or a link by email, or a link that a coordinator hands over.

Everything is stored beside personal data, in tables of its own, and nothing that could sign anyone in is stored readable:
tokens as SHA-256, codes as HMAC under a key that only the requesting browser holds.
"""

"""Pages about members and their own data."""

"""The host's side of the seal: follow the log in a tree, sign its root, and publish what was signed."""

"""What the community has agreed, starting with its founding."""

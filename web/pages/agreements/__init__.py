"""The page of what the community has agreed."""

"""What the community has agreed, from its founding on."""

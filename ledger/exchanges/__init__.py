"""Hours of help between members."""

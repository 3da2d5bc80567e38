"""Importing records kept elsewhere."""

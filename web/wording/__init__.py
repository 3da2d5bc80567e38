"""The text that readers see: translations, names, sentences."""

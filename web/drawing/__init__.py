"""Geometry of charts and drawings, which templates turn into SVG."""

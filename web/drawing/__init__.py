"""Geometry of the charts; templates draw it as SVG."""

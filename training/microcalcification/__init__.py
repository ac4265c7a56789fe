"""Microcalcifications: what the experts see, how the committee is formed and judged, and the published search."""

"""Readers of data sets: folders on disk -> Examples. They never copy anything into the repository."""

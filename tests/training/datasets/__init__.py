"""Readers of data sets, each on a miniature of its layout."""

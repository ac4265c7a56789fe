"""Damaged files by the thousand: each must give an image or one of our codes, in bounded memory and time."""

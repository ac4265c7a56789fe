"""`mammoscope data explore`: what a data set holds, and what in it a network could learn instead of medicine."""

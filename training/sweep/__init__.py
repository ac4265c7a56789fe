"""`mammoscope tune`: settings are tried one after the other, on patients of the training alone."""

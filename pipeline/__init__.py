"""What happens to an image: bytes in, an Analysis out. Knows no HTTP and no training."""

"""The network that finds scratches and dust: drawn damage, training and release."""

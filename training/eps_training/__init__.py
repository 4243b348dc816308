"""Training and evaluation of photo-v2, the denoiser of exact posterior sampling. Each module opens
with what it computes; README.md has the commands."""

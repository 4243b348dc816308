"""The training-based baseline: Palette (Saharia et al. 2022), a conditional denoiser D(z, tau, y)
of the same shape and size.

It is shown the measurement as an image and knows nothing of pivots or operators:

    D = g + sqrt(l2) F(w0 / 0.5, g / 0.5, log(tau^2) / 4, (z - g) / sqrt(tau^2 + 0.25)),
    g = 0.25 z / (tau^2 + 0.25),   l2 = 0.25 tau^2 / (tau^2 + 0.25)

which is EDM's preconditioning and loss weight: g and l2 are mean and variance of x given z under a
white prior of deviation 0.5. The linear estimate w0 shows the network y in the image's own
geometry, whatever the operator: more than Palette itself was given.
"""


def query(prior, op, z, y, t2, w0):
    """In the order of method/query.py, mu, w, g, v, p, q, so that `denoise`, the training loss and
    every sampler serve both."""
    shape, d2 = z.shape, prior.data_variance(z)
    l2 = t2 * d2 / (t2 + d2)
    return (z, w0, d2 * z / (t2 + d2), t2.expand(shape[0], 8, *shape[2:]),
            t2.expand(shape[0], 3, *shape[2:]), l2.expand(shape))

"""Synthetic grain of known truth.

Sensor noise, Poisson and Gaussian, independent in R, G and B: variance a l + b in linear light l.
A gamma curve turns it into pixels; chroma (both opponent axes across luma) is blurred by a
Gaussian. Pixels are clipped and rounded to 8 bits; a JPEG may follow.
"""

import numpy as np

KNOTS = 8
GAMMA = 2.2
OPPONENT = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]], dtype=np.float64)
OPPONENT /= np.linalg.norm(OPPONENT, axis=1, keepdims=True)
# Ends of the bands in cycles of 16 pixels (8 at Nyquist), finest first.
ENDS = [(4, 12), (2, 4), (1, 2), (0, 1)]


def filter_power(height, width, blur):
    """|h(w)|² of a Gaussian blur on the DFT's grid; and the radius rho = 8 |w|/pi."""
    wy = 2 * np.pi * np.fft.fftfreq(height)[:, None]
    wx = 2 * np.pi * np.fft.rfftfreq(width)[None]
    radius2 = wy**2 + wx**2
    return np.exp(-radius2 * blur**2), 8 / np.pi * np.sqrt(radius2)


def blurred(plane, blur):
    """A plane under a Gaussian blur with periodic borders."""
    power, _ = filter_power(*plane.shape, blur)
    return np.fft.irfft2(np.fft.rfft2(plane) * np.sqrt(power), s=plane.shape)


def bands(blur):
    """The mean power in each band over that of all frequencies, finest first."""
    power, rho = filter_power(512, 1022, blur)
    means = [power[(rho >= low) & (rho < high)].mean() for low, high in ENDS]
    return (np.array(means) / power.mean()).tolist()


def sensor_deviation(pixels, poisson, gaussian):
    """The deviation, in levels, of the sensor's noise after the gamma curve."""
    linear = np.clip(pixels / 255, 1e-3, 1) ** GAMMA
    slope = np.minimum(linear ** (1 / GAMMA - 1) / GAMMA, 8)
    return 255 * np.sqrt(poisson * linear + gaussian**2) * slope


def add_grain(clean, poisson, gaussian, blurs, rng, grey=False):
    """`clean`: [H, W, 3] in 0 to 255. Returns the 8-bit photo and its truth.

    `blurs`: of luma and of chroma, in pixels. `grey`: the noise is that of R everywhere. The
    truth's curves come from the noise itself: the
    root mean square over the pixels whose clean brightness lies in a knot's range, and their share.
    """
    white = rng.standard_normal(clean.shape)
    white *= sensor_deviation(clean, poisson, gaussian)
    if grey:
        white = np.repeat(white[..., :1], 3, -1)
    axes = white @ OPPONENT.T
    for a in range(3):
        if blurs[min(a, 1)] > 0:
            axes[..., a] = blurred(axes[..., a], blurs[min(a, 1)])
    noise = axes @ OPPONENT
    # Pixels that clipping spares: two deviations from either end.
    spread = 2 * np.sqrt(blurred_mean(noise**2))
    spared = ((clean > spread) & (clean < 255 - spread)).all(-1)
    truth = {
        "channels": [curve(clean[spared, c], noise[spared, c]) for c in range(3)],
        "axes": [curve(clean[spared].mean(-1), axes[spared, a]) for a in range(3)],
        "bands": [bands(b) for b in blurs],
    }
    return np.clip(np.round(clean + noise), 0, 255).astype(np.uint8), truth, spared


def blurred_mean(planes):
    """The mean of each channel under a Gaussian of 4 px."""
    smooth = [blurred(planes[..., c], 4) for c in range(planes.shape[-1])]
    return np.maximum(np.stack(smooth, -1), 0)


def curve(brightness, noise):
    """Root mean squares over the knots' ranges, None for empty ones, and shares of the pixels."""
    knot = np.clip(brightness / 256 * KNOTS, 0, KNOTS - 1e-6).astype(int)
    inside = [knot == k for k in range(KNOTS)]
    return {
        "deviations": [float(np.sqrt((noise[i] ** 2).mean())) if i.any() else None for i in inside],
        "shares": [float(i.mean()) for i in inside],
    }

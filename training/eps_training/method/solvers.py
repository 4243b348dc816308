"""Linear systems: preconditioned conjugate gradients, for any kind of vector (a tensor, or a tuple
of tensors), and small dense matrices."""
import torch


def inverted(matrices):
    """Of matrices [..., n, n] that have an inverse by construction: without the check for singular
    ones, for which a GPU would wait until all work queued before it is done."""
    return torch.linalg.inv_ex(matrices)[0]


def conjugate_gradients(multiply, right, precondition, start, iterations, dot):
    """Exactly `iterations` steps towards M x = right from `start`. The network was trained on these
    iterates, not on their limit. `dot` gives one number for each system of a batch."""
    x, r = start, right - multiply(start)
    z = precondition(r)
    p, rz = z, dot(r, z)
    for _ in range(iterations):
        product = multiply(p)
        a = rz / (dot(p, product) + 1e-20)
        x, r = x + a * p, r - a * product
        z = precondition(r)
        new = dot(r, z)
        p, rz = z + (new / (rz + 1e-20)) * p, new
    return x

"""Muon (Jordan et al. 2024): for a weight matrix the step is its momentum with all singular values
made 1, the steepest descent in the spectral norm.

A convolution [out, in, kh, kw] is the matrix [out, in kh kw]. The step is scaled by
0.2 sqrt(max(out, in kh kw)), which gives it the size of an AdamW step (Liu et al. 2025), so that
one learning rate serves both; gains, biases, and the first and last layers are stepped by AdamW.
The products are in bf16, as in the original, where the processor multiplies bf16 natively: 105 ms a
step on two cores with AMX, 205 ms in f32; hardly anything at a GPU's batch.
"""
import torch

# The quintic x -> a x + b x^3 + c x^5, applied five times, takes singular values from (0, 1] to
# about [0.7, 1.2]: near enough, and without a decomposition.
A, B, C = 3.4445, -4.7750, 2.0315


def orthogonalised(m, steps=5, dtype=torch.float32):
    """U V^T, nearly, of each m = U S V^T: [matrices, rows, columns], in dtype."""
    x = (m / (m.norm(dim=(1, 2), keepdim=True) + 1e-7)).to(dtype)
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    for _ in range(steps):
        g = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(g, g, g, beta=B, alpha=C), x, beta=A)
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """named: (name, parameter) pairs. betas and eps are AdamW's; momentum is Nesterov's. bf16: the
    products' precision; the moments stay f32."""

    def __init__(self, named, lr, momentum=.95, betas=(.9, .99), eps=1e-8, bf16=False):
        named, self.dtype = list(named), torch.bfloat16 if bf16 else torch.float32
        matrix = lambda name, p: p.ndim == 4 and not name.startswith(('stem.', 'head.'))
        super().__init__([dict(params=[p for n, p in named if matrix(n, p)], matrix=True),
                          dict(params=[p for n, p in named if not matrix(n, p)], matrix=False)],
                         dict(lr=lr, momentum=momentum, betas=betas, eps=eps))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            params = [p for p in group['params'] if p.grad is not None]
            if not params:
                continue
            if group['matrix']:
                for same in by_shape(params):
                    self._matrices(same, group)
            else:
                self._adam(params, group)

    def _moments(self, params, name):
        return [self.state[p].setdefault(name, torch.zeros_like(p)) for p in params]

    def _matrices(self, params, group):
        """Matrices of one shape in one batched product: taken one by one, sixty matrices would need
        fifteen small products each, and a GPU would spend the step on launching them."""
        grads, momenta = [p.grad for p in params], self._moments(params, 'momentum')
        torch._foreach_lerp_(momenta, grads, 1 - group['momentum'])
        flat = torch.stack([g.flatten(1) for g in
                            torch._foreach_lerp(grads, momenta, group['momentum'])])
        steps = orthogonalised(flat, dtype=self.dtype).to(flat.dtype).reshape(-1, *params[0].shape)
        torch._foreach_add_(params, list(steps.unbind()),
                            alpha=-group['lr'] * .2 * max(flat.shape[1:]) ** .5)

    def _adam(self, params, group):
        b1, b2 = group['betas']
        grads, first, second = ([p.grad for p in params], self._moments(params, 'first'),
                                self._moments(params, 'second'))
        count = self.state[params[0]].get('step', 0) + 1
        for p in params:
            self.state[p]['step'] = count
        torch._foreach_lerp_(first, grads, 1 - b1)
        torch._foreach_lerp_(second, torch._foreach_mul(grads, grads), 1 - b2)
        deviation = torch._foreach_sqrt(torch._foreach_div(second, 1 - b2 ** count))
        torch._foreach_add_(deviation, group['eps'])
        torch._foreach_addcdiv_(params, first, deviation, value=-group['lr'] / (1 - b1 ** count))


def by_shape(params):
    shapes = {}
    for p in params:
        shapes.setdefault(p.shape, []).append(p)
    return shapes.values()

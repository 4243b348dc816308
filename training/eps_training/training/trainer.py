"""One training run as a value: network, moving average, optimiser, random streams. `step()` makes
one update; `save()` and `load()` carry all of it.

A resumed run goes on exactly where it stopped: beside weights and optimiser, the checkpoint holds
the random streams of every process, and the settings, so that a cool-down need not be given them
again.
"""
from pathlib import Path
import os
import numpy as np
import torch
import torch.distributed as dist
from . import conditional
from ..device import autocast, upload
from ..images import SIZE, printed
from .ahead import Ahead
from .muon import Muon
from ..method.network import UNet
from ..method.query import denoise, loss, query
from ..method.weights import describe, same_network
from .problems import Problems
from .schedule import SCHEDULES, Budget, ema_decay
from .targets import varied

FAMILIES_A_STEP = 4     # parts of a batch: operators of one family share a batched computation
LARGE = 2 * SIZE        # side of the crops of --large
# Families that ask for colour where the measurement cannot show that a photo is an old print: their
# images get no --prints.
COLOURED = {'nothing', 'grey'}
QUERIES = {'eps': query, 'palette': conditional.query}


class Trainer:
    """settings: the parsed command line (train.py); sets: [(Crops, share of the batch, whether they
    stand upright)], shares summing to 1."""

    def __init__(self, settings, sets, device, bf16, rank=0, world=1):
        self.settings, self.sets, self.device, self.bf16, self.rank, self.world = (
            settings, sets, device, bf16, rank, world)
        self.query, self.prior = QUERIES[settings.objective], settings.prior
        self.bank_seed, self.ahead = settings.seed, None
        self._seed(settings.seed)
        make = lambda: UNet(self.prior, settings.bottom).to(device)
        self.net, self.ema = make(), make().requires_grad_(False)
        if device.type == 'cuda':
            # In this layout convolutions run on tensor cores without a transpose around each.
            self.net, self.ema = (n.to(memory_format=torch.channels_last)
                                  for n in (self.net, self.ema))
        self.optimiser = (
            Muon(self.net.named_parameters(), settings.learning_rate, bf16=bf16)
            if settings.optimiser == 'muon' else
            torch.optim.AdamW(self.net.parameters(), lr=settings.learning_rate, betas=(.9, .99),
                              weight_decay=0.0))
        self.budget = Budget(settings.minutes, settings.samples,
                             endless=settings.schedule == 'stable')
        self.seen, self.seen_before, self.steps, self.budget_step = 0, 0, 0, 0
        self.broadcast()
        self._wrap()

    def _seed(self, seed):
        """Each process draws problems of its own; all start from the same weights (broadcast)."""
        self.close()
        self.rng = np.random.default_rng([seed, self.rank])
        torch.manual_seed(seed * 1000 + self.rank)
        bank = np.random.default_rng([self.bank_seed, self.rank, 1])
        self.problems = {size: Problems(self.prior, bank, self.device, self.settings.bank, size,
                                        self.settings.families)
                         for size in ((SIZE, LARGE) if self.settings.large else (SIZE,))}
        for problems in self.problems.values():
            problems.draws.rng = self.rng
        self.ahead = Ahead(self.batch, self._streams, self.device)

    def close(self):
        """Ends the thread that draws ahead, where there is one."""
        if self.ahead:
            self.ahead.close()

    def _wrap(self):
        self.model = self.net
        if self.world > 1:
            self.model = torch.nn.parallel.DistributedDataParallel(
                self.net, device_ids=[self.device.index] if self.device.type == 'cuda' else None)
        if self.settings.compile:
            self.model = torch.compile(self.model, dynamic=False)   # once for each of the two sizes
        self.model.prior, self.model.multiple = self.net.prior, self.net.multiple

    def broadcast(self):
        if self.world > 1:
            for t in [*self.net.state_dict().values(), *self.ema.state_dict().values()]:
                dist.broadcast(t, 0)

    def start_from(self, state, description, seen, raw=False):
        """Fine-tunes released weights; with raw ones, continues the run that they come from: its
        count of samples goes on, and the problems drawn are not those of its start. The optimiser
        is fresh: its momentum fills while the rate is warmed up."""
        if not same_network(description, self.net):
            raise SystemExit('the weights of --init belong to another prior or --bottom')
        self.net.load_state_dict(state)
        self.ema.load_state_dict(state)
        if raw:
            self.seen = seen
            self._seed(self.settings.seed + seen)
        else:
            self.seen_before = seen or 0

    def images(self, n, side=SIZE):
        """n crops in RGB, each from a set drawn by its share, in random order."""
        counts = self.rng.multinomial(n, [share for _, share, _ in self.sets])
        vary = ((lambda x, upright: varied(x, self.rng, upright)) if self.settings.varied else
                (lambda x, upright: x))
        x = torch.cat([vary(crops.draw(int(k), self.rng, side), upright)
                       for (crops, _, upright), k in zip(self.sets, counts) if k])
        return x[upload(self.rng.permutation(n), self.device)]

    @torch.no_grad()
    def part(self, family, n, side=SIZE):
        """(x, *the arguments of `denoise`) for n problems of one family, on the prior's axes."""
        settings, problems = self.settings, self.problems[side]
        x, tau = self.images(n, side), problems.draws.noise_levels(n)
        if settings.prints and family not in COLOURED:
            x = printed(x, settings.prints)
        x = self.prior.to_axes(x)
        return [t.expand(n, *t.shape[1:]) for t in (x, *problems.ask(family, x, tau, self.query))]

    def batch(self):
        """(families, x, the arguments of `denoise`): each family has a quarter of the batch. A
        share of the steps, --large, sees crops of four times the pixels, and a quarter as many of
        them."""
        settings = self.settings
        side = LARGE if settings.large and self.rng.uniform() < settings.large else SIZE
        families = self.problems[side].some_families(FAMILIES_A_STEP)
        n = settings.batch * SIZE ** 2 // (FAMILIES_A_STEP * side ** 2)
        x, *asked = map(torch.cat, zip(*(self.part(family, n, side) for family in families)))
        return families, x, asked

    def begin_cooling(self, minutes=None, samples=None):
        """The phase that follows a stable one, from its weights and optimiser."""
        self.settings.schedule, self.settings.minutes, self.settings.samples = (
            'cool', minutes, samples)
        self.budget, self.budget_step = Budget(minutes, samples), 0

    def step(self):
        """One update. Returns (families, the loss of each family's part [4], learning rate,
        gradient norm); losses stay on the device."""
        learning_rate = self.settings.learning_rate * SCHEDULES[self.settings.schedule](
            self.budget.share, self.budget_step)
        for group in self.optimiser.param_groups:
            group['lr'] = learning_rate
        families, x, asked = self.ahead.next()
        with autocast(self.device, self.bf16):
            D = denoise(self.model, *asked)
        losses = loss(self.prior, D, x, asked[-1])
        self.optimiser.zero_grad(set_to_none=True)
        losses.mean().backward()
        norm = torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        n = self.settings.batch * self.world
        self.steps, self.budget_step, self.seen = (
            self.steps + 1, self.budget_step + 1, self.seen + n)
        with torch.no_grad():
            torch._foreach_lerp_(list(self.ema.parameters()), list(self.net.parameters()),
                                 1 - ema_decay(self.settings.ema, self.steps))
        self.budget.spend(n)
        return families, losses.detach().reshape(FAMILIES_A_STEP, -1).mean(1), learning_rate, norm

    def progress(self, stop=False):
        """(share of the budget used, minutes of it used, whether to stop): process 0's, so that all
        stop and save at the same step."""
        status = self.budget.share, self.budget.seconds_used / 60, stop
        if self.world > 1:
            t = torch.tensor(status, dtype=torch.float64, device=self.device)
            dist.broadcast(t, 0)
            status = t.tolist()
        return status[0], status[1], bool(status[2])

    def state(self):
        """All that an update changes, except the random streams and the time used: references, to
        be copied."""
        return dict(net=self.net.state_dict(), ema=self.ema.state_dict(),
                    optimiser=self.optimiser.state_dict(), seen=self.seen, steps=self.steps,
                    budget_step=self.budget_step, samples_used=self.budget.samples_used)

    def restore(self, state):
        """Puts a copy of `state()` back; the copy becomes the trainer's."""
        self._load_weights(state)
        self.budget_step, self.budget.samples_used = state['budget_step'], state['samples_used']

    def _load_weights(self, state):
        self.net.load_state_dict(state['net'])
        self.ema.load_state_dict(state['ema'])
        self.optimiser.load_state_dict(state['optimiser'])
        self.seen, self.steps = state['seen'], state['steps']

    def _streams(self):
        cuda = torch.cuda.get_rng_state(self.device) if self.device.type == 'cuda' else None
        return dict(numpy=self.rng.bit_generator.state, torch=torch.get_rng_state(), cuda=cuda)

    def set_streams(self, streams):
        """The next batch is drawn from these random streams."""
        self.close()
        self.ahead = Ahead(self.batch, self._streams, self.device)
        self.rng.bit_generator.state = streams['numpy']
        torch.set_rng_state(streams['torch'].cpu())
        if streams['cuda'] is not None and self.device.type == 'cuda':
            torch.cuda.set_rng_state(streams['cuda'].cpu(), self.device)

    def save(self, path):
        """Atomically: a run killed while writing leaves the previous checkpoint."""
        streams = [self.ahead.streams()]
        if self.world > 1:
            streams = [None] * self.world
            dist.all_gather_object(streams, self.ahead.streams())
        if self.rank:
            return
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        torch.save(dict(net=self.net.state_dict(), ema=self.ema.state_dict(),
                        optimiser=self.optimiser.state_dict(), seen=self.seen,
                        seen_before=self.seen_before, steps=self.steps, streams=streams,
                        bank_seed=self.bank_seed, objective=self.settings.objective,
                        optimiser_name=self.settings.optimiser, schedule=self.settings.schedule,
                        settings=dict(vars(self.settings), prior=self.prior.name),
                        network=describe(self.prior, self.settings.bottom), budget=dict(
                            minutes=self.budget.minutes, samples=self.budget.samples,
                            seconds_used=self.budget.seconds_used,
                            samples_used=self.budget.samples_used,
                            step=self.budget_step)), f'{path}.new')
        os.replace(f'{path}.new', path)

    def load(self, path, begin=False):
        """Resumes; returns whether the checkpoint's phase goes on. A stable phase does, with any
        budget; a cycle or cool-down does if its budget is the same and not spent. Otherwise, and
        always with `begin`, a new phase begins from the checkpoint's weights and optimiser."""
        c = torch.load(path, map_location=self.device, weights_only=True)
        self._refuse_another(c, path)
        mine, schedule = self.settings.schedule, c.get('schedule', 'cycle')
        old = dict(c.get('budget') or {})
        step = old.pop('step', 0)
        old = Budget(**old, endless=schedule == 'stable') if old else None
        unspent = bool(old) and (old.minutes, old.samples) == (
            self.budget.minutes, self.budget.samples) and old.share < 1
        goes_on = not begin and schedule == mine and (unspent or mine == 'stable')
        if schedule == 'cool' and not goes_on:
            raise SystemExit(f'{path} is a cool-down, which '
                             + ('has ended or has another budget' if mine == 'cool' else
                                'no other phase goes on from')
                             + ': name another file')
        self._load_weights(c)
        self.seen_before = c.get('seen_before', 0)
        if not goes_on:
            # A fixed --seed must not draw the same problems again.
            self._seed(self.settings.seed + self.steps)
            return False
        self.budget, self.budget_step = old if unspent else self.budget, step
        if len(c['streams']) == self.world:
            self.bank_seed = c['bank_seed']
            self._seed(self.bank_seed)
            self.set_streams(c['streams'][self.rank])
        else:                   # on another number of processes the run goes on with fresh streams
            self._seed(self.settings.seed + self.steps)
        return True

    def _refuse_another(self, c, path):
        """Ends where the checkpoint c is not one of this objective, optimiser and network."""
        for name, usual in (('objective', 'eps'), ('optimiser_name', 'adamw')):
            mine = getattr(self.settings, name.removesuffix('_name'))
            if c.get(name, usual) != mine:
                raise SystemExit(f'{path} was trained with {c.get(name, usual)}, not {mine}: '
                                 'name another --checkpoint, or --init with it')
        if not same_network(c.get('network'), self.net):
            raise SystemExit(f'{path} was trained with another --prior or --bottom: '
                             'name another --checkpoint')

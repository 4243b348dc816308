"""A release from a checkpoint: the files, their metadata, and that their outputs are those of the
training code."""
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from eps_training import export
from eps_training.method.weights import describe, load_network, read, save_weights
from eps_training.release import golden


def test_a_checkpoint_becomes_a_release(net, models, tmp_path, capsys, monkeypatch):
    # The real vectors are held to their values in test_golden.py.
    monkeypatch.setattr(golden, 'network_vectors',
                        lambda net, vectors: {'mask.48x32': torch.zeros(1)})
    state = {k: v + 1e-5 * torch.randn_like(v) for k, v in net.state_dict().items()}
    torch.save(dict(ema=state, seen=1000, seen_before=500, network=describe(net.prior, 0)),
               tmp_path / 'run.pt')
    export.main([str(tmp_path / 'run.pt'), str(tmp_path / 'release'),
                 '--data-summary', 'four photos'])
    path = tmp_path / 'release' / 'photo-v2.safetensors'
    with safe_open(path, 'pt') as file:
        metadata = file.metadata()
    assert (metadata['architecture'] == 'photo-v2' and metadata['samples_seen'] == '1500'
            and metadata['data'] == 'four photos' and metadata['commit'])
    assert {v.dtype for v in load_file(path).values()} == {torch.float16}
    with safe_open(models / 'photo-v2.safetensors', 'pt') as file:
        # The names and shapes that the Rust loader asks for.
        assert set(load_file(path)) == set(file.keys())
        assert all(load_file(path)[k].shape == torch.Size(file.get_slice(k).get_shape())
                   for k in file.keys())
    assert 'SHA-256' in capsys.readouterr().out
    for a, b in zip(load_network(path).state_dict().values(), state.values()):
        assert torch.equal(a, b.half().float())
    assert ((tmp_path / 'release' / 'golden-network-v2.safetensors').exists()
            and (tmp_path / 'release' / 'golden-operators-v2.safetensors').exists())
    assert read(path)[0].keys() == state.keys()


def test_eight_bits_hold_each_channel_to_a_step_and_are_half_as_large(net, models, tmp_path):
    path = tmp_path / 'weights.safetensors'
    state = net.state_dict()
    state['stem.weight'] = state['stem.weight'].clone()
    state['stem.weight'][0] = 0
    save_weights(state, path, describe(net.prior, 0), eight_bit=True, samples_seen=3)
    assert path.stat().st_size < .51 * (models / 'photo-v2.safetensors').stat().st_size
    stored, (read_back, _, seen) = load_file(path), read(path)
    assert seen == 3 and set(read_back) == set(state)
    for name, values in state.items():
        scale = stored.get(f'{name}.scale')
        if scale is None:
            assert stored[name].dtype == torch.float16 and values.numel() < 4096
            continue
        assert stored[name].dtype == torch.int8 and scale.dtype == torch.float16
        error = (read_back[name] - values).flatten(1)
        largest = values.flatten(1).abs().amax(1)
        # Rounded to the nearest step, or clipped at seven tenths of the largest or above.
        assert (error.abs().amax(1) <= .3 * largest + 1e-7).all()
        step = (largest / 127)[:, None].clamp_min(1e-12)
        assert (error / step).square().mean() < 1 / 12 + .01
    assert (read_back['stem.weight'][0] == 0).all()

"""A release from a checkpoint: the files, their metadata, and that their outputs are those of the
training code."""
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from eps_training import export
from eps_training.method.weights import describe, load_network, read
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

"""The integers of a baseline JPEG file: tables, sampling factors and quantised coefficients.

`read(bytes)` -> a Component for each plane: table [8, 8] with the vertical frequency first, factors
(vertical, horizontal), and n [H, W], the coefficients "in place" as method/jpeg/dct.py has them, of
whole MCUs. Sequential Huffman files of eight bits, one scan, no restart markers: what Pillow writes
unless asked for more. Anything else raises a ValueError.
"""
from dataclasses import dataclass
import numpy as np

SOI, SOF0, DHT, EOI, SOS, DQT, DRI = 0xD8, 0xC0, 0xC4, 0xD9, 0xDA, 0xDB, 0xDD
OTHER_FRAMES = {*range(0xC1, 0xD0)} - {DHT, 0xC8, 0xCC}
# (vertical, horizontal) frequency of each place in the file's order: along the antidiagonals.
ZIGZAG = sorted(((u, v) for u in range(8) for v in range(8)),
                key=lambda p: (sum(p), p[0] if sum(p) % 2 else p[1]))


@dataclass
class Component:
    factors: tuple
    table: np.ndarray
    n: np.ndarray
    codes: tuple = ()           # Huffman codes of the DC's and the other coefficients' symbols


class Bits:
    """The entropy-coded bits that begin at data[at], most significant first."""

    def __init__(self, data, at):
        end = data.index(bytes([0xFF, EOI]), at)
        scan = data[at:end].replace(b'\xff\x00', b'\xff')
        self.bits = np.unpackbits(np.frombuffer(scan, np.uint8)).tolist()
        self.at = 0

    def take(self, count):
        value = 0
        for bit in self.bits[self.at:self.at + count]:
            value = 2 * value + bit
        self.at += count
        return value

    def symbol(self, codes):
        code = 0
        for length in range(1, 17):
            code = 2 * code + self.bits[self.at]
            self.at += 1
            if (length, code) in codes:
                return codes[length, code]
        raise ValueError('no such Huffman code')

    def signed(self, count):
        """T.81, F.2.2.1: the lower half of the values of `count` bits is negative."""
        value = self.take(count)
        return value if count == 0 or value >> (count - 1) else value - (1 << count) + 1


def huffman(payload):
    """A DHT segment -> {class and number: {(length, code): symbol}}."""
    tables, at = {}, 0
    while at < len(payload):
        counts, symbols = payload[at + 1:at + 17], iter(payload[at + 17:])
        codes, code = {}, 0
        for length, count in enumerate(counts, 1):
            for _ in range(count):
                codes[length, code] = next(symbols)
                code += 1
            code *= 2
        tables[payload[at]] = codes
        at += 17 + sum(counts)
    return tables


def quantisation(payload):
    """A DQT segment -> {number: table [8, 8]}."""
    tables = {}
    for at in range(0, len(payload), 65):
        if payload[at] >> 4:
            raise ValueError('a quantisation table of 16 bits')
        table = np.zeros((8, 8), int)
        for place, step in zip(ZIGZAG, payload[at + 1:at + 65]):
            table[place] = step
        tables[payload[at]] = table
    return tables


def frame(payload, tables):
    """A SOF0 segment -> ({component's number: Component}, rows and columns of MCUs)."""
    height, width = int.from_bytes(payload[1:3], 'big'), int.from_bytes(payload[3:5], 'big')
    heads = [payload[6 + 3 * i:9 + 3 * i] for i in range(payload[5])]
    # A scan of one component has no MCUs but its blocks, whatever its factors.
    factors = [(1, 1)] if len(heads) == 1 else [(h[1] & 15, h[1] >> 4) for h in heads]
    tallest, widest = (max(f[axis] for f in factors) for axis in (0, 1))
    rows, columns = -(-height // (8 * tallest)), -(-width // (8 * widest))
    components = {head[0]: Component(f, tables[head[2]],
                                     np.zeros((8 * f[0] * rows, 8 * f[1] * columns), int))
                  for head, f in zip(heads, factors)}
    return components, rows, columns


def block(bits, codes, previous):
    """One block's coefficients [8, 8], its DC being a difference from the `previous` one."""
    out = np.zeros((8, 8), int)
    out[0, 0] = previous + bits.signed(bits.symbol(codes[0]))
    k = 1
    while k < 64:
        zeros, count = divmod(bits.symbol(codes[1]), 16)
        if count == 0 and zeros < 15:       # end of block; 15 is a run of 16 zeros
            break
        k += zeros
        out[ZIGZAG[k]] = bits.signed(count)
        k += 1
    return out


def scan(bits, components, rows, columns):
    last = [0] * len(components)
    for row in range(rows):
        for column in range(columns):
            for i, c in enumerate(components):
                for down in range(c.factors[0]):
                    for right in range(c.factors[1]):
                        y, x = 8 * (row * c.factors[0] + down), 8 * (column * c.factors[1] + right)
                        c.n[y:y + 8, x:x + 8] = block(bits, c.codes, last[i])
                        last[i] = c.n[y, x]


def read(data):
    if data[:2] != bytes([0xFF, SOI]):
        raise ValueError('no JPEG file')
    tables, codes, at = {}, {}, 2
    while True:
        marker, length = data[at + 1], int.from_bytes(data[at + 2:at + 4], 'big')
        payload, at = data[at + 4:at + 2 + length], at + 2 + length
        if marker == DQT:
            tables |= quantisation(payload)
        elif marker == DHT:
            codes |= huffman(payload)
        elif marker == SOF0:
            components, rows, columns = frame(payload, tables)
        elif marker in OTHER_FRAMES or marker == DRI:
            raise ValueError(f'marker {marker:02x} is not of a plain baseline file')
        elif marker == SOS:
            for number, which in zip(payload[1:-3:2], payload[2:-3:2]):
                components[number].codes = codes[which >> 4], codes[16 + (which & 15)]
            planes = list(components.values())
            scan(Bits(data, at), planes, rows, columns)
            return planes

"""Which index comes next in a status list, by a keyed permutation of its range: it tells nothing of when, or how many.

An alternating Feistel network (the shape of FF1, https://csrc.nist.gov/pubs/sp/800/38/g/upd1/final) with keyed BLAKE2b
as its round function, walked until it lands in the range.
"""

from hashlib import blake2b

_ROUNDS = 10


def index_at(counter: int, *, key: bytes, length: int) -> int:
    """The index of entry number `counter` (from 0) of a list with `length` entries: each index once."""
    if not 0 <= counter < length:
        raise ValueError(f"a list of {length} entries has no entry number {counter}")
    bits = max(2, (length - 1).bit_length())
    index = _permuted(counter, key=key, bits=bits)
    while index >= length:
        index = _permuted(index, key=key, bits=bits)
    return index


def _permuted(value: int, *, key: bytes, bits: int) -> int:
    right_bits = bits // 2
    left_bits = bits - right_bits
    left, right = value >> right_bits, value & ((1 << right_bits) - 1)
    for round_number in range(_ROUNDS):
        drawn = blake2b(right.to_bytes(8, "big"), digest_size=8, key=key, salt=bytes([round_number, bits])).digest()
        left, right = right, left ^ (int.from_bytes(drawn, "big") & ((1 << left_bits) - 1))
        left_bits, right_bits = right_bits, left_bits
    return left << right_bits | right

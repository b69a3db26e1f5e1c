# SPDX-License-Identifier: BSD-2-Clause
"""Sampling rates as exporters announce them: fractions, kept by sampler, interface and domain.

Elements: 34 samplingInterval, 50 samplerRandomInterval, 304 to 311 (RFC 5477), 48 samplerId,
302 selectorId, 10 and 14 the interface that a rate is announced for.
"""
import struct
from fractions import Fraction

RATE_MAX = 1 << 24


def number(value):
    return int.from_bytes(value, 'big')


def chance_of(octets):
    """A probability: the first convergent that is this number in so many octets, so that 0.6 is 3/5."""
    form = {4: '>f', 8: '>d'}.get(len(octets))
    chance = struct.unpack(form, octets)[0] if form else 0.0
    if not 0 < chance <= 1:
        return None
    rest, last, now = Fraction(chance), (1, 0), (int(chance), 1)
    while struct.pack(form, now[0] / now[1]) != octets:
        rest = 1 / (rest - int(rest))
        last, now = now, (int(rest) * now[0] + last[0], int(rest) * now[1] + last[1])
    return Fraction(*now)


def rate_of(fields):
    """The rate that a record's own elements tell as a Fraction, or None."""
    chance = [chance_of(f.value) for f in fields if (f.pen, f.id) == (0, 311) and not f.scope]
    found = {f.id: number(f.value) for f in fields if f.pen == 0 and not f.scope and f.value}
    rate = None
    if found.get(34):
        rate = Fraction(found[34])
    elif found.get(50):
        rate = Fraction(found[50])
    elif found.get(305) and 306 in found:
        rate = Fraction(found[305] + found[306], found[305])
    elif found.get(309) and found.get(310):
        rate = Fraction(found[310], found[309])
    elif chance and chance[0]:
        rate = 1 / chance[0]
    if rate is not None and not 1 <= rate <= RATE_MAX:
        rate = None
    return rate


def sampler_of(fields):
    for f in fields:
        if f.pen == 0 and f.id in (48, 302):
            return number(f.value)
    return None


class Rates:
    def __init__(self):
        self.samplers, self.interfaces, self.domains = {}, {}, {}

    def learn(self, key, version, fields):
        rate = rate_of(fields)
        if rate is None:
            return
        interface = next((number(f.value) for f in fields if f.pen == 0 and
                          ((f.scope and (f.id == 2 if version == 9 else f.id in (10, 14))))), None)
        sampler = sampler_of(fields)
        if sampler is not None:
            self.samplers.setdefault(key, {})[sampler] = rate
        elif interface is not None:
            self.interfaces.setdefault(key, {})[interface] = rate
        else:
            self.domains[key] = rate

    def of_record(self, key, fields, in_if, out_if):
        rate = rate_of(fields)
        if rate is not None:
            return rate
        sampler = sampler_of(fields)
        if sampler is not None:
            own = self.samplers.get(key, {}).get(sampler)
            if own is not None:
                return own
            others = {r[sampler] for k, r in self.samplers.items() if k[0] == key[0] and sampler in r}
            if len(others) == 1:
                return others.pop()
        for interface in (in_if, out_if):
            rate = self.interfaces.get(key, {}).get(interface)
            if rate is not None:
                return rate
        if key in self.domains:
            return self.domains[key]
        others = {r for k, r in self.domains.items() if k[0] == key[0]}
        return others.pop() if len(others) == 1 else None

# SPDX-License-Identifier: BSD-2-Clause
"""Makes the seeds of tests/fuzz/fuzz_old_file: python3 tests/history/seeds.py FOLDER"""
import os
import sys

import history as h
import old_files as o


def seeds():
    full, _ = h.full_2()
    special, _ = h.special_2()
    describe = [o.exporter_record(1, '2001:db8::d', 10, 5), o.sampler_record(1, 7, 1, 99),
                o.apps_record([(b'\x0d\0\0\x31', 'ping')])]
    for codec, name in enumerate(('plain', 'lzo', 'bz2', 'lz4', 'zstd')):
        yield 'nfdump-2-' + name, o.nfdump_2([describe + [full], special + [h.plain_2(i)[0] for i in range(3)]], codec)
    yield 'nfdump-2-open', o.nfdump_2([describe, special], o.PLAIN, closed=False)
    yield 'nfdump-1-plain', h.file_1(o.PLAIN)[0]
    yield 'nfdump-1-lzo', h.file_1(o.LZO)[0]
    for form, version, aggregation, record, _ in h.forms('>'):
        if form in ('v5', 'v6', 'v8.3', 'v8.14'):
            yield 'flow-tools-' + form, o.flow_tools_3(version, [record] * 2, '>', form == 'v5', aggregation)
    yield 'flow-tools-1', o.flow_tools_1(5, [bytes(range(60))] * 2)


if __name__ == '__main__':
    os.makedirs(sys.argv[1], exist_ok=True)
    for name, data in seeds():
        with open(os.path.join(sys.argv[1], name), 'wb') as f:
            f.write(data)

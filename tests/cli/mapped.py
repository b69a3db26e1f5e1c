# SPDX-License-Identifier: BSD-2-Clause
"""An IPv4-mapped address of a flow of IPv6 (::ffff:10.1.1.1 > 64:ff9b::102:304) is one of IPv6 wherever it goes, and
no other than itself: printed, filtered, grouped, written again, replayed, anonymised, and asked for in SQL."""
import ipaddress
import os
import subprocess
import sys
import tempfile

from exports import (START, Test, capture, flow_set, ipfix, ipv6_packet, run, sflow, sflow_raw, sflow_sample,
                     template, udp, v4, v6)

FIELDS6, FIELDS4 = [(27, 16), (28, 16), (1, 4), (2, 4)], [(8, 4), (12, 4), (1, 4), (2, 4)]
SAMPLED = "::ffff:10.3.3.3", "::ffff:10.4.4.4"
# source, destination, bytes; the last one comes as a packet's header by sFlow
FLOWS = [("10.1.1.1", "10.2.2.2", 100), ("::ffff:10.1.1.1", "64:ff9b::102:304", 200),
         ("2001:db8::1", "::ffff:10.2.2.2", 300), ("2001:db8::1", "2001:db8::2", 400),
         ("10.5.5.5", "10.6.6.6", 500), (*SAMPLED, 600)]
# filter, and the bytes of the flows that it takes
FILTERS = [
    ("ipv4", [100, 500]), ("ipv6", [200, 300, 400, 600]),
    ("host ::ffff:10.1.1.1", [200]), ("host 10.1.1.1", [100]), ("host in [10.1.1.1 ::ffff:10.1.1.1]", [100, 200]),
    ("not host ::ffff:10.1.1.1", [100, 300, 400, 500, 600]), ("dst ip ::FFFF:a02:202", [300]),
    ("net 10.0.0.0/8", [100, 500]), ("net ::ffff:0:0/96", [200, 300, 600]), ("net ::ffff:10.0.0.0/104", [200, 300, 600]),
    ("src net ::ffff:10.1.0.0/112", [200]), ("net ::/8", [200, 300, 600]), ("net ::/0", [200, 300, 400, 600]),
    ("net 0.0.0.0/0", [100, 500]), ("src ip ::ffff:10.1.1.0-::ffff:10.3.3.3", [200, 600]),
    ("ip in [::ffff:10.1.1.1 ::ffff:10.2.2.2 2001:db8::2 10.9.9.9 10.9.9.8 10.9.9.7]", [200, 300, 400]),
    ("src ip ~ '::ffff:*'", [200, 600]),
]


# key, and its groups by flows, then by the key: IPv4-mapped addresses come before IPv4, as they are stored (net/addr.h)
GROUPS = [
    ("src_addr", ["2001:db8::1 700", "::ffff:10.1.1.1 200", "::ffff:10.3.3.3 600", "10.1.1.1 100", "10.5.5.5 500"]),
    ("src_addr/8/64", ["::/64 800", "10.0.0.0/8 600", "2001:db8::/64 700"]),
]
KEY = "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"


def datagrams():
    """The fifth flow has both ends mapped: its exporter has one kind of addresses only, and it is of IPv4."""
    six = [v6(s) + v6(d) + b.to_bytes(4, "big") + b"\0\0\0\1" for s, d, b in FLOWS[1:4]]
    six.append(v6("::ffff:10.5.5.5") + v6("::ffff:10.6.6.6") + (500).to_bytes(4, "big") + b"\0\0\0\1")
    four = v4("10.1.1.1") + v4("10.2.2.2") + (100).to_bytes(4, "big") + b"\0\0\0\1"
    yield ipfix(flow_set(2, template(256, FIELDS6), template(257, FIELDS4)), flow_set(257, four), flow_set(256, *six))
    yield sflow(sflow_sample(sflow_raw(ipv6_packet(*SAMPLED, udp(7, 8), length=560), frame=600, protocol=12)))


def rows(folder, *words):
    lines = run("flowcat", "-r", folder, "-q", "-o", "csv:src_addr,dst_addr,bytes", *words).split("\n")
    fields = [line.split(",") for line in lines if line]
    return sorted(((s, d, int(b)) for s, d, b in fields), key=lambda row: row[2])


def ask(test, folder, words, want, what):
    """What flowstat or flowcat prints, and the SQL that it says, in DuckDB."""
    lines = run(*words, "-r", folder, "-q", "-o", "csv" + (":bytes" if words[0] == "flowcat" else "")).split("\n")
    if words[0] == "flowcat":
        got = [line for line in lines if line]
    else:
        column = lines[0].split(",").index("bytes")
        got = [line.split(",")[0] + " " + line.split(",")[column] for line in lines[1:] if line]
    test.equal(got if words[0] == "flowstat" else sorted(got), want, what)
    try:
        import duckdb
    except ImportError:
        return test.skip("SQL: " + what, "no duckdb")
    cursor = duckdb.connect().execute(run(*words, "-r", folder, "--sql=duckdb"))
    names = [d[0] for d in cursor.description]
    got = cursor.fetchall()
    if words[0] == "flowcat":
        return test.equal(sorted(str(row[names.index("bytes")]) for row in got), want, "SQL: " + what)
    return test.equal([f"{row[0]} {row[names.index('bytes')]}" for row in got], want, "SQL: " + what)


def other_writer(test, archive, path):
    """A file that is not ours may have all addresses in one type of IPv6: its mapped ones are of IPv4."""
    try:
        import duckdb
    except ImportError:
        return test.skip("a copy by DuckDB", "no duckdb")
    duckdb.connect().execute(f"COPY (FROM '{archive}/**/*.parquet') TO '{path}'")
    return test.equal(rows(path), [(s.replace("::ffff:", ""), d.replace("::ffff:", ""), b) for s, d, b in FLOWS],
                      "a copy by DuckDB")


def anonymised(test, archive, folder):
    """Pseudonyms by Crypto-PAn over 128 bits, computed with OpenSSL's AES."""
    run("flowcat", "-r", archive, "-w", folder, "-K", KEY)
    got = rows(folder)
    want = [(pseudonym(s), pseudonym(d), b) for s, d, b in FLOWS]
    if None in want[0]:
        return test.skip("pseudonyms", "no openssl")
    return test.equal(got, want, "pseudonyms")


def pseudonym(text):
    """bit i is turned by the first bit of the cipher over the i bits before it, filled up with the pad."""
    address = ipaddress.ip_address(text)
    bits = address.max_prefixlen
    value = int(address) << (128 - bits)
    pad = encrypt(bytes.fromhex(KEY[34:]))
    if pad is None:
        return None
    pad = int.from_bytes(pad, "big")
    blocks = b"".join((value >> 128 - i << 128 - i | pad & (1 << 128 - i) - 1).to_bytes(16, "big") for i in range(bits))
    turned = int.from_bytes(bytes(c >> 7 for c in encrypt(blocks)[::16]), "big")
    flips = sum(1 << bits - 1 - i for i in range(bits) if turned >> 8 * (bits - 1 - i) & 1)
    return str(type(address)(int(address) ^ flips))


def encrypt(blocks):
    try:
        return subprocess.run(["openssl", "enc", "-aes-128-ecb", "-nopad", "-K", KEY[2:34]], input=blocks,
                              capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None


def main():
    test = Test()
    with tempfile.TemporaryDirectory(prefix="flow-mapped-") as work:
        def folder(name):
            os.mkdir(os.path.join(work, name))
            return os.path.join(work, name)

        pcap, archive = os.path.join(work, "in.pcap"), folder("archive")
        capture(pcap, [(START + i, "127.0.0.9", 5000 + i, 4739 + 1604 * i, d) for i, d in enumerate(datagrams())])
        run("flowcap", "-f", pcap, "-w", archive)
        test.equal(rows(archive), FLOWS, "rows as they came")
        for text, want in FILTERS:
            ask(test, archive, ("flowcat", text), [str(b) for b in want], text)
        for keys, want in GROUPS:
            ask(test, archive, ("flowstat", "-A", keys, "-n", "0", "-O", "flows"), want, keys)
        copy = os.path.join(folder("copy"), "copy.parquet")
        run("flowcat", "-r", archive, "-w", copy)
        test.equal(rows(copy), FLOWS, "written again")
        for version in ("9", "10"):
            again = folder("again" + version)
            run("flowgen", "--replay", archive, "-o", os.path.join(work, "again.pcap"), "-v", version)
            run("flowcap", "-f", os.path.join(work, "again.pcap"), "-w", again)
            test.equal(rows(again), FLOWS, "replayed as version " + version)
        anonymised(test, archive, os.path.join(folder("anonymous"), "a.parquet"))
        other_writer(test, archive, os.path.join(work, "other.parquet"))
    return test.done()


sys.exit(main())

#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Reads csv, json and ndjson back with Python's csv and json, and with jq.

rows="$FLOW_BUILDDIR/tests/output/print_rows"
if ! python3 -c 'import csv, json' 2>/dev/null; then
	echo "ok 1 # SKIP no python3"
	echo "1..1"
	exit 0
fi

check() { # check NAME STATUS
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; fi
}
n=0

"$rows" csv:all | python3 -c '
import csv, io, sys
text = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="")
rows = list(csv.DictReader(text))
assert len(rows) == 300, len(rows)
for i, row in enumerate(rows):
    assert None not in row and None not in row.values(), i
    name = (b"a" + bytes([i & 255]) + b"z,\"\n\xc3\xa9")[:i % 9]
    want = name.decode("utf-8", "replace").replace("\0", "\ufffd")
    assert row["username"] == want, (i, row["username"], want)
    assert row["packets"] == str(i) and row["bytes"] == str(2**63 - 1 - i)
    assert row["conn_id"] == str(2**64 - 1 - i)
    assert row["src_port"] == ("" if i % 3 == 0 else str(i * 217 & 65535))
    assert row["src_addr"] == ("" if i % 2 else "192.0.2.1" if i % 4 == 0 else "2001:db8:0:1::")
    assert row["dst_addr"] == "" and row["exporter"] == "2001:db8::1"
'
check "csv:all by Python" $?

cat > "$rows.$$.py" <<'END'
import json, sys
def check(rows):
    assert len(rows) == 300, len(rows)
    for i, row in enumerate(rows):
        name = (b"a" + bytes([i & 255]) + b"z,\"\n\xc3\xa9")[:i % 9].decode("utf-8", "replace")
        assert row["username"] == name, (i, row["username"], name)
        assert row["packets"] == i and row["bytes"] == 2**63 - 1 - i
        assert row["conn_id"] == 2**64 - 1 - i
        assert row.get("src_port") == (None if i % 3 == 0 else i * 217 & 65535)
        assert "dst_addr" not in row and row["exporter"] == "2001:db8::1"
        if i % 5:
            assert row["extra"] == {"35632/1": [1, {"x": "y"}], "n": None}
        else:
            assert isinstance(row["extra"], str) and row["extra"].endswith("z,\"")
data = sys.stdin.buffer.read().decode("utf-8")
if sys.argv[1] == "array":
    check(json.loads(data))
else:
    assert data.endswith("\n")
    check([json.loads(line) for line in data[:-1].split("\n")])
END
"$rows" ndjson | python3 "$rows.$$.py" lines
check "ndjson by Python" $?
"$rows" json | python3 "$rows.$$.py" array
check "json by Python" $?
rm -f "$rows.$$.py"

if command -v jq >/dev/null 2>&1; then
	[ "$("$rows" json:packets | jq 'map(.packets) | add')" = 44850 ]
	check "json by jq" $?
	[ "$("$rows" ndjson:packets,extra | jq -s 'length')" = 300 ]
	check "ndjson by jq" $?
else
	n=$((n + 1))
	echo "ok $n # SKIP no jq"
fi
echo "1..$n"

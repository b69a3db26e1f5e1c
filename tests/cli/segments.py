# SPDX-License-Identifier: BSD-2-Clause
"""segments.py FILE BYTES COMMAND...: runs the command with -p PORT; whether what it sends there are the bytes of FILE, in
datagrams of at most BYTES, each a whole IPFIX message.  Prints how many datagrams came."""
import socket
import struct
import subprocess
import sys

want = open(sys.argv[1], 'rb').read()
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
s.bind(('127.0.0.1', 0))
s.settimeout(10)
sender = subprocess.Popen(sys.argv[3:] + ['-p', str(s.getsockname()[1])])
got, count = b'', 0
try:
    while len(got) < len(want):
        datagram = s.recv(65535)
        version, length = struct.unpack('!HH', datagram[:4])
        if version != 10 or length != len(datagram) or length > int(sys.argv[2]):
            sys.exit('a datagram of %d bytes that says version %d, %d bytes' % (len(datagram), version, length))
        got += datagram
        count += 1
except TimeoutError:
    pass
if sender.wait() != 0 or got != want:
    sys.exit('status %d, %d bytes of %d came' % (sender.returncode, len(got), len(want)))
print(count)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hellos of OpenSSL, whose JA3 and JA3S tshark told, and JA4 nfdump; and one of Chrome, made of the lists
 * that FoxIO publishes with its JA4.
 */
#include "payload/tls.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tap.h"

/* TLS 1.2, two ciphers, no name. */
static const char plain[] =
	"16030100830100007f0303d1ba9b8fa4b4084d10d2f03ce2311c3ecb1e98dd46efa2c6e223a58cc620f30c000004c02f"
	"00ff01000052000b000403000102000a000c000a001d0017001e00190018002300000016000000170000000d002a0028"
	"040305030603080708080809080a080b080408050806040105010601030303010302040205020602";
/* TLS 1.2, old.example.org. */
static const char named[] =
	"16030100b5010000b10303343ead420f3ed9b0e95bc338a1e105c04bd9b0bf566788f56d7c879ce6d65a4d00001ec02c"
	"c030c02bc02fcca9cca8c024c028c023c027009f009e006b006700ff0100006a00000014001200000f6f6c642e657861"
	"6d706c652e6f7267000b000403000102000a000c000a001d0017001e00190018002300000016000000170000000d002a"
	"0028040305030603080708080809080a080b080408050806040105010601030303010302040205020602";
/* A server that chose TLS 1.3. */
static const char server[] =
	"160303007a020000760303e9c73a75fa1443cb6838262284f2b1948ed81789e74b41895991b360de47edbc2031e555ce"
	"b21c37b67d9a94ca7218cd7ff5cfbd95b81bcbb6eb3a8d4ee672f18a130200002e002b0002030400330024001d002037"
	"a4423fb0f37091bcb36e7a4d3fd1d9da5ef25c875cb15723bca14e72f8f634";

static size_t
from_hex(const char *hex, uint8_t *out)
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		char two[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		out[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	return n;
}

struct want {
	const char *hex, *name, *version, *ja3, *ja4;
	size_t ciphers, extensions;
};

static const struct want want[] = {
	{ plain, "", "1.2", "a4d4d6b97e8699a7c441f0e5f8df7914", "t12i020600_b06afd972a5c_e7e480e5a997",
	    2, 6 },
	{ named, "old.example.org", "1.2", "70e47b149c152d891341c87d58c2b327",
	    "t12d150700_d68b136fe8d9_e7e480e5a997", 15, 7 },
	{ server, "", "1.3", "15af977ce25de452b96affa2addb1036", "", 1, 2 },
};

static void
known(void)
{
	struct tls_hello h;
	uint8_t bytes[1000];
	char ja3[TLS_JA3_BYTES], ja4[TLS_JA4_BYTES];

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		const struct want *w = &want[i];
		size_t len = from_hex(w->hex, bytes);

		ok(tls_hello_read(&h, bytes, len));
		ok(h.is_server == (w->hex == server));
		is_mem(h.name.p, h.name.len, w->name, strlen(w->name));
		is_str(tls_version_text(h.highest), w->version);
		is_uint(h.ciphers.count, w->ciphers);
		is_uint(h.extensions.count, w->extensions);
		tls_ja3(&h, ja3);
		is_mem(ja3, sizeof(ja3), w->ja3, 32);
		ok(tls_ja4(&h, ja4) == !h.is_server);
		if (!h.is_server)
			is_mem(ja4, sizeof(ja4), w->ja4, 36);
	}
}

/* Cut anywhere it is no hello; with any bit wrong nothing beyond is touched. */
static void
damaged(void)
{
	struct tls_hello h;
	uint8_t bytes[1000];
	char text[TLS_JA4_BYTES];
	size_t hellos = 0;

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		size_t len = from_hex(want[i].hex, bytes);

		for (size_t n = 0; n < len; n++) {
			uint8_t *some = malloc(n + 1);

			memcpy(some, bytes, n);
			ok(!tls_hello_read(&h, some, n));
			free(some);
		}
		for (size_t bit = 0; bit < len * 8; bit++) {
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (tls_hello_read(&h, bytes, len)) {
				hellos++;
				tls_ja3(&h, text);
				(void)tls_ja4(&h, text);
			}
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	ok(hellos > 1000);
}

static void
append_numbers(struct buf *b, const uint16_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_append_be16(b, v[i]);
}

static void
append_extension(struct buf *b, uint16_t type, const void *bytes, uint16_t len)
{
	buf_append_be16(b, type);
	buf_append_be16(b, len);
	buf_append(b, bytes, len);
}

/* Chrome's hello, with numbers that mean nothing among the others, and one protocol. */
static void
make_chrome(struct buf *out, const char *protocol)
{
	static const uint16_t ciphers[] = { 0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030,
		0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035 };
	static const uint16_t empty[] = { 0x1b, 0x17, 0xff01, 0x23, 0x2d, 0x12, 0x05, 0x4469, 0x33, 0x15 };
	struct buf x = BUF_INIT, hello = BUF_INIT, alpn = BUF_INIT;
	uint16_t protocol_len = (uint16_t)strlen(protocol);

	append_extension(&x, 0x8a8a, "", 0);
	append_extension(&x, 0, "\0\6\0\0\3a.b", 8);
	append_extension(&x, 10, "\0\6\x3a\x3a\0\x1d\0\x17", 8);
	append_extension(&x, 11, "\1\0", 2);
	append_extension(&x, 13, "\0\x10\4\3\x08\4\4\1\5\3\x08\5\5\1\x08\6\6\1", 18);
	append_extension(&x, 43, "\6\x9a\x9a\3\4\3\3", 7);
	buf_append_be16(&alpn, (uint16_t)(protocol_len + 1));
	buf_append_u8(&alpn, (uint8_t)protocol_len);
	buf_append(&alpn, protocol, protocol_len);
	append_extension(&x, 16, alpn.data, (uint16_t)alpn.len);
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		append_extension(&x, empty[i], "", 0);
	append_extension(&x, 0x3a3a, "\0", 1);

	buf_append_be16(&hello, 0x0303);
	for (int i = 0; i < 32; i++)
		buf_append_u8(&hello, (uint8_t)i);
	buf_append_u8(&hello, 0);
	buf_append_be16(&hello, sizeof(ciphers));
	append_numbers(&hello, ciphers, sizeof(ciphers) / sizeof(ciphers[0]));
	buf_append(&hello, "\1\0", 2);
	buf_append_be16(&hello, (uint16_t)x.len);
	buf_append(&hello, x.data, x.len);

	buf_append(out, "\x16\3\1", 3);
	buf_append_be16(out, (uint16_t)(hello.len + 4));
	buf_append(out, "\1\0", 2);
	buf_append_be16(out, (uint16_t)hello.len);
	buf_append(out, hello.data, hello.len);
	buf_release(&x);
	buf_release(&hello);
	buf_release(&alpn);
}

static void
chrome(void)
{
	static const struct {
		const char *protocol, *ja4;
	} cases[] = {
		{ "h2", "t13d1516h2_8daaf6152771_e5627efa2ab1" },
		{ "http/1.1", "t13d1516h1_8daaf6152771_e5627efa2ab1" },
		{ "x", "t13d1516xx_8daaf6152771_e5627efa2ab1" },
		{ "\xab\xcd", "t13d1516ad_8daaf6152771_e5627efa2ab1" },
		{ "h\xcd", "t13d15166d_8daaf6152771_e5627efa2ab1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf bytes = BUF_INIT;
		char ja4[TLS_JA4_BYTES];
		struct tls_hello h;

		make_chrome(&bytes, cases[i].protocol);
		ok(tls_hello_read(&h, bytes.data, bytes.len));
		is_mem(h.name.p, h.name.len, "a.b", 3);
		is_str(tls_version_text(h.highest), "1.3");
		is_uint(h.groups.count, 2);
		ok(tls_ja4(&h, ja4));
		is_mem(ja4, sizeof(ja4), cases[i].ja4, 36);
		buf_release(&bytes);
	}
}

/* SSL 3: no extensions; JA4 has zeros for what is not there. */
static void
old(void)
{
	uint8_t bytes[] = "\x16\3\0\0\x2d\1\0\0\x29\3\0" "0123456789abcdef0123456789abcdef" "\0\0\2\0\5\1\0";
	char ja4[TLS_JA4_BYTES];
	struct tls_hello h;

	ok(tls_hello_read(&h, bytes, sizeof(bytes) - 1));
	is_str(tls_version_text(h.highest), "3.0");
	ok(tls_ja4(&h, ja4));
	/* printf 0005 | sha256sum */
	is_mem(ja4, sizeof(ja4), "ts3i010000_1ed8eb363bcd_000000000000", 36);
	is_str(tls_version_text(0x0305), "");
	bytes[9] = 4;		/* 4.0 */
	ok(!tls_hello_read(&h, bytes, sizeof(bytes) - 1));
	ok(!tls_hello_read(&h, (const uint8_t *)"GET / HTTP/1.1", 14));
}

int
main(void)
{
	known();
	damaged();
	chrome();
	old();
	return tap_done();
}

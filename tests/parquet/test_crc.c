/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/crc.h"

#include <stdlib.h>
#include <zlib.h>

#include "tap.h"

/* The check value of the CRC's catalogue entry; and of 256 and more bytes as zlib has it. */
int
main(void)
{
	uint8_t *bytes = malloc(2000);
	size_t wrong = 0;

	is_uint(crc_page("123456789", 9), 0xcbf43926);
	is_uint(crc_page("", 0), 0);
	for (size_t i = 0; i < 2000; i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 13);
	for (size_t from = 0; from < 17; from++)
		for (size_t len = 0; len + from <= 2000; len += 1 + len / 700)
			wrong += crc_page(bytes + from, len) != crc32(0, bytes + from, (uInt)len);
	is_uint(wrong, 0);
	free(bytes);
	return tap_done();
}

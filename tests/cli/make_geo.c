/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * make_geo FILE PREFIX/BITS,COUNTRY,CITY,AS_ORG...: writes a database of countries for tests
 * of the programs.  What is empty the database does not have.  Status 77 where the programs
 * were built without libmaxminddb.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/geo_file.h"

#define ENTRIES_MAX 64

#ifdef HAVE_MAXMINDDB
#define STATUS 0
#else
#define STATUS 77
#endif

/* The next field of a line, cut out of it; NULL if it is empty. */
static const char *
cut(char **line)
{
	char *field = strsep(line, ",");

	return field == NULL || *field == '\0' ? NULL : field;
}

int
main(int argc, char **argv)
{
	struct geo_file_entry entry[ENTRIES_MAX] = { { .prefix = NULL } };
	struct buf out = BUF_INIT;
	size_t n = 0;
	FILE *f;
	bool written;

	for (int i = 2; i < argc && n < ENTRIES_MAX; i++, n++) {
		entry[n].prefix = cut(&argv[i]);
		entry[n].country = cut(&argv[i]);
		entry[n].city = cut(&argv[i]);
		entry[n].as_org = cut(&argv[i]);
	}
	if (argc < 3 || !geo_file_make(entry, n, 6, &out) || (f = fopen(argv[1], "w")) == NULL)
		return 1;
	written = fwrite(out.data, 1, out.len, f) == out.len;
	written = fclose(f) == 0 && written;
	buf_release(&out);
	return written ? STATUS : 1;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/exporters_merge.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define A "{\"exporter\":\"192.0.2.1\",\"version\":9,\"domain\":0,\"flows\":5,\"packets\":7,\"bytes\":900," \
	"\"datagrams\":2,\"lost\":1,\"late\":0,\"restarts\":0,\"sampling\":100," \
	"\"interfaces\":{\"1\":{\"name\":\"a\"},\"2\":{\"name\":\"b\"}}}"
#define B "{\"exporter\":\"192.0.2.1\",\"version\":10,\"domain\":0,\"flows\":1}"

/* Merges the values one after the other. */
static void
merged(const char *const *values, const char *want)
{
	char *sum = NULL;

	for (; *values != NULL; values++)
		ok(store_exporters_merge(&sum, *values) == FLOW_OK);
	is_str(sum, want);
	free(sum);
}

int
main(void)
{
	const char *one[] = { "[" A "]", NULL };
	const char *twice[] = { "[" A "]", "[" B "," A "]", NULL };
	const char *names[] = { "[{\"exporter\":\"::1\",\"interfaces\":{\"1\":\"x\",\"2\":\"y\"}}]",
		"[{\"exporter\":\"::1\",\"interfaces\":{\"2\":\"z\"},\"vrfs\":{\"3\":\"red\"}}]", NULL };
	const char *odd[] = { "", "17", "[1,{}]", "[{\"exporter\":7}]", "[{\"exporter\":\"a\"", NULL };
	const char *most[] = { "[{\"exporter\":\"a\",\"flows\":18446744073709551615}]",
		"[{\"exporter\":\"a\",\"flows\":1}]", NULL };
	static const char *const part[] = { "[{\"exporter\":\"a\",\"version\":9,\"flows\":1,\"packets\":2,"
		"\"bytes\":3,\"partial\":true}]", "[{\"exporter\":\"a\",\"version\":9,\"flows\":2,"
		"\"packets\":3,\"bytes\":4,\"datagrams\":9,\"lost\":1}]", NULL };
	char *sum = NULL;

	merged(one, "[" A "]");
	merged(twice, "[{\"exporter\":\"192.0.2.1\",\"version\":9,\"domain\":0,\"flows\":10,\"packets\":14,"
	    "\"bytes\":1800,\"datagrams\":4,\"lost\":2,\"late\":0,\"restarts\":0,\"sampling\":100,"
	    "\"interfaces\":{\"1\":{\"name\":\"a\"},\"2\":{\"name\":\"b\"}}},"
	    "{\"exporter\":\"192.0.2.1\",\"version\":10,\"domain\":0,\"flows\":1,\"packets\":0,\"bytes\":0,"
	    "\"datagrams\":0,\"lost\":0,\"late\":0,\"restarts\":0}]");
	/* The last word on each number holds. */
	merged(names, "[{\"exporter\":\"::1\",\"version\":0,\"domain\":0,\"flows\":0,\"packets\":0,\"bytes\":0,"
	    "\"datagrams\":0,\"lost\":0,\"late\":0,\"restarts\":0,"
	    "\"interfaces\":{\"1\":\"x\",\"2\":\"z\"},\"vrfs\":{\"3\":\"red\"}}]");
	merged(odd, "[]");
	merged(most, "[{\"exporter\":\"a\",\"version\":0,\"domain\":0,\"flows\":18446744073709551615,"
	    "\"packets\":0,\"bytes\":0,\"datagrams\":0,\"lost\":0,\"late\":0,\"restarts\":0}]");
	/* With some rows of another file nothing is known of what was received. */
	merged(part, "[{\"exporter\":\"a\",\"version\":9,\"domain\":0,\"flows\":3,\"packets\":5,"
	    "\"bytes\":7,\"partial\":true}]");
	ok(store_exporters_merge(&sum, NULL) == FLOW_OK);
	ok(sum == NULL);
	return tap_done();
}

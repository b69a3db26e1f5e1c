/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a text of the column `extra`, and as a file of elements.  What is renamed is renamed
 * once: a second time finds nothing; and whoever looks for a member sees values within the text.
 */
#include <stdlib.h>
#include <string.h>

#include "element/elements_file.h"
#include "element/extra_path.h"
#include "element/extra_rename.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static bool
within(void *context, struct json_slice value)
{
	const struct flow_text *extra = context;

	must(value.p >= extra->p && value.p + value.len <= extra->p + extra->len);
	return false;
}

static void
look(struct flow_text *extra)
{
	static const char *const paths[] = { "a", "records.a", "637/93", "semantic" };
	struct extra_path path;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		must(extra_path_parse(paths[i], strlen(paths[i]), &path));
		must(!extra_any(extra, &path, within, extra));
		must(!extra_each(extra, &path, within, extra));
	}
	if (extra_path_parse(extra->p, extra->len, &path))
		must(!extra_any(extra, &path, within, extra));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *copy = malloc(len + 1);	/* exactly as long, so that overruns are seen */
	struct flow_elements *elements = NULL;
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct flow_error err;
	struct flow_text text;

	must(copy != NULL);
	if (len > UINT16_MAX) {
		free(copy);
		return 0;
	}
	memcpy(copy, data, len);
	text = (struct flow_text){ copy, (uint32_t)len };
	look(&text);
	if (flow_elements_parse(copy, len, "fuzz", &elements, &err) != FLOW_OK)
		elements = NULL;
	if (extra_rename(&text, elements, &once)) {
		text = (struct flow_text){ (const char *)once.data, (uint32_t)once.len };
		must(!extra_rename(&text, elements, &twice) && twice.len == 0);
	} else {
		must(once.len == 0);
	}
	flow_elements_free(elements);
	buf_release(&once);
	buf_release(&twice);
	free(copy);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input is a flow's payload.  Whatever a word finds in it is a text of few bytes, and the same again
 * when it is looked for in the column `extra`; a hello has fingerprints.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "payload/payload.h"
#include "payload/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

/* Notes what is visited. */
static bool
note(void *context, const char *text, size_t len)
{
	must(len <= PAYLOAD_BYTES_MAX);
	buf_append(context, text, len);
	buf_append_u8(context, '\n');
	return false;
}

static void
all_words(const uint8_t *bytes, size_t len, struct buf *out)
{
	for (int word = PAYLOAD_CONTENT; word < PAYLOAD_WORDS; word++)
		must(!payload_any((enum payload_word)word, bytes, len, note, out));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t back[PAYLOAD_BYTES_MAX];
	struct buf extra = BUF_INIT, one = BUF_INIT, two = BUF_INIT;
	uint8_t *copy = malloc(len + 1);
	struct flow_text text;
	size_t back_len;

	must(copy != NULL);
	if (len == 0 || len > PAYLOAD_BYTES_MAX) {
		free(copy);
		return 0;
	}
	memcpy(copy, data, len);
	all_words(copy, len, &one);
	buf_append_text(&extra, "{\"6871/16402\":\"");
	for (size_t i = 0; i < len; i++)
		buf_printf(&extra, "%02x", data[i]);
	buf_append_text(&extra, "\"}");
	text = (struct flow_text){ (const char *)extra.data, (uint32_t)extra.len };
	must(payload_find(&text, PAYLOAD_OUT, back, &back_len) && back_len == len);
	all_words(back, back_len, &two);
	must(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);
	/* The bytes as they are: an object that may be none. */
	text = (struct flow_text){ (const char *)copy, (uint32_t)len };
	(void)payload_find(&text, PAYLOAD_IN, back, &back_len);
	buf_release(&extra);
	buf_release(&one);
	buf_release(&two);
	free(copy);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Templates that are kept for receivers of flowcap -R: any datagram becomes a message that a decoder takes whole,
 * with as many templates as it took from the datagram at most.
 */
#include <stdlib.h>

#include "wire/decode.h"
#include "wire/template/kept_templates.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Each message can be decoded after those before it. */
static void
check_message(struct flow_decoder *d, struct flow_builder *out, const uint8_t *bytes, size_t len)
{
	const struct flow_datagram dg = { bytes, len, addr_from_v4(0xc0000201), 2055, FLOW_UDP,
	    INT64_C(1700000000000) };
	const struct flow_counts *counts;

	if (flow_decoder_datagram(d, &dg, out) != FLOW_OK)
		return;
	counts = flow_decoder_counts(d);
	if (counts->value[FLOW_COUNT_TEMPLATES] == 0 || counts->value[FLOW_COUNT_TEMPLATE_BAD] > 0 ||
	    counts->value[FLOW_COUNT_DATAGRAM_CUT] > 0 || counts->value[FLOW_COUNT_SET_LENGTH] > 0 ||
	    counts->value[FLOW_COUNT_NO_TEMPLATE] > 0 || counts->value[FLOW_COUNT_FLOWS] > 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct flow_decoder *d = flow_decoder_new(NULL);
	struct flow_builder *out = flow_builder_new();
	const struct addr sender = addr_from_v4(0xc0000201);
	struct kept_templates *k = len <= UINT16_MAX ? kept_templates_new(2) : NULL;
	struct kept_source *s;
	const uint8_t *message;
	size_t step = 0, message_len, messages = 0;

	if (k == NULL || d == NULL || out == NULL) {
		flow_builder_free(out);
		flow_decoder_free(d);
		kept_templates_free(k);
		return 0;
	}
	s = kept_templates_see(k, &sender, 2055, data, len);
	if (kept_templates_next(k, s, 0, data, &step, &message_len) != NULL)
		abort();	/* nobody was away */
	kept_templates_owe(k, 1);
	while ((message = kept_templates_next(k, s, 1, data, &step, &message_len)) != NULL && messages++ < 100000)
		check_message(d, out, message, message_len);
	step = 0;
	if (messages >= 100000 || kept_templates_next(k, s, 1, data, &step, &message_len) != NULL)
		abort();
	kept_templates_free(k);
	flow_builder_free(out);
	flow_decoder_free(d);
	return 0;
}

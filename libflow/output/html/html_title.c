/* SPDX-License-Identifier: BSD-2-Clause */
/* Headings: "src_addr,dst_addr by bytes" as "Source addresses · destination addresses by bytes". */
#include <ctype.h>
#include <string.h>

#include "base/attr.h"
#include "output/html/html.h"

/* Columns and nfdump's words for them; others stay as they are. */
static const struct {
	const char *word, *people;
} words[] = {
	{ "addr", "addresses" }, { "as", "autonomous systems" }, { "asn", "autonomous systems" },
	{ "bps", "bits per second" }, { "dst_addr", "destination addresses" },
	{ "dst_as", "destination ASes" }, { "dst_port", "destination ports" },
	{ "dst_vlan", "destination VLANs" }, { "dstas", "destination ASes" },
	{ "dstip", "destination addresses" }, { "dstnet", "destination networks" },
	{ "dstport", "destination ports" }, { "dstvlan", "destination VLANs" },
	{ "exporter", "exporters" }, { "if", "interfaces" }, { "in_if", "input interfaces" },
	{ "inif", "input interfaces" }, { "ip", "addresses" }, { "next_as", "next ASes" },
	{ "next_hop", "next hops" }, { "nextas", "next ASes" }, { "nhip", "next hops" },
	{ "out_if", "output interfaces" }, { "outif", "output interfaces" }, { "port", "ports" },
	{ "pps", "packets per second" }, { "prev_as", "previous ASes" },
	{ "prevas", "previous ASes" }, { "proto", "protocols" }, { "router", "exporters" },
	{ "service", "services" }, { "src_addr", "source addresses" }, { "src_as", "source ASes" },
	{ "src_port", "source ports" }, { "src_vlan", "source VLANs" }, { "srcas", "source ASes" },
	{ "srcip", "source addresses" }, { "srcnet", "source networks" },
	{ "srcport", "source ports" }, { "srcvlan", "source VLANs" }, { "vlan", "VLANs" },
};

static const char *
find(const char *word, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i].word) == len && memcmp(words[i].word, word, len) == 0)
			return words[i].people;
	return NULL;
}

static void
put_word(struct buf *out, const char *word, size_t len, bool first)
{
	static const char distinct[] = "distinct_";
	size_t skip = sizeof(distinct) - 1;
	const char *people = find(word, len);

	if (people == NULL && len > skip && memcmp(word, distinct, skip) == 0) {
		people = find(word + skip, len - skip);
		if (people != NULL)
			buf_append_text(out, "distinct ");
	}
	if (people == NULL && first && islower((unsigned char)word[0])) {
		buf_append_u8(out, (uint8_t)toupper((unsigned char)word[0]));
		word++;
		len--;
	}
	if (people == NULL) {
		html_text(out, word, len);
		return;
	}
	buf_append_u8(out, (uint8_t)(first ? toupper((unsigned char)people[0]) : people[0]));
	buf_append_text(out, people + 1);
}

/* A prefix of a title, as in "sweeps of a port: src_addr by flows", which is plain text already. */
static const char *
put_about(struct buf *out, const char *title)
{
	const char *end = strstr(title, ": ");

	if (end == NULL)
		return title;
	buf_append_u8(out, (uint8_t)toupper((unsigned char)title[0]));
	html_text(out, title + 1, (size_t)(end + 1 - title));
	return end + 2;
}

void
html_title(struct buf *out, const char *title)
{
	const char *at = put_about(out, title);
	bool leads = at == title;

	while (*at != '\0') {
		size_t len = 0;

		while (isalnum((unsigned char)at[len]) || at[len] == '_')
			len++;
		if (len > 0)
			put_word(out, at, len, leads && at == title);
		else if (*at == ',')
			buf_append_text(out, " \xc2\xb7 ");
		else if (strncmp(at, ":p ", 3) == 0) {
			buf_append_text(out, " split by protocol");
			len = 2;
		} else {
			/* Copies everything between two words unchanged, so that UTF-8 sequences stay whole. */
			while (at[len] != '\0' && at[len] != ',' && !isalnum((unsigned char)at[len]))
				len++;
			html_text(out, at, len);
		}
		at += len > 0 ? len : 1;
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/dump/dump.h"
#include "wire/fixed/fixed.h"

static void
dump_value(struct buf *text, bool address, const uint8_t *p, size_t len)
{
	struct addr a;

	if (address) {
		a = addr_from_v4(load_be32(p));
		dump_addr(text, &a);
		return;
	}
	buf_printf(text, "%llu", (unsigned long long)load_wide(p, len));
}

static const char *
field_name(unsigned field)
{
	if (field == FIXED_FIRST)
		return "first-uptime";
	if (field == FIXED_LAST)
		return "last-uptime";
	return flow_field_info((enum flow_field)field)->name;
}

static void
dump_record(struct buf *text, const struct fixed_layout *l, const uint8_t *p)
{
	size_t i;

	for (i = 0; i < l->fields; i++) {
		const struct fixed_field *f = &l->field[i];
		bool address = f->field < FLOW_FIELD_COUNT &&
		    flow_field_info((enum flow_field)f->field)->type == FLOW_TYPE_ADDR;

		buf_printf(text, " %s=", field_name(f->field));
		dump_value(text, address, p + f->offset, f->len);
	}
	for (i = 0; i < l->extras; i++) {
		buf_printf(text, " %s=", l->extra[i].name);
		dump_value(text, l->extra[i].address, p + l->extra[i].offset, l->extra[i].len);
	}
	buf_append_u8(text, '\n');
}

void
dump_fixed(const struct flow_datagram *dg, unsigned version, struct buf *text)
{
	struct cursor in = cursor_make(dg->bytes, dg->len);
	struct fixed_header h;
	uint32_t n;

	if (!fixed_header_read(&in, version, &h)) {
		buf_append_text(text, "  shorter than its header\n");
		return;
	}
	buf_printf(text, "  records %lu, uptime %lu ms, exported ", (unsigned long)h.count,
	    (unsigned long)h.uptime_ms);
	dump_time(text, h.export_ms);
	if (h.has_sequence)
		buf_printf(text, ", sequence %lu", (unsigned long)h.number);
	if (h.has_engine)
		buf_printf(text, ", engine %u/%u", (unsigned)h.engine_type, (unsigned)h.engine_id);
	if (version == 5)
		buf_printf(text, ", sampling mode %u, interval %u", h.sampling >> 14,
		    h.sampling & 0x3fffu);
	if (version == 8)
		buf_printf(text, ", scheme %u", (unsigned)h.scheme);
	buf_append_u8(text, '\n');
	for (n = 0; n < h.count && h.layout != NULL; n++) {
		const uint8_t *p = cursor_bytes(&in, h.layout->record_len);

		if (p == NULL) {
			buf_append_text(text, "  cut here\n");
			return;
		}
		buf_printf(text, "  record %lu:", (unsigned long)n + 1);
		dump_record(text, h.layout, p);
	}
	if (cursor_left(&in) > 0)
		buf_printf(text, "  %lu bytes more\n", (unsigned long)cursor_left(&in));
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/meta/schema_thrift.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOT_NAME "schema"

#define REPETITION_REQUIRED 0
#define REPETITION_OPTIONAL 1

/* enum ConvertedType of parquet.thrift. */
#define CONVERTED_UTF8 0
#define CONVERTED_ENUM 4
#define CONVERTED_DECIMAL 5
#define CONVERTED_DATE 6
#define CONVERTED_TIMESTAMP_MILLIS 9
#define CONVERTED_TIMESTAMP_MICROS 10
#define CONVERTED_UINT_8 11
#define CONVERTED_INT_8 15
#define CONVERTED_JSON 19
#define CONVERTED_NONE (-1)

/* union LogicalType of parquet.thrift. */
#define LOGICAL_STRING 1
#define LOGICAL_ENUM 4
#define LOGICAL_DECIMAL 5
#define LOGICAL_DATE 6
#define LOGICAL_TIMESTAMP 8
#define LOGICAL_INTEGER 10
#define LOGICAL_NULL 11
#define LOGICAL_JSON 12

static int
converted_type(enum pq_logical logical)
{
	switch (logical) {
	case PQ_STRING:
		return CONVERTED_UTF8;
	case PQ_TIMESTAMP_MILLIS:
		return CONVERTED_TIMESTAMP_MILLIS;
	case PQ_UINT_8:
	case PQ_UINT_16:
	case PQ_UINT_32:
	case PQ_UINT_64:
		return CONVERTED_UINT_8 + (int)(logical - PQ_UINT_8);
	case PQ_INT_8:
	case PQ_INT_16:
	case PQ_INT_32:
	case PQ_INT_64:
		return CONVERTED_INT_8 + (int)(logical - PQ_INT_8);
	default:
		return CONVERTED_NONE;
	}
}

static void
write_integer(struct thrift_writer *t, unsigned size, bool is_signed)
{
	thrift_struct_field(t, LOGICAL_INTEGER);
	thrift_i8(t, 1, (int8_t)(8 << size));
	thrift_bool(t, 2, is_signed);
	thrift_end(t);
}

static void
write_logical(struct thrift_writer *t, enum pq_logical logical)
{
	thrift_struct_field(t, 10);
	if (logical == PQ_STRING) {
		thrift_struct_field(t, LOGICAL_STRING);
		thrift_end(t);
	} else if (logical == PQ_TIMESTAMP_MILLIS) {
		thrift_struct_field(t, LOGICAL_TIMESTAMP);
		thrift_bool(t, 1, true);	/* isAdjustedToUTC */
		thrift_struct_field(t, 2);
		thrift_struct_field(t, 1);	/* MILLIS */
		thrift_end(t);
		thrift_end(t);
		thrift_end(t);
	} else if (logical >= PQ_UINT_8 && logical <= PQ_UINT_64) {
		write_integer(t, (unsigned)(logical - PQ_UINT_8), false);
	} else {
		write_integer(t, (unsigned)(logical - PQ_INT_8), true);
	}
	thrift_end(t);
}

static void
write_column(struct thrift_writer *t, const struct pq_column *c)
{
	int converted = converted_type(c->logical);

	thrift_begin(t);
	thrift_i32(t, 1, c->physical);
	thrift_i32(t, 3, c->required ? REPETITION_REQUIRED : REPETITION_OPTIONAL);
	thrift_binary(t, 4, c->name, strlen(c->name));
	if (converted != CONVERTED_NONE) {
		thrift_i32(t, 6, converted);
		write_logical(t, c->logical);
	}
	thrift_end(t);
}

void
schema_write(struct thrift_writer *t, int16_t id, const struct pq_column *columns, size_t count)
{
	size_t i;

	thrift_list(t, id, THRIFT_STRUCT, count + 1);
	thrift_begin(t);
	thrift_binary(t, 4, ROOT_NAME, strlen(ROOT_NAME));
	thrift_i32(t, 5, (int32_t)count);
	thrift_end(t);
	for (i = 0; i < count; i++)
		write_column(t, &columns[i]);
}

/* A SchemaElement, not interpreted. */
struct element {
	int64_t physical, type_length, repetition, children, converted, scale, precision;
	const char *name;
	size_t name_len;
	enum pq_logical logical;	/* from LogicalType; PQ_NONE: there was none */
};

static enum pq_logical
read_timestamp(struct thrift_reader *t)
{
	enum pq_logical unit = PQ_OTHER;
	struct thrift_field f, g;

	thrift_struct(t);
	while (thrift_field(t, &f)) {
		if (f.id != 2 || f.type != THRIFT_STRUCT) {
			thrift_skip(t, &f);
			continue;
		}
		thrift_struct(t);
		while (thrift_field(t, &g)) {
			unit = g.id == 1 ? PQ_TIMESTAMP_MILLIS : g.id == 2 ? PQ_TIMESTAMP_MICROS :
			    g.id == 3 ? PQ_TIMESTAMP_NANOS : PQ_OTHER;
			thrift_skip(t, &g);
		}
	}
	return unit;
}

static enum pq_logical
read_integer(struct thrift_reader *t)
{
	struct thrift_field f;
	int64_t bits = 0;
	bool is_signed = true;
	unsigned size;

	thrift_struct(t);
	while (thrift_field(t, &f)) {
		if (f.id == 1)
			bits = thrift_read_int(t, &f);
		else if (f.id == 2)
			is_signed = thrift_read_bool(t, &f);
		else
			thrift_skip(t, &f);
	}
	size = bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : 3;
	return (enum pq_logical)((is_signed ? PQ_INT_8 : PQ_UINT_8) + size);
}

static enum pq_logical
read_logical(struct thrift_reader *t)
{
	enum pq_logical logical = PQ_OTHER;
	struct thrift_field f;

	thrift_struct(t);
	while (thrift_field(t, &f)) {
		if (f.type == THRIFT_STRUCT && f.id == LOGICAL_TIMESTAMP) {
			logical = read_timestamp(t);
		} else if (f.type == THRIFT_STRUCT && f.id == LOGICAL_INTEGER) {
			logical = read_integer(t);
		} else {
			if (f.id == LOGICAL_STRING || f.id == LOGICAL_ENUM || f.id == LOGICAL_JSON)
				logical = PQ_STRING;
			else if (f.id == LOGICAL_DECIMAL)
				logical = PQ_DECIMAL;
			else if (f.id == LOGICAL_DATE)
				logical = PQ_DATE;
			else if (f.id == LOGICAL_NULL)
				logical = PQ_NULL;
			thrift_skip(t, &f);
		}
	}
	return logical;
}

static void
read_element(struct thrift_reader *t, struct element *e)
{
	struct thrift_field f;

	*e = (struct element){ .physical = -1, .converted = CONVERTED_NONE };
	thrift_struct(t);
	while (thrift_field(t, &f)) {
		switch (f.id) {
		case 1:
			e->physical = thrift_read_int(t, &f);
			break;
		case 2:
			e->type_length = thrift_read_int(t, &f);
			break;
		case 3:
			e->repetition = thrift_read_int(t, &f);
			break;
		case 4:
			e->name = thrift_read_binary(t, &f, &e->name_len);
			break;
		case 5:
			e->children = thrift_read_int(t, &f);
			break;
		case 6:
			e->converted = thrift_read_int(t, &f);
			break;
		case 7:
			e->scale = thrift_read_int(t, &f);
			break;
		case 8:
			e->precision = thrift_read_int(t, &f);
			break;
		case 10:
			if (f.type == THRIFT_STRUCT)
				e->logical = read_logical(t);
			else
				thrift_skip(t, &f);
			break;
		default:
			thrift_skip(t, &f);
		}
	}
}

static enum pq_logical
logical_of(const struct element *e)
{
	if (e->logical != PQ_NONE)
		return e->logical;
	if (e->converted == CONVERTED_NONE)
		return PQ_NONE;
	if (e->converted == CONVERTED_UTF8 || e->converted == CONVERTED_ENUM ||
	    e->converted == CONVERTED_JSON)
		return PQ_STRING;
	if (e->converted == CONVERTED_DECIMAL)
		return PQ_DECIMAL;
	if (e->converted == CONVERTED_DATE)
		return PQ_DATE;
	if (e->converted == CONVERTED_TIMESTAMP_MILLIS)
		return PQ_TIMESTAMP_MILLIS;
	if (e->converted == CONVERTED_TIMESTAMP_MICROS)
		return PQ_TIMESTAMP_MICROS;
	if (e->converted >= CONVERTED_UINT_8 && e->converted < CONVERTED_UINT_8 + 4)
		return (enum pq_logical)(PQ_UINT_8 + (e->converted - CONVERTED_UINT_8));
	if (e->converted >= CONVERTED_INT_8 && e->converted < CONVERTED_INT_8 + 4)
		return (enum pq_logical)(PQ_INT_8 + (e->converted - CONVERTED_INT_8));
	return PQ_OTHER;
}

/* The most digits of a DECIMAL: those that 128 bits hold. */
#define DECIMAL_DIGITS_MAX 38

/* The name stays in the footer. */
static enum flow_status
column_from(const struct element *e, struct schema_column *c, struct flow_error *err)
{
	enum pq_logical logical = logical_of(e);

	if (e->name == NULL || memchr(e->name, '\0', e->name_len) != NULL)
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "a column without a name");
	if (e->physical < 0 || e->physical > PQ_FIXED_LEN_BYTE_ARRAY)
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "column %.*s has no known type",
		    (int)e->name_len, e->name);
	if (e->type_length < 0 || e->type_length > INT32_MAX)
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "column %.*s has no sane length",
		    (int)e->name_len, e->name);
	c->column = (struct pq_column){
		.name = e->name,
		.physical = (enum pq_physical)e->physical,
		.logical = logical,
		.required = e->repetition == REPETITION_REQUIRED,
	};
	if (e->repetition != REPETITION_REQUIRED && e->repetition != REPETITION_OPTIONAL)
		c->column.logical = PQ_NESTED;
	if (logical == PQ_DECIMAL && (e->scale < 0 || e->scale > DECIMAL_DIGITS_MAX || e->precision < 0 ||
	    e->precision > DECIMAL_DIGITS_MAX)) {
		c->column.logical = PQ_OTHER;
	} else if (logical == PQ_DECIMAL) {
		c->column.scale = (uint8_t)e->scale;
		c->column.precision = (uint8_t)e->precision;
	}
	c->name_len = e->name_len;
	c->type_length = (uint32_t)e->type_length;
	return FLOW_OK;
}

/* Copies all names behind the columns, in one allocation: a search opens hundreds of files. */
static enum flow_status
own_names(struct schema_column **columns, size_t count, struct flow_error *err)
{
	size_t bytes = (count + 1) * sizeof(**columns), i;
	struct schema_column *c = *columns;
	char *name;

	for (i = 0; i < count; i++)
		bytes += c[i].name_len + 1;
	c = realloc(c, bytes);
	if (c == NULL)
		return flow_fail_memory(err);
	*columns = c;
	name = (char *)(c + count + 1);
	for (i = 0; i < count; i++) {
		memcpy(name, c[i].column.name, c[i].name_len);
		name[c[i].name_len] = '\0';
		c[i].column.name = name;
		name += c[i].name_len + 1;
	}
	return FLOW_OK;
}

struct schema_column *
schema_copy(const struct schema_column *columns, size_t count)
{
	const struct schema_column *last = columns + count - 1;
	size_t bytes = (size_t)(last->column.name + last->name_len + 1 - (const char *)columns), i;
	struct schema_column *copy = malloc(bytes);

	if (copy == NULL)
		return NULL;
	memcpy(copy, columns, bytes);
	for (i = 0; i < count; i++)
		copy[i].column.name = (char *)copy + (columns[i].column.name - (const char *)columns);
	return copy;
}

/*
 * Reads a child of the root, or of a column, with everything below it.  A nested element becomes one column for
 * each leaf, named after the top level: chunks correspond to leaves.
 */
static enum flow_status
read_tree(struct thrift_reader *t, size_t *elements, struct schema_column *columns, size_t *count,
    struct flow_error *err)
{
	struct element top, e;
	uint64_t left = 1;
	enum flow_status st = FLOW_OK;

	read_element(t, &top);
	for (e = top; st == FLOW_OK; read_element(t, &e)) {
		if (cursor_failed(&t->in) || e.children < 0 || (uint64_t)e.children > *elements)
			return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "a malformed schema");
		--*elements;
		left += (uint64_t)e.children - 1;
		if (e.children == 0 && e.physical >= 0) {
			e.name = top.name;
			e.name_len = top.name_len;
			st = column_from(&e, &columns[*count], err);
			if (top.children > 0)
				columns[*count].column.logical = PQ_NESTED;
			++*count;
		}
		if (left == 0)
			break;
		if (*elements == 0)
			return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "a malformed schema");
	}
	return st;
}

enum flow_status
schema_read(struct thrift_reader *t, const struct thrift_field *f, struct schema_column **columns,
    size_t *count, struct flow_error *err)
{
	size_t elements = thrift_read_list(t, f, THRIFT_STRUCT), found = 0;
	struct schema_column *c;
	enum flow_status st = FLOW_OK;
	struct element root;

	if (elements == 0)
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "a footer without a schema");
	c = calloc(elements, sizeof(*c));
	if (c == NULL)
		return flow_fail_memory(err);
	read_element(t, &root);
	for (elements--; elements > 0 && st == FLOW_OK;)
		st = read_tree(t, &elements, c, &found, err);
	if (st == FLOW_OK)
		st = own_names(&c, found, err);
	if (st != FLOW_OK) {
		free(c);
		return st;
	}
	*columns = c;
	*count = found;
	return FLOW_OK;
}

static const char *const logical_text[] = {
	[PQ_STRING] = "STRING",
	[PQ_INT_8] = "INT_8", [PQ_INT_16] = "INT_16", [PQ_INT_32] = "INT_32", [PQ_INT_64] = "INT_64",
	[PQ_UINT_8] = "UINT_8", [PQ_UINT_16] = "UINT_16", [PQ_UINT_32] = "UINT_32",
	[PQ_UINT_64] = "UINT_64",
	[PQ_TIMESTAMP_MILLIS] = "TIMESTAMP(MILLIS)", [PQ_TIMESTAMP_MICROS] = "TIMESTAMP(MICROS)",
	[PQ_TIMESTAMP_NANOS] = "TIMESTAMP(NANOS)",
	[PQ_DATE] = "DATE", [PQ_NULL] = "null", [PQ_NESTED] = "nested (a struct, list or map)",
};

static const char *const physical_text[] = {
	"BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY",
};

const char *
pq_type_text(const struct pq_column *column, char out[PQ_TYPE_TEXT])
{
	const char *logical = column->logical < sizeof(logical_text) / sizeof(logical_text[0]) ?
	    logical_text[column->logical] : NULL;

	if (column->logical == PQ_DECIMAL)
		(void)snprintf(out, PQ_TYPE_TEXT, "DECIMAL(%u,%u)", column->precision, column->scale);
	else
		(void)snprintf(out, PQ_TYPE_TEXT, "%s%s", logical != NULL ? logical :
		    physical_text[column->physical], column->logical == PQ_OTHER ? " of another meaning" : "");
	return out;
}

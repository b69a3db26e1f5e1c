/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A growing dictionary that holds each distinct text once; codes are numbered from 0 in order of arrival. */

#include "base/status.h"
#include "record/batch.h"

struct intern;

struct intern *intern_new(void);
void intern_free(struct intern *in);

/* Forgets all texts (a new serial), keeps some memory. */
void intern_clear(struct intern *in);

/* The code of a text, added (copied) if new; FLOW_ENOMEM, or FLOW_ELIMIT at 2^32-1 texts. */
enum flow_status intern_code(struct intern *in, const char *text, size_t len, uint32_t *code) NODISCARD;

/* Whether a text is there. */
bool intern_has(const struct intern *in, const char *text, size_t len);

/* All texts so far; the pointer is valid as long as `in`, its contents until the next new text. */
const struct flow_dict *intern_dict(struct intern *in);

/* Memory held. */
size_t intern_bytes(const struct intern *in);

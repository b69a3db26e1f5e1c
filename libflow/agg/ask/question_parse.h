/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A question's text as a grouping and its views, before a spec takes them (agg/ask/question.h). */

#include "agg/agg.h"
#include "agg/ask/question.h"

#define DRAFT_VIEWS 16

struct draft {
	struct grouping grouping;
	struct grouping bins;	/* of a series */
	struct view view[DRAFT_VIEWS];
	size_t views;
	struct view common;	/* columns and condition of all the views */
};

/* Fills in a draft of zeros; FLOW_EINVAL or FLOW_ELIMIT with a message that names the word. */
enum flow_status draft_parse(struct draft *d, const struct flow_agg_ask *ask,
    struct flow_error *err) NODISCARD;

/* The columns of all views, and the slots that these need (draft_views.c). */
enum flow_status draft_measures(struct draft *d, const struct flow_agg_ask *ask,
    struct flow_error *err) NODISCARD;

/* A view for each order of a text such as "flows/bytes:a"; keys is what their titles say. */
enum flow_status draft_views(struct draft *d, const struct flow_agg_ask *ask, const char *keys,
    size_t keys_len, const char *orders, struct flow_error *err) NODISCARD;

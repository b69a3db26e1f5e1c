/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Parses a question into a grouping and views, before a spec takes them (agg/ask/question.h). */

#include "agg/agg.h"
#include "agg/ask/question.h"

#define DRAFT_VIEWS 16

struct draft {
	struct grouping grouping;
	struct grouping bins;	/* a series' grouping with bins */
	struct view view[DRAFT_VIEWS];
	size_t views;
	struct view common;	/* columns and condition that all views share */
};

/* Fills a zeroed draft; FLOW_EINVAL or FLOW_ELIMIT with a message that names the word. */
enum flow_status draft_parse(struct draft *d, const struct flow_agg_ask *ask,
    struct flow_error *err) NODISCARD;

/* Sets the columns of all views, and adds the slots that they need (question_views.c). */
enum flow_status draft_measures(struct draft *d, const struct flow_agg_ask *ask,
    struct flow_error *err) NODISCARD;

/* Adds a view for each order in a text such as "flows/bytes:a"; keys is for their titles. */
enum flow_status draft_views(struct draft *d, const struct flow_agg_ask *ask, const char *keys,
    size_t keys_len, const char *orders, struct flow_error *err) NODISCARD;

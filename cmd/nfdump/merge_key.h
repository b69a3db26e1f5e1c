/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Keys of rows as words of 64 bits: numbers as they are, texts by their codes in one dictionary of all columns. */

#include "flow.h"
#include "nfdump/key_words.h"

/* Words of a key, at most: a network has two. */
#define MERGE_KEY_WORDS (2 * NFDUMP_KEYS)

struct merge_key;

struct merge_key *merge_key_new(const struct nfdump_keys *keys) NODISCARD;
void merge_key_free(struct merge_key *k);

const struct nfdump_keys *merge_key_asked(const struct merge_key *k);
void merge_key_fields(const struct merge_key *k, struct flow_fieldset *fields);
size_t merge_key_words(const struct merge_key *k);

/* Makes the keys of the selected rows, one behind the other; they stay until the next call. FLOW_ENOMEM. */
enum flow_status merge_key_make(struct merge_key *k, const struct flow_batch *batch, const struct flow_selection *sel,
    const uint64_t **words) NODISCARD;

/* Of the key of a connection (nfdump_keys_connection) the one of its answers. */
void merge_key_turn(const uint64_t *words, uint64_t *out);

/* Where the words of the i-th part begin. */
size_t merge_key_at(const struct merge_key *k, size_t part);

/* Texts of words: entry word - 1; a word of 0 has none. */
const struct flow_dict *merge_key_texts(const struct merge_key *k);

/* The word of a text, which is added if it is new. */
enum flow_status merge_key_text(struct merge_key *k, const char *text, size_t len, uint64_t *word) NODISCARD;

/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Keys of rows as 64-bit words: numbers as they are, texts by their codes in one dictionary for all columns. */

#include "flow.h"
#include "nfdump/key_words.h"

/* Most words of a key: a network has two. */
#define MERGE_KEY_WORDS (2 * NFDUMP_KEYS)

struct merge_key;

struct merge_key *merge_key_new(const struct nfdump_keys *keys) NODISCARD;

/* The same, whose words of texts are hashes: keys of several threads compare, but different texts may be equal. */
struct merge_key *merge_key_new_hashed(const struct nfdump_keys *keys) NODISCARD;
void merge_key_free(struct merge_key *k);

const struct nfdump_keys *merge_key_asked(const struct merge_key *k);
void merge_key_fields(const struct merge_key *k, struct flow_fieldset *fields);
size_t merge_key_words(const struct merge_key *k);

/* Makes the keys of the selected rows, contiguously; valid until the next call.  FLOW_ENOMEM. */
enum flow_status merge_key_make(struct merge_key *k, const struct flow_batch *batch, const struct flow_selection *sel,
    const uint64_t **words) NODISCARD;

/* From the key of a connection (nfdump_keys_connection), makes that of its answers. */
void merge_key_turn(const uint64_t *words, uint64_t *out);

/* The index of the first word of part i. */
size_t merge_key_at(const struct merge_key *k, size_t part);

/* The texts: word w is entry w - 1; word 0 has none. */
const struct flow_dict *merge_key_texts(const struct merge_key *k);

/* The word of a text; a new one is added. */
enum flow_status merge_key_text(struct merge_key *k, const char *text, size_t len, uint64_t *word) NODISCARD;

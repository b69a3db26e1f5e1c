/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/piece.h"

#include <stdlib.h>

#include "net/proto.h"

#define NONE UINT32_MAX
#define FIRST_CAP 256

/* Exporters check their timers this often. */
#define TIMER_MS 200

void
pieces_init(struct pieces *p, uint32_t active_ms)
{
	*p = (struct pieces){ .active_ms = active_ms, .unused = NONE };
}

void
pieces_release(struct pieces *p)
{
	free(p->piece);
	free(p->next_unused);
	free(p->heap);
	pieces_init(p, p->active_ms);
}

static bool
grow(struct pieces *p)
{
	uint32_t cap = p->cap > 0 ? 2 * p->cap : FIRST_CAP;
	void *piece, *next, *heap;

	if (cap < p->cap)
		return false;
	if ((piece = realloc(p->piece, cap * sizeof(*p->piece))) != NULL)
		p->piece = piece;
	if ((next = realloc(p->next_unused, cap * sizeof(*p->next_unused))) != NULL)
		p->next_unused = next;
	if ((heap = realloc(p->heap, cap * sizeof(*p->heap))) != NULL)
		p->heap = heap;
	if (piece == NULL || next == NULL || heap == NULL)
		return false;
	p->cap = cap;
	return true;
}

static void
rise(struct piece_due *heap, uint32_t at)
{
	struct piece_due moved = heap[at];

	for (; at > 0 && heap[(at - 1) / 2].ms > moved.ms; at = (at - 1) / 2)
		heap[at] = heap[(at - 1) / 2];
	heap[at] = moved;
}

/* heap[0] is a hole; moves the last entry into it. */
static void
sink(struct piece_due *heap, uint32_t count)
{
	struct piece_due moved = heap[count];
	uint32_t at = 0, child;

	for (; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && heap[child + 1].ms < heap[child].ms)
			child++;
		if (heap[child].ms >= moved.ms)
			break;
		heap[at] = heap[child];
	}
	heap[at] = moved;
}

/* Moves a share of packets, with their bytes, from one flow to another. */
static void
share(uint64_t *packets, uint64_t *bytes, uint64_t part, uint64_t whole, uint64_t least, uint64_t *more_packets,
    uint64_t *more_bytes)
{
	uint64_t moved = (uint64_t)((unsigned __int128)*packets * part / whole), moved_bytes;

	if (moved < least)
		moved = least;
	if (*packets - moved < least)
		moved = *packets - least;
	moved_bytes = *packets > 0 ? (uint64_t)((unsigned __int128)*bytes * moved / *packets) : 0;
	*more_packets = moved;
	*more_bytes = moved_bytes;
	*packets -= moved;
	*bytes -= moved_bytes;
}

/* Splits *left, which lasts longer than the timeout: *flow becomes the part until then, without a delay. */
static void
split(uint32_t active_ms, struct talk_flow *left, struct talk_flow *flow)
{
	*flow = *left;
	/* At least one packet for each. */
	share(&left->packets, &left->bytes, active_ms, left->duration_ms, left->packets > 1, &flow->packets,
	    &flow->bytes);
	share(&left->rev_packets, &left->rev_bytes, active_ms, left->duration_ms, left->rev_packets > 1,
	    &flow->rev_packets, &flow->rev_bytes);
	flow->duration_ms = flow->packets > 1 ? active_ms : 0;
	left->duration_ms = left->packets > 1 ? left->duration_ms - active_ms - 1 : 0;
	if (flow->proto == PROTO_TCP) {
		flow->tcp_flags &= (uint8_t)~(TCP_FIN | TCP_RST);
		left->tcp_flags &= (uint8_t)~TCP_SYN;
	}
}

/* When the next record is due: at the beginning of a second, as exporters state whole seconds. */
static int64_t
due_of(const struct pieces *p, const struct piece *piece, struct random *r)
{
	bool cut = piece->left.duration_ms > p->active_ms;
	int64_t end = piece->begin_ms + (cut ? p->active_ms : piece->left.duration_ms);

	end += cut ? random_below(r, TIMER_MS) : piece->left.delay_ms;
	return (end + 999) / 1000 * 1000;
}

static bool
add(struct pieces *p, struct piece *piece, struct random *r)
{
	uint32_t at = p->unused;

	if (at != NONE) {
		p->unused = p->next_unused[at];
	} else {
		if (p->made == p->cap && !grow(p))
			return false;
		at = p->made++;
	}
	piece->due_ms = due_of(p, piece, r);
	p->piece[at] = *piece;
	p->heap[p->count] = (struct piece_due){ piece->due_ms, at };
	rise(p->heap, p->count++);
	return true;
}

/* The export time as exporters state it, in whole seconds. */
static int64_t
told(int64_t received_ms)
{
	return received_ms - received_ms % 1000;
}

bool
pieces_cut(struct pieces *p, struct talk_flow *flow, int64_t received_ms, uint32_t exporter, uint16_t event,
    struct random *r)
{
	struct piece piece = { .exporter = exporter, .event = event, .left = *flow };

	if (flow->duration_ms <= p->active_ms || flow->packets < 2)
		return true;
	split(p->active_ms, &piece.left, flow);
	flow->delay_ms = random_below(r, TIMER_MS);
	piece.begin_ms = told(received_ms) - flow->delay_ms + 1;
	return add(p, &piece, r);
}

const struct piece *
pieces_first(const struct pieces *p)
{
	return p->count > 0 ? &p->piece[p->heap[0].at] : NULL;
}

bool
pieces_take(struct pieces *p, int64_t received_ms, struct random *r, struct talk_flow *flow)
{
	uint32_t at = p->heap[0].at;
	struct piece piece = p->piece[at];
	bool cut = piece.left.duration_ms > p->active_ms && piece.left.packets > 1;

	p->next_unused[at] = p->unused;
	p->unused = at;
	if (--p->count > 0)
		sink(p->heap, p->count);
	if (cut)
		split(p->active_ms, &piece.left, flow);
	else
		*flow = piece.left;
	flow->delay_ms = (uint32_t)(told(received_ms) - piece.begin_ms - flow->duration_ms);
	piece.begin_ms += p->active_ms + 1;
	return !cut || add(p, &piece, r);
}

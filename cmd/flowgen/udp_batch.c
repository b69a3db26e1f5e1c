/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/udp_batch.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

/* The most bytes of a message: what an IPv4 packet holds beside its headers. */
#define MESSAGE_MAX 65507

/* Ancillary data with the length of datagrams, aligned. */
union segment_size {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(uint16_t))];
};

/* One system call's messages. */
struct messages {
	struct mmsghdr message[UDP_BATCH_MAX];
	struct iovec part[UDP_BATCH_MAX];
	union segment_size size[UDP_BATCH_MAX];
	unsigned datagrams[UDP_BATCH_MAX];	/* in each message */
	unsigned count;
};

/* Kernels that do not know UDP_SEGMENT would send a message as one datagram, so they are asked first. */
void
udp_batch_init(struct udp_batch *b, int fd)
{
	b->fd = fd;
#ifdef UDP_SEGMENT
	b->segments = setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &(int){ 0 }, sizeof(int)) == 0;
#else
	b->segments = false;
#endif
}

/* How many datagrams from that one on fit into a message: of the same length, but the last may be shorter. */
static unsigned
run_length(const struct flow_datagram_span *item, size_t n)
{
	size_t bytes = item[0].len;
	unsigned i;

	for (i = 1; i < n && item[i].len > 0 && item[i].len <= item[0].len && bytes + item[i].len <= MESSAGE_MAX; i++) {
		bytes += item[i].len;
		if (item[i].len < item[0].len)
			return i + 1;
	}
	return i;
}

static void
set_size(struct msghdr *header, union segment_size *room, size_t len)
{
#ifdef UDP_SEGMENT
	uint16_t size = (uint16_t)len;

	memset(room, 0, sizeof(*room));
	room->header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(size)), .cmsg_level = IPPROTO_UDP,
		.cmsg_type = UDP_SEGMENT };
	memcpy(CMSG_DATA(&room->header), &size, sizeof(size));
	header->msg_control = room;
	header->msg_controllen = sizeof(*room);
#else
	(void)header;
	(void)room;
	(void)len;
#endif
}

static void
make_messages(struct messages *m, bool segments, const struct flow_datagrams *d, size_t from, size_t n)
{
	size_t i, done;
	unsigned run;

	m->count = 0;
	for (done = 0; done < n; done += run) {
		const struct flow_datagram_span *item = &d->item[from + done];
		struct msghdr *header = &m->message[m->count].msg_hdr;

		run = segments ? run_length(item, n - done) : 1;
		for (i = 0; i < run; i++)
			m->part[done + i] = (struct iovec){ d->bytes.data + item[i].offset, item[i].len };
		m->message[m->count] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &m->part[done], .msg_iovlen = run } };
		if (run > 1)
			set_size(header, &m->size[m->count], item[0].len);
		m->datagrams[m->count++] = run;
	}
}

/* Whether the kernel may send each datagram alone: too long for the route, or a device without checksums. */
static bool
declined(int error)
{
	return error == EINVAL || error == EIO || error == EMSGSIZE || error == EOPNOTSUPP || error == ENOPROTOOPT;
}

int
udp_batch_send(struct udp_batch *b, const struct flow_datagrams *d, size_t from, size_t n)
{
	struct messages m;
	int sent, i, datagrams = 0;

	make_messages(&m, b->segments, d, from, n);
	sent = sendmmsg(b->fd, m.message, m.count, 0);
	if (sent < 0 && m.datagrams[0] > 1 && declined(errno)) {
		b->segments = false;
		make_messages(&m, false, d, from, n);
		sent = sendmmsg(b->fd, m.message, m.count, 0);
	}
	for (i = 0; i < sent; i++)
		datagrams += (int)m.datagrams[i];
	return sent < 0 ? -1 : datagrams;
}

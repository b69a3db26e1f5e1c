/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The rows of a conversation. */
enum dress_kind {
	DRESS_PLAIN,		/* one per direction */
	DRESS_BIFLOW,		/* one, with counters of the reverse direction */
	DRESS_NSEL,		/* a firewall's events: created or updated, then torn down; a lone flow was denied */
	DRESS_NAT,		/* translations: created, then deleted (RFC 8158) */
	DRESS_BLOCKS,		/* port blocks: allocated, then released (RFC 8158) */
};

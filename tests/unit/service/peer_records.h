/* SPDX-License-Identifier: MIT */
/* peer_records.h - what a web server hears of a peer, as FastCGI records */
#ifndef UNIT_SERVICE_PEER_RECORDS_H
#define UNIT_SERVICE_PEER_RECORDS_H

#include "peer_end.h"

/* A record's header, as FastCGI 1.0 section 3.3 has it. */
struct record {
	unsigned	 version, type, request;
	size_t		 len, padding;
	const char	*content;
};

/* The record at that place of what was heard, which moves behind it. */
static inline struct record
record_at(size_t *at)
{
	const unsigned char *h = (const unsigned char *)heard + *at;
	struct record r;

	assert_true(*at + 8 <= heard_len);
	r = (struct record){
		.version = h[0], .type = h[1], .request = (unsigned)(h[2] << 8 | h[3]),
		.len = (size_t)(h[4] << 8 | h[5]), .padding = h[6], .content = heard + *at + 8,
	};
	*at += 8 + r.len + r.padding;
	assert_true(*at <= heard_len);
	assert_int_equal(r.version, 1);
	assert_int_equal(r.request, REQUEST_ID);
	return r;
}

/* The bytes of all FCGI_STDOUT records from there on that are not empty. */
static inline size_t
content_from(size_t at, bool *ended)
{
	size_t n = 0;

	*ended = false;
	while (at < heard_len) {
		struct record r = record_at(&at);

		if (r.type == 6 && r.len > 0) {
			assert_false(*ended);
			n += r.len;
			continue;
		}
		*ended = true;
		if (r.type == 6)
			continue;
		assert_int_equal(r.type, 3);
		assert_int_equal(r.len, 8);
		assert_memory_equal(r.content, "\0\0\0\0\0\0\0\0", 8);
		assert_int_equal(at, heard_len);
	}
	return n;
}

#endif

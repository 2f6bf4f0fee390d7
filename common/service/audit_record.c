/* SPDX-License-Identifier: MIT */
#include "service/audit_record.h"

#include "base/date.h"

const char *const audit_field_names[AUDIT_FIELDS] = {
	[AUDIT_ADDRESS] = "address", [AUDIT_TENANT] = "tenant", [AUDIT_OBJECT] = "object",
	[AUDIT_SUBJECT] = "subject", [AUDIT_CLIENT] = "client", [AUDIT_SID] = "sid",
	[AUDIT_SERVER] = "server", [AUDIT_TOOL] = "tool", [AUDIT_REASON] = "reason",
};

static const char *
clean(struct arena *a, const char *value)
{
	size_t n = strnlen(value, AUDIT_VALUE_MAX);
	char *out = arena_copy(a, value, n);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)out[i] < 0x20 || (unsigned char)out[i] > 0x7e)
			out[i] = '?';
	return out;
}

void
audit_record_clean(struct arena *a, struct audit_record *r)
{
	r->event = clean(a, r->event);
	r->id = clean(a, r->id);
	for (size_t i = 0; i < AUDIT_FIELDS; i++)
		if (r->field[i] != NULL)
			r->field[i] = clean(a, r->field[i]);
}

const char *
audit_record_json(struct arena *a, const struct audit_record *r)
{
	struct buf b = buf_new(a, AUDIT_LINE_MAX);

	buf_member(&b, "time", date_second(a, r->at));
	buf_member(&b, "event", r->event);
	buf_member(&b, "id", r->id);
	for (size_t i = 0; i < AUDIT_FIELDS; i++)
		buf_member(&b, audit_field_names[i], r->field[i]);
	if (r->times > 1) {
		buf_lit(&b, ",\"times\":");
		buf_number(&b, r->times);
	}
	buf_lit(&b, "}");
	return buf_text(&b);
}

const char *
audit_record_text(struct arena *a, const struct audit_record *r)
{
	struct buf b = buf_new(a, AUDIT_LINE_MAX);

	buf_lit(&b, date_second(a, r->at));
	buf_lit(&b, " ");
	buf_lit(&b, arena_printf(a, "%-18s", r->event));
	for (size_t i = 0; i < AUDIT_FIELDS; i++) {
		if (r->field[i] == NULL)
			continue;
		buf_lit(&b, " ");
		buf_lit(&b, audit_field_names[i]);
		buf_lit(&b, "=");
		if (i == AUDIT_REASON || strchr(r->field[i], ' ') != NULL)
			buf_quoted(&b, r->field[i]);
		else
			buf_lit(&b, r->field[i]);
	}
	if (r->times > 1)
		buf_lit(&b, arena_printf(a, " times=%lld", (long long)r->times));
	buf_lit(&b, " id=");
	buf_lit(&b, r->id);
	return buf_text(&b);
}

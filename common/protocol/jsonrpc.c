/* SPDX-License-Identifier: MIT */
#include "protocol/jsonrpc.h"

#include "protocol/json_member.h"

/* 2026-07-28 basic/index "Requests": a string or an integer.  1.0 and 1e2 are fractions here. */
static bool
is_id(const struct json_member *id)
{
	if (id->len > JSONRPC_ID_MAX)
		return false;
	if (id->text[0] == '"')
		return true;
	for (size_t i = 0; i < id->len; i++)
		if ((id->text[i] < '0' || id->text[i] > '9') && (i > 0 || id->text[i] != '-'))
			return false;
	return true;
}

static bool
is_error(struct json_object *error)
{
	int64_t code;

	return json_int(error, "code", &code) && json_string(error, "message") != NULL;
}

/* JSON-RPC 2.0 section 4; params is an object alone in MCP. */
static const char *
read_call(struct jsonrpc_message *m)
{
	if ((m->method = json_string(m->value, "method")) == NULL || m->method[0] == '\0')
		return "Invalid Request: method is not a string";
	if (strlen(m->method) > JSONRPC_METHOD_MAX)
		return "Invalid Request: method is too long";
	if (json_has(m->value, "result") || json_has(m->value, "error"))
		return "Invalid Request: both a method and an answer";
	m->params = json_object_member(m->value, "params");
	if (m->params == NULL && json_has(m->value, "params"))
		return "Invalid Request: params is not an object";
	m->kind = m->id == NULL ? JSONRPC_NOTIFICATION : JSONRPC_REQUEST;
	return NULL;
}

/* JSON-RPC 2.0 section 5; an error may lack the id in MCP, where null is none. */
static const char *
read_response(struct jsonrpc_message *m)
{
	bool result = json_has(m->value, "result"), error = json_has(m->value, "error");

	if (!result && !error)
		return "Invalid Request: no method";
	if (result && error)
		return "Invalid Request: both a result and an error";
	if (result && json_object_member(m->value, "result") == NULL)
		return "Invalid Request: result is not an object";
	if (error && !is_error(json_object_member(m->value, "error")))
		return "Invalid Request: error has no code and message";
	if (result && m->id == NULL)
		return "Invalid Request: a result without id";
	m->kind = JSONRPC_RESPONSE;
	return NULL;
}

static const char *
read_message(struct arena *a, const struct json_members *members, struct jsonrpc_message *m)
{
	const struct json_member *id = json_member_find(members, "id");
	const char *version = json_string(m->value, "jsonrpc");

	if (id != NULL && is_id(id))
		m->id = arena_copy(a, id->text, id->len);
	if (version == NULL || strcmp(version, "2.0") != 0)
		return "Invalid Request: jsonrpc is not \"2.0\"";
	if (id != NULL && m->id == NULL)
		return "Invalid Request: id is neither a string nor an integer, or too long";
	return json_has(m->value, "method") ? read_call(m) : read_response(m);
}

bool
jsonrpc_read(struct arena *a, const struct json_members *members, struct json_object *value,
    struct jsonrpc_message *out, const char **id, const char **why)
{
	struct jsonrpc_message m = { .value = value };
	const char *fault;

	if (!json_object_is_type(value, json_type_object))
		fault = "Invalid Request: not an object";
	else
		fault = read_message(a, members, &m);
	if (fault != NULL) {
		*id = m.id;
		*why = fault;
		return false;
	}
	*out = m;
	return true;
}

void
jsonrpc_result(struct buf *b, const char *id, const char *result)
{
	buf_lit(b, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_bytes(b, id, strlen(id));
	buf_lit(b, ",\"result\":");
	buf_bytes(b, result, strlen(result));
	buf_lit(b, "}");
}

void
jsonrpc_error(struct buf *b, const char *id, int code, const char *message, const char *data)
{
	buf_lit(b, "{\"jsonrpc\":\"2.0\"");
	if (id != NULL) {
		buf_lit(b, ",\"id\":");
		buf_bytes(b, id, strlen(id));
	}
	buf_lit(b, ",\"error\":{\"code\":");
	buf_number(b, code);
	buf_lit(b, ",\"message\":");
	buf_json(b, message);
	if (data != NULL) {
		buf_lit(b, ",\"data\":");
		buf_bytes(b, data, strlen(data));
	}
	buf_lit(b, "}}");
}

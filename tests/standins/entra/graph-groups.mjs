/* SPDX-License-Identifier: MIT */
/* Microsoft Graph: in which groups a person is. */
import { GraphError } from './graph-errors.mjs';
import { graphBase, personal, selectFields } from './graph.mjs';
import { readBody } from './http.mjs';
import { DIRECTORY_ROLE, groupsOf } from './groups.mjs';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MOST_ASKED = 20;
const MOST_PER_PAGE = 999;

const badRequest = (message) => new GraphError(400, 'Request_BadRequest', message);

async function readObject({ req, entry }) {
	const type = (req.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
	if (type !== 'application/json') {
		throw new GraphError(
			400,
			'RequestBodyRead',
			'A missing or empty content type header was found.',
		);
	}
	try {
		entry.json = Object(JSON.parse(await readBody(req)));
		return entry.json;
	} catch {
		throw badRequest('Unable to read JSON request payload.');
	}
}

const collection = (exchange, value) => ({
	'@odata.context': `${graphBase(exchange)}/v1.0/$metadata#Collection(Edm.String)`,
	value,
});

async function makeChecked(exchange, user) {
	const { groupIds: asked } = await readObject(exchange);
	if (!Array.isArray(asked) || !asked.length || asked.length > MOST_ASKED) {
		throw badRequest(`groupIds wants 1 to ${MOST_ASKED} values.`);
	}
	const wrong = asked.find((id) => typeof id !== 'string' || !GUID.test(id));
	if (wrong !== undefined) {
		throw badRequest(`Invalid GUID: ${wrong}`);
	}
	const own = groupsOf(user).map((id) => id.toLowerCase());
	return collection(
		exchange,
		[...new Set(asked)].filter((id) => own.includes(id.toLowerCase())),
	);
}

async function makeAll(exchange, user) {
	const { securityEnabledOnly: only } = await readObject(exchange);
	if (typeof only !== 'boolean') {
		throw badRequest('securityEnabledOnly wants true or false.');
	}
	return collection(exchange, groupsOf(user));
}

const entryOf = (type) => (id) => ({
	'@odata.type': `#microsoft.graph.${type}`,
	id,
	displayName: `${type} ${id.slice(0, 8)}`,
});

/* Not only groups: whoever wants no others asks below the name of their type. */
function entriesOf(exchange, user, cast) {
	const groups = groupsOf(user).map(entryOf('group'));
	const withRole = exchange.switch('graph_groups_with_role') && !cast;
	return withRole ? [entryOf('directoryRole')(DIRECTORY_ROLE), ...groups] : groups;
}

function pageSize(exchange) {
	const top = exchange.url.searchParams.get('$top');
	if (top === null) {
		return exchange.switch('graph_groups_page_size');
	}
	if (!/^[1-9]\d{0,2}$/.test(top) || Number(top) > MOST_PER_PAGE) {
		throw badRequest(`Invalid page size specified: '${top}'.`);
	}
	return Number(top);
}

function nextLink(exchange, from) {
	const next = new URL(
		`${graphBase(exchange)}/v1.0/me/${exchange.url.pathname.split('/me/')[1]}`,
	);
	for (const [name, value] of exchange.url.searchParams) {
		next.searchParams.set(name, value);
	}
	next.searchParams.set('$skiptoken', String(from));
	const foreign = exchange.switch('graph_groups_foreign_link');
	return foreign === null ? next.href : next.href.replace(next.origin, foreign);
}

function makePage(exchange, user, cast) {
	const { searchParams } = exchange.url;
	const token = searchParams.get('$skiptoken') ?? '0';
	if (!/^\d{1,6}$/.test(token)) {
		throw badRequest('The skip token is not valid.');
	}
	const all = entriesOf(exchange, user, cast);
	const end = Number(token) + pageSize(exchange);
	const endless = exchange.switch('graph_groups_endless');
	return {
		'@odata.context': `${graphBase(exchange)}/v1.0/$metadata#directoryObjects`,
		...((end < all.length || endless) && {
			'@odata.nextLink': nextLink(exchange, end),
		}),
		value: all.slice(Number(token), end).map((entry) => {
			const { '@odata.type': type, ...fields } = entry;
			const selected = selectFields(
				fields,
				searchParams.get('$select'),
				'microsoft.graph.directoryObject',
			);
			return { ...(!cast && { '@odata.type': type }), ...selected };
		}),
	};
}

export const checkMemberGroups = personal('graph_groups', makeChecked);
export const getMemberGroups = personal('graph_groups', makeAll);
export const transitiveMemberOf = personal('graph_groups', makePage);

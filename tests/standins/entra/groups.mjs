/* SPDX-License-Identifier: MIT */
/* App roles and groups of a person: what tokens tell of them, and what Graph does. */
import { API, SALLYPORT } from './world.mjs';

export const DIRECTORY_ROLE = 'dddddddd-0000-4000-8000-000000000001';

/* What Graph knows: the control's graph_groups, else those that tokens tell of. */
export const groupsOf = ({ groups = [], graphGroups }) =>
	graphGroups ?? (Array.isArray(groups) ? groups : []);

/* Too many groups for a token: where to ask for them, which differs by the token's version. */
function overage({ oid, tenant }, version) {
	const endpoint =
		version === 1
			? `https://graph.windows.net/${tenant}/users/${oid}/getMemberObjects`
			: `https://graph.microsoft.com/v1.0/users/${oid}/getMemberObjects`;
	return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } };
}

/* In our two applications' access and ID tokens. */
export function rightsClaims(user, application, version) {
	const { roles = [], groups = [] } = user;
	if (![SALLYPORT, API].includes(application.id)) {
		return {};
	}
	return {
		...(roles.length && { roles }),
		...(groups === 'overage' ? overage(user, version) : groups.length && { groups }),
	};
}

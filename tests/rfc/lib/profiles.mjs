// SPDX-License-Identifier: MIT
// One profile per version of MCP that has authorization.  A check's own level holds in all of them, but for those that
// are listed here: '-' where the version knows no such thing.
import { authorizationExtensions } from '../checks/authorization-extensions.mjs';
import { authorization } from '../checks/authorization.mjs';
import { bearer } from '../checks/bearer.mjs';
import { clientAuthentication } from '../checks/client-authentication.mjs';
import { code } from '../checks/code.mjs';
import { documents } from '../checks/documents.mjs';
import { http } from '../checks/http.mjs';
import { redirectUri } from '../checks/redirect-uri.mjs';
import { refresh } from '../checks/refresh.mjs';
import { registration } from '../checks/registration.mjs';
import { resourceMetadata } from '../checks/resource-metadata.mjs';
import { introspection, revocation } from '../checks/revocation.mjs';
import { serverMetadata } from '../checks/server-metadata.mjs';
import { token } from '../checks/token.mjs';

export const VERSIONS = ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'];
export const LEVELS = ['MUST', 'SHOULD', 'MAY'];

const SINCE_2025_06 = ['-', undefined, undefined, undefined];
const SINCE_2025_11 = ['-', '-', undefined, undefined];

// By id, or by what comes before its slash; undefined is the check's own level.
const VARIES = {
	// Until 2025-03-26 an MCP server is its own authorization server, at its origin; since then it names one.
	rfc9728: SINCE_2025_06,
	'mcp/own-metadata': SINCE_2025_06,
	'mcp/base-url': [undefined, '-', '-', '-'],
	// 2025-06-18 wants the challenge; later the well-known address alone will do, too.
	'rfc9728/challenge': ['-', 'MUST', 'MAY', 'MAY'],
	'rfc9728/well-known': ['-', 'MUST', 'MUST', 'MUST'],
	// Metadata: recommended, then RFC 8414, then that or OpenID Connect Discovery.
	'rfc8414/found': ['SHOULD', 'MUST', 'MUST', 'MUST'],
	'rfc8414/well-known': ['SHOULD', 'MUST', 'MAY', 'MAY'],
	oidc: SINCE_2025_11,
	'rfc8414/fallback': SINCE_2025_11,
	'mcp/pkce-metadata': ['SHOULD', 'SHOULD', 'MUST', 'MUST'],
	// Registration was the way; now there are metadata documents, and it is deprecated.
	'mcp/registration-offered': ['SHOULD', 'SHOULD', 'MAY', 'MAY'],
	'mcp/documents-advertised': SINCE_2025_11,
	'mcp/no-url-ids': SINCE_2025_11,
	documents: SINCE_2025_11,
	// Resource indicators and audiences came with 2025-06-18.
	rfc8707: SINCE_2025_06,
	'rfc8707/absent': ['MUST', 'MAY', 'MAY', 'MAY'],
	'mcp/audience': SINCE_2025_06,
	'oauth2.1/rotation': ['SHOULD', 'MUST', 'MUST', 'MUST'],
	'oauth2.1/reuse': ['SHOULD', 'MUST', 'MUST', 'MUST'],
	'mcp/challenge-scope': SINCE_2025_11,
	'mcp/session-is-no-token': SINCE_2025_06,
	// The issuer in responses came with 2026-07-28; whoever has it must have it right in any version.
	'rfc9207/iss': ['MAY', 'MAY', 'MAY', 'SHOULD'],
	'rfc9207/error-iss': ['MAY', 'MAY', 'MAY', 'SHOULD'],
	'mcp/offline-access': ['-', '-', '-', undefined],
};

function levels({ id, level }) {
	const varies = VARIES[id] ?? VARIES[id.split('/')[0]] ?? [];
	return Object.fromEntries(VERSIONS.map((version, i) => [version, varies[i] ?? level]).filter(([, l]) => l !== '-'));
}

// Every check with its level in each profile that has it, in the order in which they run: what leaves tokens alive
// first.
const withLevels = (...groups) => groups.flat().map((check) => ({ ...check, levels: levels(check) }));
export const BEFORE_TOKENS = withLevels(resourceMetadata, serverMetadata, registration, authorization,
	authorizationExtensions, redirectUri);
export const CHECKS = [
	...BEFORE_TOKENS,
	...withLevels(token, clientAuthentication, code, refresh, bearer, introspection, revocation, documents, http),
];

export function checksOf(profiles) {
	return CHECKS.filter((check) => profiles.some((profile) => profile in check.levels));
}

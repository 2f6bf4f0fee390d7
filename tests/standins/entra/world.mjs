/* SPDX-License-Identifier: MIT */
/* The tenants, applications and users that exist at start. Tests import the constants. */
import { createHash } from 'node:crypto';

export const TENANT = '11111111-1111-4111-8111-111111111111';
export const OTHER_TENANT = '22222222-2222-4222-8222-222222222222';
/* Authorities of whoever signs in, for applications that serve many tenants. */
export const SHARED_AUTHORITIES = ['common', 'organizations'];

export const CONSUMERS_TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad';

export const SALLYPORT = '33333333-3333-4333-8333-333333333333';
export const SALLYPORT_URI = `api://${SALLYPORT}`;
export const SALLYPORT_SECRET = 'standin-client-secret-0001~';
export const SALLYPORT_SCOPE = 'access_as_user';

export const OTHER = '44444444-4444-4444-8444-444444444444';
export const OTHER_URI = `api://${OTHER}`;
export const OTHER_SECRET = 'standin-client-secret-0002~';

/* The second of two applications: people sign in to Sallyport for it, and it calls Graph. */
export const API = '66666666-6666-4666-8666-666666666666';
export const API_URI = `api://${API}`;
export const API_SECRET = 'standin-client-secret-0003~';
export const API_SCOPE = 'access_as_user';

export const PUBLIC = '55555555-5555-4555-8555-555555555555';
export const GRAPH = '00000003-0000-0000-c000-000000000000';

/* The application that tokens of managed identities for another application's sign-in are for. */
export const TOKEN_EXCHANGE = 'fb60f99c-7a34-4190-8149-302f77469936';

/* Client ids and principals of the user-assigned managed identities; the first is the default. */
export const IDENTITY = '77777777-7777-4777-8777-777777777777';
export const IDENTITY_PRINCIPAL = 'dddddddd-dddd-4ddd-8ddd-dddddddddddd';
export const SECOND_IDENTITY = '88888888-8888-4888-8888-888888888888';
export const SECOND_IDENTITY_PRINCIPAL = 'eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee';

/* What App Service's endpoint wants to see in the header X-IDENTITY-HEADER. */
export const IDENTITY_HEADER = 'standin-identity-header';

export const ALICE = 'alice@contoso.example';
export const BOB = 'bob@contoso.example';
export const CAROL = 'carol@fabrikam.example';

/* What a conditional access policy of this world asks for (see the switch mfa_required). */
export const POLICY = 'cccccccc-0000-4000-8000-000000000001';

function makeTenants() {
	return [
		{ id: TENANT, domain: 'contoso.example' },
		{ id: OTHER_TENANT, domain: 'fabrikam.example' },
	];
}

function makeUsers() {
	return [
		makeUser(
			ALICE,
			'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
			TENANT,
			'Alice',
			'Engineer',
		),
		makeUser(BOB, 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb', TENANT, 'Bob', null),
		makeUser(
			CAROL,
			'cccccccc-cccc-4ccc-8ccc-cccccccccccc',
			OTHER_TENANT,
			'Carol',
			null,
		),
	];
}

/* The claim login_hint: it names the person, but only to Entra. */
const opaqueHint = (oid) => `O.${createHash('sha512').update(`hint ${oid}`).digest('base64url')}`;

function makeUser(upn, oid, tenant, givenName, jobTitle) {
	const profile = {
		businessPhones: [],
		displayName: `${givenName} Example`,
		givenName,
		jobTitle,
		mail: upn,
		mobilePhone: null,
		officeLocation: null,
		preferredLanguage: null,
		surname: 'Example',
		userPrincipalName: upn,
		id: oid,
	};
	return { upn, oid, tenant, name: profile.displayName, profile, hint: opaqueHint(oid) };
}

function makeApplication(given) {
	return {
		tenant: TENANT,
		identifierUris: [],
		secret: null,
		public: false,
		multiTenant: false,
		tokenVersion: 2,
		redirectUris: [],
		certificates: [],
		federatedCredentials: [],
		frontChannelUrl: null,
		postLogoutUris: [],
		scopes: {},
		roles: {},
		...given,
	};
}

/* scopes: name -> whether only an administrator can consent. */
function makeApplications() {
	return [
		makeApplication({
			id: SALLYPORT,
			name: 'Sallyport',
			secret: SALLYPORT_SECRET,
			identifierUris: [SALLYPORT_URI],
			scopes: { [SALLYPORT_SCOPE]: false },
			roles: { 'Tools.Call': [OTHER] },
		}),
		makeApplication({
			id: OTHER,
			name: 'Other',
			secret: OTHER_SECRET,
			identifierUris: [OTHER_URI],
			scopes: { 'Things.Read': false },
		}),
		makeApplication({
			id: API,
			name: 'API',
			secret: API_SECRET,
			identifierUris: [API_URI],
			scopes: { [API_SCOPE]: false },
		}),
		makeApplication({ id: PUBLIC, name: 'Public', public: true }),
		makeApplication({
			id: GRAPH,
			name: 'Microsoft Graph',
			tenant: null,
			tokenVersion: 1,
			scopes: { 'User.Read': false, 'Mail.Read': false, 'User.Read.All': true },
		}),
		makeApplication({ id: TOKEN_EXCHANGE, name: 'Token Exchange', tenant: null }),
	];
}

function makeConsents() {
	return [
		[SALLYPORT, GRAPH, ['User.Read']],
		[SALLYPORT, SALLYPORT, [SALLYPORT_SCOPE]],
		[OTHER, SALLYPORT, [SALLYPORT_SCOPE]],
		[OTHER, OTHER, ['Things.Read']],
		[SALLYPORT, API, [API_SCOPE]],
		[API, GRAPH, ['User.Read']],
		[PUBLIC, GRAPH, ['User.Read']],
	];
}

function makeIdentity(id, principal, name) {
	const group = '/subscriptions/99999999-9999-4999-8999-999999999999/resourceGroups/standin';
	const provider = 'providers/Microsoft.ManagedIdentity/userAssignedIdentities';
	return { id, principal, tenant: TENANT, resourceId: `${group}/${provider}/${name}` };
}

/*
 * Names of Graph and of the exchange of tokens differ from cloud to cloud, so they are not in the
 * table: a world is asked through in(cloud).
 */
export class World {
	constructor() {
		this.tenants = makeTenants();
		this.users = makeUsers();
		this.applications = makeApplications();
		this.identities = [
			makeIdentity(IDENTITY, IDENTITY_PRINCIPAL, 'sallyport'),
			makeIdentity(SECOND_IDENTITY, SECOND_IDENTITY_PRINCIPAL, 'second'),
		];
		this.consents = new Map();
		this.preauthorizations = new Map();
		for (const [client, resource, names] of makeConsents()) {
			this.grantConsent(client, resource, names);
		}
	}

	/* This world as it is seen in that cloud. */
	in(cloud) {
		const names = new Map([
			[GRAPH, cloud.graphUris],
			[TOKEN_EXCHANGE, cloud.audiences],
		]);
		return Object.assign(Object.create(this), {
			urisOf: (app) => names.get(app.id) ?? app.identifierUris,
		});
	}

	/* A tenant by its GUID or its domain name. */
	tenant(name) {
		const wanted = name.toLowerCase();
		return this.tenants.find((t) => t.id === wanted || t.domain === wanted) ?? null;
	}

	user(upn) {
		return this.users.find((u) => u.upn === upn) ?? null;
	}

	/* By name, or by what the claim login_hint said. */
	userByHint(hint) {
		return this.users.find((u) => u.upn === hint || u.hint === hint) ?? null;
	}

	userByOid(oid) {
		return this.users.find((u) => u.oid === oid) ?? null;
	}

	application(id) {
		return this.applications.find((a) => a.id === id) ?? null;
	}

	/* An application by its GUID or one of its identifier URIs, byte for byte. */
	resource(name) {
		return (
			this.applications.find(
				(a) => a.id === name || this.urisOf(a).includes(name),
			) ?? null
		);
	}

	/* What a client may have of a resource: by consent, or because the resource says so. */
	consented(client, resource) {
		const key = `${client} ${resource}`;
		const given = this.consents.get(key) ?? [];
		return [...new Set([...given, ...(this.preauthorizations.get(key) ?? [])])];
	}

	preauthorize(client, resource, names) {
		this.preauthorizations.set(`${client} ${resource}`, names);
	}

	grantConsent(client, resource, names) {
		const key = `${client} ${resource}`;
		const all = this.consents.get(key) ?? new Set();
		names.forEach((name) => all.add(name));
		this.consents.set(key, all);
	}

	withdrawConsent(client, resource) {
		this.consents.delete(`${client} ${resource}`);
	}
}

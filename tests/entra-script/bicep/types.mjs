// SPDX-License-Identifier: MIT
//
// What the published Bicep types say about the resources that the template makes: each property that can be written
// and its kind.  `!` marks a property that is required, `#` one that must be known before the deployment begins.
//
// Facts from https://github.com/microsoftgraph/msgraph-bicep-types, commit bc43905,
// generated/microsoftgraph/microsoft.graph/v1.0/1.0.0/types.json; for the managed identity from
// https://learn.microsoft.com/azure/templates/microsoft.managedidentity/2023-01-31/userassignedidentities.

const guid = /^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/;

const plain = {
	string: (value) => typeof value === 'string',
	guid: (value) => typeof value === 'string' && guid.test(value),
	bool: (value) => typeof value === 'boolean',
	int: (value) => Number.isInteger(value),
	object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

export const types = {
	'Microsoft.Graph/applications@v1.0': {
		'addIns': 'object[]', 'api': 'ApiApplication', 'appRoles': 'AppRole[]', 'authenticationBehaviors': 'object',
		'defaultRedirectUri': 'string', 'description': 'string', 'disabledByMicrosoftStatus': 'string',
		'displayName!': 'string', 'groupMembershipClaims': 'string', 'identifierUris': 'string[]', 'info': 'object',
		'isDeviceOnlyAuthSupported': 'bool', 'isFallbackPublicClient': 'bool', 'keyCredentials': 'KeyCredential[]',
		'logo': 'string', 'nativeAuthenticationApisEnabled': 'string', 'notes': 'string',
		'optionalClaims': 'OptionalClaims', 'owners': 'object', 'parentalControlSettings': 'object',
		'passwordCredentials': 'object[]', 'publicClient': 'object', 'requestSignatureVerification': 'object',
		'requiredResourceAccess': 'RequiredResourceAccess[]', 'samlMetadataUrl': 'string',
		'serviceManagementReference': 'string', 'servicePrincipalLockConfiguration': 'object',
		'signInAudience': 'string', 'spa': 'object', 'tags': 'string[]', 'tokenEncryptionKeyId': 'guid',
		'uniqueName!#': 'string', 'verifiedPublisher': 'object', 'web': 'WebApplication',
	},
	'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0': {
		'audiences!': 'string[]', 'description': 'string', 'issuer!': 'string', 'name!': 'string', 'subject!': 'string',
	},
	'Microsoft.Graph/servicePrincipals@v1.0': {
		'accountEnabled': 'bool', 'addIns': 'object[]', 'alternativeNames': 'string[]', 'appDescription': 'string',
		'appDisplayName': 'string', 'appId!': 'string', 'appRoleAssignmentRequired': 'bool', 'appRoles': 'AppRole[]',
		'customSecurityAttributes': 'object', 'description': 'string', 'disabledByMicrosoftStatus': 'string',
		'displayName': 'string', 'homepage': 'string', 'info': 'object', 'keyCredentials': 'KeyCredential[]',
		'loginUrl': 'string', 'logoutUrl': 'string', 'notes': 'string', 'notificationEmailAddresses': 'string[]',
		'oauth2PermissionScopes': 'PermissionScope[]', 'owners': 'object', 'passwordCredentials': 'object[]',
		'preferredSingleSignOnMode': 'string', 'preferredTokenSigningKeyThumbprint': 'string', 'replyUrls': 'string[]',
		'samlSingleSignOnSettings': 'object', 'servicePrincipalNames': 'string[]', 'servicePrincipalType': 'string',
		'tags': 'string[]', 'tokenEncryptionKeyId': 'guid', 'verifiedPublisher': 'object',
	},
	'Microsoft.Graph/oauth2PermissionGrants@v1.0': {
		'clientId!': 'string', 'consentType!': 'string', 'principalId': 'string', 'resourceId!': 'string', 'scope': 'string',
	},
	'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31': {
		'name!#': 'string', 'location!#': 'string', 'tags': 'object',
	},
	'ApiApplication': {
		'acceptMappedClaims': 'bool', 'knownClientApplications': 'guid[]', 'oauth2PermissionScopes': 'PermissionScope[]',
		'preAuthorizedApplications': 'PreAuthorizedApplication[]', 'requestedAccessTokenVersion': 'int',
	},
	'PermissionScope': {
		'adminConsentDescription': 'string', 'adminConsentDisplayName': 'string', 'id': 'guid', 'isEnabled': 'bool',
		'type': 'string', 'userConsentDescription': 'string', 'userConsentDisplayName': 'string', 'value': 'string',
	},
	'PreAuthorizedApplication': { 'appId': 'string', 'delegatedPermissionIds': 'string[]' },
	'AppRole': {
		'allowedMemberTypes': 'string[]', 'description': 'string', 'displayName': 'string', 'id': 'guid',
		'isEnabled': 'bool', 'value': 'string',
	},
	'KeyCredential': {
		'customKeyIdentifier': 'string', 'displayName': 'string', 'endDateTime': 'string', 'key': 'string',
		'keyId': 'guid', 'startDateTime': 'string', 'type': 'string', 'usage': 'string',
	},
	'OptionalClaims': { 'accessToken': 'OptionalClaim[]', 'idToken': 'OptionalClaim[]', 'saml2Token': 'OptionalClaim[]' },
	'OptionalClaim': { 'additionalProperties': 'string[]', 'essential': 'bool', 'name': 'string', 'source': 'string' },
	'RequiredResourceAccess': { 'resourceAccess': 'ResourceAccess[]', 'resourceAppId': 'string' },
	'ResourceAccess': { 'id': 'guid', 'type': 'string' },
	'WebApplication': {
		'homePageUrl': 'string', 'implicitGrantSettings': 'object', 'logoutUrl': 'string', 'redirectUris': 'string[]',
		'redirectUriSettings': 'object[]',
	},
};

const bare = (name) => name.replace(/[!#]/g, '');

// Properties of `type` that must be known before the deployment begins.
export const early = (type) => Object.keys(types[type]).filter((name) => name.includes('#')).map(bare);

// What is wrong with `value` as a `kind`, a line each.
export function unlike(kind, value, where = kind) {
	if (kind.endsWith('[]')) {
		return Array.isArray(value) ? value.flatMap((one, index) => unlike(kind.slice(0, -2), one, `${where}[${index}]`)) :
			[`${where}: is no list`];
	}
	if (plain[kind])
		return plain[kind](value) ? [] : [`${where}: is no ${kind}`];
	if (!plain.object(value))
		return [`${where}: is no object`];
	const known = Object.fromEntries(Object.entries(types[kind]).map(([name, one]) => [bare(name), one]));
	return [
		...Object.keys(types[kind]).filter((name) => name.includes('!') && !(bare(name) in value))
			.map((name) => `${where}.${bare(name)}: is required`),
		...Object.entries(value).flatMap(([name, one]) => known[name] === undefined ?
			[`${where}.${name}: is no property of ${kind}`] : unlike(known[name], one, `${where}.${name}`)),
	];
}

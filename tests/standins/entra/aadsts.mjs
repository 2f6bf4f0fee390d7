/* SPDX-License-Identifier: MIT */
/*
 * Entra's error numbers: number, error, status, suberror if any; indented below, the wordings that
 * are told in turn. %s is a detail.
 */
const TEXT = `
28000 invalid_request 400
	The value of the parameter scope is not valid because it contains more than one resource.
28003 invalid_request 400
	The input parameter scope cannot be empty when requesting an access token.
50001 invalid_resource 400
	The application named %s was not found in the tenant.
	The resource %s is disabled or not installed in the tenant.
50011 invalid_request 400
	The redirect URI '%s' specified in the request does not match those of the application.
	The reply URL '%s' is not registered for the application.
50012 invalid_client 401
	Client assertion is not usable: %s.
	Authentication failed: %s.
50013 invalid_grant 400
	Assertion failed validation. Reason: %s.
	The assertion is not acceptable: %s.
50020 access_denied 400
	User account '%s' does not exist in the tenant.
50027 invalid_client 401
	JWT token is invalid or malformed: %s.
50048 invalid_client 401
	Subject must match the issuer of the client assertion.
50057 invalid_grant 400
	The user account is disabled.
50058 login_required 400
	A silent sign-in request was sent but no user is signed in.
50074 invalid_grant 400 basic_action
	Strong authentication is required and the user did not pass the challenge.
50076 invalid_grant 400 basic_action
	Due to a configuration change of your administrator you must use multi-factor sign-in.
	Because you moved to a new location you must use multi-factor authentication.
50078 invalid_grant 400 basic_action
	Presented multi-factor authentication has expired due to policies of the administrator.
50079 interaction_required 400 basic_action
	The user is required to enrol in multi-factor authentication.
50105 access_denied 400
	The signed in user is not assigned to a role for the application.
50147 invalid_grant 400
	Invalid size of Code_Verifier parameter.
50158 invalid_grant 400 basic_action
	An external security challenge was not satisfied.
50173 invalid_grant 400
	The provided grant has expired due to it being revoked, a fresh auth token is needed.
	The user might have changed or reset their password: the grant is no longer usable.
50194 invalid_request 400
	Application '%s' is not configured as a multi-tenant application.
50196 invalid_grant 400
	The server terminated an operation because it encountered a client request loop.
53000 invalid_grant 400 message_only
	The device is not in the required device state.
53001 invalid_grant 400 message_only
	The device is not domain joined as Conditional Access wants it.
53002 invalid_grant 400 message_only
	The application used is not an approved application for Conditional Access.
53003 invalid_grant 400 message_only
	Access has been blocked by Conditional Access policies.
54005 invalid_grant 400
	OAuth2 Authorization code was already redeemed, please retry with a new valid code.
65001 invalid_grant 400 consent_required
	The user or administrator has not consented to use the application with ID '%s'.
65004 access_denied 400
	User declined to consent to access the app.
70000 invalid_grant 400
	Provided grant is invalid or malformed.
	The request was denied: the grant is not valid.
70003 unsupported_grant_type 400
	The app requested an unsupported grant type '%s'.
70004 invalid_request 400
	The provided value for the input parameter 'redirect_uri' is not valid.
70008 invalid_grant 400
	The provided authorization code or refresh token has expired due to inactivity.
	The grant has expired. Send a new interactive authorization request.
70011 invalid_scope 400
	The provided value for the input parameter 'scope' is not valid. %s
70021 invalid_client 401
	No matching federated identity record found for presented assertion. %s
70025 invalid_client 401
	The client '%s' has no configured federated identity credentials.
70043 invalid_grant 400
	The refresh token has expired or is invalid due to sign-in frequency checks.
90002 invalid_tenant 400
	Tenant '%s' not found. Check to make sure you have the correct tenant ID.
	No such tenant: '%s'. This may happen if there are no active subscriptions.
90006 server_error 500
	External server error, retryable.
	The service is not well.
90009 invalid_request 400
	Application '%s' is requesting a token for itself; it must name itself by its GUID.
90023 invalid_request 400
	Invalid STS request: %s.
90033 temporarily_unavailable 503
	A transient error has occurred. Please try again.
90038 invalid_request 400
	The tenant '%s' is one of another cloud.
90055 temporarily_unavailable 503
	There are too many incoming requests.
90094 access_denied 400
	Admin consent is required for the permissions requested by the application.
90095 access_denied 400
	Admin consent is required, and there is a workflow to ask for it.
240002 invalid_grant 400
	Input id_token cannot be used as urn:ietf:params:oauth:grant-type:jwt-bearer grant.
500011 invalid_resource 400
	The resource principal named %s was not found in the tenant.
	Resource principal %s is unknown here.
500133 invalid_grant 400
	Assertion is not within its valid time range. Ensure that the access token is not expired.
501481 invalid_grant 400
	The Code_Verifier does not match the code_challenge supplied in the authorization request.
501491 invalid_request 400
	The code challenge is missing or not usable: %s.
	Invalid size of Code_Challenge parameter (%s).
650053 invalid_client 400
	The application asked for scope '%s' that doesn't exist on the resource.
	The scope '%s' is not one of '00000003-0000-0000-c000-000000000000'.
650057 invalid_resource 400
	Invalid resource. It is not among the permissions that the application requested: %s.
700005 invalid_grant 400
	The provided Authorization Code is intended to use against other tenant.
700016 unauthorized_client 400
	Application with identifier '%s' was not found in the directory.
	The application '%s' has not been installed by the administrator of the tenant.
700022 invalid_request 400
	The value of the parameter scope is not valid: it contains more than one resource.
700024 invalid_client 401
	Client assertion is not within its valid time range. %s
	The validity of the client assertion does not cover the present moment. %s
700025 invalid_client 401
	Client is public so neither 'client_assertion' nor 'client_secret' should be presented.
700027 invalid_client 401
	The certificate of the client assertion is not registered on application. %s
	Client assertion failed signature validation. %s
700030 invalid_client 401
	Invalid certificate: its subject name is not authorized.
700054 unsupported_response_type 400
	response_type '%s' is not enabled for the application.
700082 invalid_grant 400
	The refresh token has expired due to inactivity.
700211 invalid_client 401
	No matching federated identity record found for presented assertion issuer '%s'.
	No federated identity credential of the application names the issuer '%s'.
700212 invalid_client 401
	No matching federated identity record found for presented assertion audience '%s'.
	No federated identity credential of the application names the audience '%s'.
700213 invalid_client 401
	No matching federated identity record found for presented assertion subject '%s'.
	No federated identity credential of the application names the subject '%s'.
700214 invalid_client 401
	The presented assertion's audience must be one text, not %s.
700229 invalid_client 401
	Only app-only tokens can be used as Federated Identity Credentials for Entra's own issuer.
700231 invalid_client 401
	A token that was obtained by federation may not be used to authenticate this request.
900144 invalid_request 400
	The request body must contain the following parameter: '%s'.
	The required parameter '%s' is missing from the request.
900382 invalid_request 400
	A confidential client is not supported in a cross-cloud request.
900432 invalid_request 400
	Confidential clients are not supported across clouds.
900561 invalid_request 400
	The endpoint only accepts POST requests. Received a %s request.
900971 invalid_request 400
	No reply address provided.
901002 invalid_request 400
	The 'resource' request parameter is not supported.
1002012 invalid_scope 400
	The scope %s is not valid: client credential flows want /.default after the resource.
7000114 invalid_grant 400
	Application '%s' is not allowed to make application on-behalf-of calls.
7000215 invalid_client 401
	Invalid client secret provided for app '%s': send the secret's value, not its ID.
	The client secret of app '%s' is wrong.
7000218 invalid_client 401
	The request body must contain 'client_assertion' or 'client_secret'.
	A credential of the client is required, and none came.
7000222 invalid_client 401
	The provided client secret keys are expired.
7002137 invalid_client 401
	No matching federated identity record found for subject '%s'. Check the subject.
7002138 invalid_client 401
	No matching federated identity record found for subject '%s': case matters.
9000411 invalid_request 400
	The request is not properly formatted. The parameter '%s' is duplicated.
9001023 invalid_request 400
	The grant type '%s' is not supported over the /common or /consumers endpoints.
9002313 invalid_request 400
	Invalid request. Request is malformed or invalid.
9002326 invalid_request 400
	Cross-origin token redemption is for the 'Single-Page Application' client-type only.
9002327 invalid_request 400
	Tokens of a 'Single-Page Application' may only be redeemed via cross-origin requests.
9010010 invalid_target 400
	The resource parameter provided in the request doesn't match with the requested scopes.
`;

function parseTable(text) {
	const table = {};
	let wordings;
	for (const line of text.trim().split('\n')) {
		if (line.startsWith('\t')) {
			wordings.push(line.trim());
		} else {
			const [code, error, status, suberror] = line.split(' ');
			wordings = [];
			table[code] = { error, status: Number(status), suberror, wordings };
		}
	}
	return table;
}

export const AADSTS = parseTable(TEXT);

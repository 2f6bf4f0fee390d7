# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# The application and its service principal: read, compared with what they must be, and changed where they differ.
# shellcheck disable=SC2034,SC2154 # the variables are register.sh's

readonly scope_name=access_as_user

# What is read of an application: a name and a JMESPath expression; the arguments of read_application are put in.
readonly fields='
unique_name	uniqueName
audience	signInAudience
identifier_uris	identifierUris
version	api.requestedAccessTokenVersion
scopes	api.oauth2PermissionScopes
scope_id	api.oauth2PermissionScopes[?value=='\''access_as_user'\''].id | [0]
known	api.knownClientApplications
preauthorized	api.preAuthorizedApplications[?appId!='\''CLIENT'\'']
preauthorized_scopes	api.preAuthorizedApplications[?appId=='\''CLIENT'\''].delegatedPermissionIds[]
redirect_uris	web.redirectUris
logout_url	web.logoutUrl
id_token	optionalClaims.idToken
access_token	optionalClaims.accessToken
saml2_token	optionalClaims.saml2Token
groups	groupMembershipClaims
roles	appRoles
role_values	appRoles[].value
access	requiredResourceAccess[?resourceAppId!='\''GRAPH'\'' && resourceAppId!='\''RESOURCE'\'']
graph_access	requiredResourceAccess[?resourceAppId=='\''GRAPH'\''].resourceAccess[]
scope_access	requiredResourceAccess[?resourceAppId=='\''RESOURCE'\''].resourceAccess[]
'

# $1: display name; $2: client id, if it is known.  Sets found_object and found_app_id.
find_application()
{
	local found filter="displayName eq '$1'"
	[[ -z $2 ]] || filter="appId eq '$2'"
	found=$(graph get applications --uri-parameters "\$filter=$filter" "\$select=id,appId" \
		--query 'value[].[id, appId]' -o tsv)
	if [[ $found = *$'\n'* ]]; then
		die "several applications are named $1: choose one with --app-id or --resource-app-id"
	elif [[ -n $found ]]; then
		step "the application $1 is there already"
	elif [[ -n $2 ]]; then
		die "there is no application with the client id $2 in this tenant"
	else
		step "making the application $1"
		found=$(graph_send post applications "{\"displayName\":\"$1\",\"signInAudience\":\"AzureADMyOrg\"}" \
			--query '[[id, appId]]' -o tsv)
	fi
	IFS=$'\t' read -r found_object found_app_id <<<"$found"
	[[ -n $found_object && -n $found_app_id ]] || die "az answered without the application's id"
}

# What application object_id has, as JSON texts: sets the table has.
read_application()
{
	local field expression query='' answer names=()
	while IFS=$'\t' read -r field expression; do
		[[ -n $field ]] || continue
		names+=("$field")
		query+=", to_string($expression)"
	done <<<"$fields"
	query=${query//GRAPH/$graph_app}
	query=${query//RESOURCE/$resource_app_id}
	query=${query//CLIENT/${client_app_id:-$app_id}}
	answer=$(patiently graph get "applications/$object_id" --query "[${query#, }]" -o tsv)
	mapfile -t answer <<<"$answer"
	[[ ${#answer[@]} = "${#names[@]}" ]] || die "az answered with something else than the application"
	declare -gA has=()
	for field in "${!names[@]}"; do
		has[${names[field]}]=${answer[field]}
	done
	for field in identifier_uris scopes known preauthorized preauthorized_scopes redirect_uris id_token access_token \
		saml2_token roles role_values access graph_access scope_access; do
		[[ ${has[$field]} != null ]] || has[$field]=[]
	done
}

# The key by which the template finds the application again.
unique_name()
{
	local text=${name,,}
	[[ $1 != api ]] || text+=-api
	printf '%s' "${text//[^a-z0-9]/-}"
}

scope_json()
{
	printf '{"id":"%s","value":"%s","type":"User","isEnabled":true' "$1" "$scope_name"
	printf ',"adminConsentDisplayName":"Use tools as the signed-in person"'
	printf ',"adminConsentDescription":"Lets Sallyport serve MCP tools in the name of the signed-in person."'
	printf ',"userConsentDisplayName":"Use tools in your name"'
	printf ',"userConsentDescription":"Lets Sallyport serve MCP tools in your name."}'
}

# Sets all_roles: the application's, and those that it misses.
add_roles()
{
	local role
	all_roles=${has[roles]}
	for role in ${roles[@]+"${roles[@]}"}; do
		[[ ${has[role_values]} != *"\"$role\""* ]] || continue
		all_roles=$(with "$all_roles" "{\"id\":\"$(guid "${has[unique_name]}" "$role")\",\"value\":\"$role\",\
\"displayName\":\"$role\",\"description\":\"Decides what Sallyport lets a person use (allow = role:$role).\",\
\"allowedMemberTypes\":[\"User\"],\"isEnabled\":true}")
	done
}

# What the application shows as an API; sets scope_id, and adds to changes.
describe_api()
{
	local api='' scopes=${has[scopes]} known=${has[known]}
	scope_id=${has[scope_id]}
	if [[ $scope_id = null ]]; then
		scope_id=$(guid "${has[unique_name]}" "$scope_name")
		scopes=$(with "$scopes" "$(scope_json "$scope_id")")
	fi
	# A person who is asked about the client is asked about the API's own permissions in the same step.
	[[ $1 = both ]] || known=$(with_string "$known" "$client_app_id")
	api=$(member "$api" requestedAccessTokenVersion 2 "${has[version]}")
	api=$(member "$api" oauth2PermissionScopes "$scopes" "${has[scopes]}")
	api=$(member "$api" knownClientApplications "$known" "${has[known]}")
	[[ -z $api ]] || changes=$(member "$changes" api "{$api}" '')
	changes=$(member "$changes" identifierUris "$(with_string "${has[identifier_uris]}" "api://$app_id")" \
		"${has[identifier_uris]}")
	add_roles
	changes=$(member "$changes" appRoles "$all_roles" "${has[roles]}")
	[[ -z $groups ]] || changes=$(member "$changes" groupMembershipClaims "\"$groups\"" "\"${has[groups]}\"")
}

# What it needs for people to sign in and out; adds to changes.
describe_client()
{
	local web='' claims=${has[id_token]} claim uris
	# Where people come back after signing out must be in the list too.
	uris=$(with_string "${has[redirect_uris]}" "$public_url/oauth-callback")
	uris=$(with_string "$uris" "$public_url/logout")
	web=$(member "$web" redirectUris "$uris" "${has[redirect_uris]}")
	# Entra ID calls it from the browser's page, and so only at an https address.
	[[ $public_url != https:* ]] || web=$(member "$web" logoutUrl "\"$public_url/logout\"" "\"${has[logout_url]}\"")
	[[ -z $web ]] || changes=$(member "$changes" web "{$web}" '')
	# Which session Entra ID ends, and whom to sign out there without asking.
	for claim in sid login_hint; do
		[[ $claims = *"\"name\":\"$claim\""* ]] || claims=$(with "$claims" "{\"name\":\"$claim\",\"essential\":false}")
	done
	[[ $claims = "${has[id_token]}" ]] || changes=$(member "$changes" optionalClaims "{\"idToken\":$claims,\
\"accessToken\":${has[access_token]},\"saml2Token\":${has[saml2_token]}}" '')
	[[ $1 = both ]] || [[ ${has[version]} = 2 ]] ||
		changes=$(member "$changes" api '{"requestedAccessTokenVersion":2}' '')
}

# Sallyport asks for ".default": a token for the own application has a scope only if the application lists its own
# scope among its permissions.  Graph is called by whom the token is for.  Adds to changes.
describe_permissions()
{
	local graph_access=${has[graph_access]} scope_access=${has[scope_access]} access=${has[access]}
	[[ $1 = client || $graph_access = *"\"$user_read\""* ]] ||
		graph_access=$(with "$graph_access" "{\"id\":\"$user_read\",\"type\":\"Scope\"}")
	[[ $1 = api || $scope_access = *"\"$scope_id\""* ]] ||
		scope_access=$(with "$scope_access" "{\"id\":\"$scope_id\",\"type\":\"Scope\"}")
	[[ $graph_access$scope_access != "${has[graph_access]}${has[scope_access]}" ]] || return 0
	[[ $graph_access = '[]' ]] ||
		access=$(with "$access" "{\"resourceAppId\":\"$graph_app\",\"resourceAccess\":$graph_access}")
	[[ $scope_access = '[]' ]] ||
		access=$(with "$access" "{\"resourceAppId\":\"$resource_app_id\",\"resourceAccess\":$scope_access}")
	changes=$(member "$changes" requiredResourceAccess "$access" '')
}

# A preauthorized client is never asked about, and so nobody would be asked about the API's own permissions either: only
# where everyone's consent is given.  Adds to changes.
describe_preauthorization()
{
	local ids
	[[ $1 = api && -n $grant ]] || return 0
	ids=$(with_string "${has[preauthorized_scopes]}" "$scope_id")
	[[ $ids != "${has[preauthorized_scopes]}" ]] || return 0
	changes=$(member "$changes" api "{\"preAuthorizedApplications\":$(with "${has[preauthorized]}" \
		"{\"appId\":\"$client_app_id\",\"delegatedPermissionIds\":$ids}")}" '')
}

send_changes()
{
	[[ -n $changes ]] || return 0
	step "$1"
	patiently graph_send patch "applications/$object_id" "{$changes}"
}

# A scope must be known before a permission can name it, so there are two calls.  $1: client, api or both.
write_application()
{
	local unique changes=''
	read_application
	unique=$(unique_name "$1")
	# Once it is set it cannot be changed.
	[[ ${has[unique_name]} != null ]] || {
		changes=$(member "$changes" uniqueName "\"$unique\"" '')
		has[unique_name]=$unique
	}
	changes=$(member "$changes" signInAudience '"AzureADMyOrg"' "\"${has[audience]}\"")
	[[ $1 = client ]] || describe_api "$1"
	[[ $1 = api ]] || describe_client "$1"
	send_changes "setting URLs, scope, claims and token version"
	changes=''
	describe_permissions "$1"
	describe_preauthorization "$1"
	send_changes "setting permissions"
}

# Sets principal.
make_principal()
{
	local found required=${assignment_required:+true}
	found=$(graph get servicePrincipals --uri-parameters "\$filter=appId eq '$app_id'" \
		"\$select=id,appRoleAssignmentRequired" --query 'value[].[id, appRoleAssignmentRequired]' -o tsv)
	if [[ -z $found ]]; then
		step "making the enterprise application"
		principal=$(patiently graph_send post servicePrincipals \
			"{\"appId\":\"$app_id\",\"appRoleAssignmentRequired\":${required:-false}}" --query id -o tsv)
		return 0
	fi
	IFS=$'\t' read -r principal found <<<"$found"
	[[ -z $required || ${found,,} = true ]] || {
		step "requiring assignment"
		graph_send patch "servicePrincipals/$principal" '{"appRoleAssignmentRequired":true}'
	}
}

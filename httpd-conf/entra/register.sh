#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# register.sh [OPTION...] PUBLIC_URL
#
# Registers Sallyport in Entra ID with the Azure CLI (az, signed in to the tenant): the application, its scope, its
# redirect URI PUBLIC_URL/oauth-callback, its permissions and its credential.  Prints the lines for sallyport.conf.
# Run it again to mend or to complete a registration: what is there already is kept.
#
#	--name NAME	the application's display name (Sallyport)
#	--app-id ID	an application that exists, by its client id
#	--out FILE	where the credential goes, mode 0600 (entra.pem, or entra.secret with --secret); if the file is
#			there already, its certificate is used, or its secret is kept
#	--secret	a client secret in place of a certificate
#	--days N	lifetime of a new certificate or secret (365)
#	--grant		consent for everyone in the tenant; an administrator must run it.  Without it each person is
#			asked at the first sign-in, where the tenant allows that
#	--cloud NAME	AzureCloud, AzureUSGovernment or AzureChinaCloud; must be the cloud that az uses
#	--help
set -euo pipefail

readonly graph_app=00000003-0000-0000-c000-000000000000		# Microsoft Graph
readonly user_read=e1fe6dd8-ba31-4d61-89e7-88639da4683d		# its delegated permission User.Read
readonly scope_name=access_as_user

die()
{
	echo "register.sh: $*" >&2
	exit 1
}

step()
{
	echo "register.sh: $*" >&2
}

help()
{
	sed -n '4,/^set /s/^# \{0,1\}//p' "$0"
}

usage()
{
	help >&2
	exit 2
}

# Sets name, app_id, out, kind, days, grant, cloud and public_url.
arguments()
{
	name=Sallyport app_id='' out='' kind=certificate days=365 grant='' cloud='' public_url=''
	while [[ $# -gt 0 ]]; do
		case $1 in
		--help) help; exit 0 ;;
		--secret) kind=secret ;;
		--grant) grant=yes ;;
		--name | --app-id | --out | --days | --cloud)
			[[ $# -ge 2 ]] || usage
			value "$1" "$2"
			shift
			;;
		-*) usage ;;
		*)
			[[ -z $public_url ]] || usage
			public_url=$1
			;;
		esac
		shift
	done
	[[ -n $public_url ]] || usage
	check_arguments
}

value()
{
	case $1 in
	--name) name=$2 ;;
	--app-id) app_id=$2 ;;
	--out) out=$2 ;;
	--days) days=$2 ;;
	--cloud) cloud=$2 ;;
	esac
}

# Nothing that is let through here can end a JSON string or a filter's quotes.
check_arguments()
{
	local host='[a-z0-9.-]+(:[0-9]+)?' path='(/[A-Za-z0-9._~-]+)*'
	[[ $public_url =~ ^https://$host$path$ || $public_url =~ ^http://(localhost|127\.0\.0\.1)(:[0-9]+)?$path$ ]] ||
		die "PUBLIC_URL is https://HOST[/PATH] in lower case (http on loopback only) without a slash at its end"
	[[ $name =~ ^[A-Za-z0-9][A-Za-z0-9\ ._()-]{0,99}$ ]] || die "--name: letters, digits, blanks and . _ ( ) - only"
	[[ -z $app_id || $app_id =~ ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ ]] || die "--app-id: a GUID"
	[[ $days =~ ^[1-9][0-9]{0,3}$ ]] || die "--days: a number of days"
	[[ -z $cloud || $cloud =~ ^Azure(Cloud|USGovernment|ChinaCloud)$ ]] || die "--cloud: an unknown cloud"
	[[ -n $out ]] || case $kind in
	certificate) out=entra.pem ;;
	secret) out=entra.secret ;;
	esac
	[[ -d $(dirname "$out") ]] || die "$(dirname "$out") is no directory"
	out=$(cd "$(dirname "$out")" && pwd)/$(basename "$out")
	[[ -e $out || -w $(dirname "$out") ]] || die "$(dirname "$out") cannot be written to"
}

# Graph needs a moment until what was just made is known everywhere.
patiently()
{
	local try
	for try in 1 2 3 4 5 6; do
		if "$@" 2>"$temporary/error"; then
			return 0
		fi
		if ((try == 6)) || ! grep -qiE 'ResourceNotFound|NoBackingApplicationObject|does not exist' "$temporary/error"; then
			break
		fi
		sleep $((2 * try))
	done
	cat "$temporary/error" >&2
	return 1
}

# $1: method; $2: path below /v1.0; then az's own options.
graph()
{
	local method=$1 path=$2
	shift 2
	az rest --only-show-errors --method "$method" --url "$graph_url/v1.0/$path" "$@"
}

# The same with a JSON body as $3.
graph_send()
{
	graph "$1" "$2" --headers Content-Type=application/json --body "$3" "${@:4}"
}

# Sets tenant, authority_host and graph_url.
find_cloud()
{
	local active
	tenant=$(az account show --only-show-errors --query tenantId -o tsv) || die "az is not signed in: az login"
	active=$(az cloud show --only-show-errors --query name -o tsv)
	[[ -z $cloud || $cloud = "$active" ]] || die "az uses $active: az cloud set --name $cloud && az login"
	case $active in
	AzureCloud) authority_host=https://login.microsoftonline.com graph_url=https://graph.microsoft.com ;;
	AzureUSGovernment) authority_host=https://login.microsoftonline.us graph_url=https://graph.microsoft.us ;;
	AzureChinaCloud)
		authority_host=https://login.partner.microsoftonline.cn
		graph_url=https://microsoftgraph.chinacloudapi.cn
		;;
	*) die "az uses the cloud $active, which this script does not know" ;;
	esac
	cloud=$active
}

# Sets object_id and app_id.
find_application()
{
	local found filter="displayName eq '$name'"
	[[ -z $app_id ]] || filter="appId eq '$app_id'"
	found=$(graph get applications --uri-parameters "\$filter=$filter" "\$select=id,appId" \
		--query 'value[].[id, appId]' -o tsv)
	if [[ $found = *$'\n'* ]]; then
		die "several applications are named $name: choose one with --app-id"
	elif [[ -n $found ]]; then
		step "the application is there already"
	elif [[ -n $app_id ]]; then
		die "there is no application with the client id $app_id in this tenant"
	else
		step "making the application $name"
		found=$(graph_send post applications "{\"displayName\":\"$name\",\"signInAudience\":\"AzureADMyOrg\"}" \
			--query '[[id, appId]]' -o tsv)
	fi
	IFS=$'\t' read -r object_id app_id <<<"$found"
	[[ -n $object_id && -n $app_id ]] || die "az answered without the application's id"
}

# $1: a JSON array; $2: one more element.
with()
{
	local inner=${1#\[}
	inner=${inner%\]}
	printf '[%s%s%s]' "$inner" "${inner:+,}" "$2"
}

# What the application has, as JSON texts: sets redirect_uris, identifier_uris, scopes, scope_id, access and the
# permissions at Graph and at itself beside ours.
read_application()
{
	local query lines
	query="[to_string(web.redirectUris[?@!='$public_url/oauth-callback'])"
	query+=", to_string(identifierUris[?@!='api://$app_id'])"
	query+=", to_string(api.oauth2PermissionScopes[?value!='$scope_name'])"
	query+=", to_string(api.oauth2PermissionScopes[?value=='$scope_name'] | [0])"
	query+=", to_string(api.oauth2PermissionScopes[?value=='$scope_name'].id | [0])"
	query+=", to_string(requiredResourceAccess[?resourceAppId!='$graph_app' && resourceAppId!='$app_id'])"
	query+=", to_string(requiredResourceAccess[?resourceAppId=='$graph_app'].resourceAccess[] | [?id!='$user_read'])"
	query+=", to_string(requiredResourceAccess[?resourceAppId=='$app_id'].resourceAccess[])]"
	lines=$(patiently graph get "applications/$object_id" --query "$query" -o tsv)
	mapfile -t lines <<<"$lines"
	[[ ${#lines[@]} = 8 ]] || die "az answered with something else than the application"
	redirect_uris=${lines[0]} identifier_uris=${lines[1]} scopes=${lines[2]} scope=${lines[3]} scope_id=${lines[4]}
	access=${lines[5]} graph_access=${lines[6]} own_access=${lines[7]}
}

new_guid()
{
	uuidgen 2>/dev/null | tr '[:upper:]' '[:lower:]' || cat /proc/sys/kernel/random/uuid
}

# The token that Sallyport asks for is for its own application: ".default" gives it the scopes that the application
# itself is permitted, so it needs its own scope among its permissions beside Graph's User.Read.
describe_application()
{
	local said='"isEnabled":true,"type":"User"'
	if [[ $scope = null ]]; then
		scope_id=$(new_guid)
		said+=',"adminConsentDisplayName":"Use tools as the signed-in person"'
		said+=',"adminConsentDescription":"Lets Sallyport serve MCP tools in the name of the signed-in person."'
		said+=',"userConsentDisplayName":"Use tools in your name"'
		said+=',"userConsentDescription":"Lets Sallyport serve MCP tools in your name."'
		scope="{\"id\":\"$scope_id\",\"value\":\"$scope_name\",$said}"
	fi
	[[ $own_access = *"$scope_id"* ]] || own_access=$(with "$own_access" "{\"id\":\"$scope_id\",\"type\":\"Scope\"}")
	graph_access=$(with "$graph_access" "{\"id\":\"$user_read\",\"type\":\"Scope\"}")
	access=$(with "$access" "{\"resourceAppId\":\"$graph_app\",\"resourceAccess\":$graph_access}")
	access=$(with "$access" "{\"resourceAppId\":\"$app_id\",\"resourceAccess\":$own_access}")
	identifier_uris=$(with "$identifier_uris" "\"api://$app_id\"")
	redirect_uris=$(with "$redirect_uris" "\"$public_url/oauth-callback\"")
	scopes=$(with "$scopes" "$scope")
}

# A scope must be known before a permission can name it, so there are two calls.
write_application()
{
	read_application
	describe_application
	step "setting redirect URI, identifier URI, scope and token version"
	patiently graph_send patch "applications/$object_id" "{\"signInAudience\":\"AzureADMyOrg\",\
\"identifierUris\":$identifier_uris,\"web\":{\"redirectUris\":$redirect_uris},\
\"api\":{\"requestedAccessTokenVersion\":2,\"oauth2PermissionScopes\":$scopes}}"
	step "setting permissions: User.Read of Microsoft Graph, and the scope $scope_name"
	patiently graph_send patch "applications/$object_id" "{\"requiredResourceAccess\":$access}"
}

# The id of the service principal of application $1, or nothing.
principal_of()
{
	graph get servicePrincipals --uri-parameters "\$filter=appId eq '$1'" "\$select=id" --query 'value[].id' -o tsv
}

# Sets principal.
make_principal()
{
	principal=$(principal_of "$app_id")
	[[ -z $principal ]] || return 0
	step "making the enterprise application"
	principal=$(patiently graph_send post servicePrincipals "{\"appId\":\"$app_id\"}" --query id -o tsv)
}

# $1: the resource's service principal; $2: scopes that everyone consents to there.
grant_at()
{
	local found filter="clientId eq '$principal' and resourceId eq '$1' and consentType eq 'AllPrincipals'"
	found=$(graph get oauth2PermissionGrants --uri-parameters "\$filter=$filter" --query 'value[].[id, scope]' -o tsv)
	if [[ -z $found ]]; then
		patiently graph_send post oauth2PermissionGrants "{\"clientId\":\"$principal\",\
\"consentType\":\"AllPrincipals\",\"resourceId\":\"$1\",\"scope\":\"$2\"}" -o none
		return 0
	fi
	local id old scope all
	IFS=$'\t' read -r id old <<<"$found"
	all=$old
	for scope in $2; do
		[[ " $all " = *" $scope "* ]] || all+=" $scope"
	done
	[[ $all = "$old" ]] || graph_send patch "oauth2PermissionGrants/$id" "{\"scope\":\"${all# }\"}" -o none
}

grant_consent()
{
	step "consenting for everyone in the tenant"
	grant_at "$(principal_of "$graph_app")" 'openid profile offline_access User.Read'
	grant_at "$principal" "$scope_name"
}

# Key and certificate in one file; made before az is asked to change anything, so that a second run finds it.
make_certificate()
{
	[[ $kind = certificate && ! -e $out ]] || return 0
	step "making a key and a self-signed certificate: $out"
	openssl req -x509 -newkey rsa:3072 -sha256 -nodes -days "$days" -subj /CN=sallyport \
		-keyout "$temporary/key.pem" -out "$temporary/certificate.pem" 2>"$temporary/error" ||
		die "openssl: $(cat "$temporary/error")"
	(umask 077 && cat "$temporary/key.pem" "$temporary/certificate.pem" >"$out.new")
	chmod 600 "$out.new"
	mv "$out.new" "$out"
}

# Graph names a certificate by its SHA-1 thumbprint, in hexadecimal or as base64 of the bytes.
upload_certificate()
{
	local known thumbprint base64
	openssl x509 -in "$out" -out "$temporary/certificate.pem" || die "$out holds no certificate"
	thumbprint=$(openssl x509 -in "$out" -noout -fingerprint -sha1 | sed 's/.*=//; s/://g')
	base64=$(openssl x509 -in "$out" -outform DER | openssl dgst -sha1 -binary | openssl base64)
	known=$(graph get "applications/$object_id" --query 'keyCredentials[].customKeyIdentifier' -o tsv)
	if grep -qixF -e "$thumbprint" <<<"$known" || grep -qxF -e "$base64" <<<"$known"; then
		step "the certificate is there already"
		return 0
	fi
	step "adding the certificate to the application"
	az ad app credential reset --only-show-errors --id "$app_id" --append --cert "@$temporary/certificate.pem" -o none
}

make_secret()
{
	local end
	if [[ -s $out ]]; then
		step "$out is there already: its secret is kept, and no other is made"
		return 0
	fi
	step "adding a secret to the application: $out"
	end=$(date -u -d "+$days days" +%Y-%m-%d 2>/dev/null || date -u -v "+${days}d" +%Y-%m-%d)
	(umask 077 && az ad app credential reset --only-show-errors --id "$app_id" --append --display-name sallyport \
		--end-date "$end" --query password -o tsv >"$temporary/secret")
	[[ -s $temporary/secret ]] || die "az answered without a secret"
	(umask 077 && cat "$temporary/secret" >"$out.new")
	chmod 600 "$out.new"
	mv "$out.new" "$out"
}

print_configuration()
{
	local prefix=certificate
	[[ $kind = certificate ]] || prefix=secret-file
	step "done; the web server's group must read $out: chgrp www-data $out && chmod 640 $out"
	cat <<END
public_url = $public_url

[entra]
tenant_id  = $tenant
client_id  = $app_id
credential = $prefix:$out
END
	[[ $cloud = AzureCloud ]] || printf 'authority_host = %s\ngraph_url = %s\n' "$authority_host" "$graph_url"
}

stop()
{
	local status=$?
	rm -rf "$temporary" "$out.new"
	[[ $status = 0 ]] || echo "register.sh: not finished; mend the cause and run the same command again" >&2
}

arguments "$@"
for tool in az openssl; do
	command -v "$tool" >/dev/null || die "$tool is missing"
done
umask 077
temporary=$(mktemp -d)
trap stop EXIT
find_cloud
make_certificate
find_application
write_application
make_principal
case $kind in
certificate) upload_certificate ;;
secret) make_secret ;;
esac
[[ -z $grant ]] || grant_consent
print_configuration

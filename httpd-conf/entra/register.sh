#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# register.sh [OPTION...] PUBLIC_URL
#
# Registers Sallyport in Entra ID with the Azure CLI (az, signed in to the tenant): the application, its scope, its
# redirect and sign-out URLs, its permissions and its credential.  Prints the [entra] section for sallyport.conf.
# Run it again to mend or to complete a registration: what is there already is kept, and nothing is changed twice.
#
#	--name NAME	the application's display name (Sallyport)
#	--app-id ID	an application that exists, by its client id
#	--two-apps	a second application NAME API for the API: the tokens are for it, and it calls Microsoft Graph
#	--resource-app-id ID
#			the second application, if it exists
#	--cloud NAME	global, usgov, usgov-dod or china; must be the cloud that az uses
#	--days N	lifetime of a new certificate or secret (365)
#	--grant		consent for everyone in the tenant; an administrator must run it.  Without it each person is
#			asked at the first sign-in, where the tenant allows that
#	--roles NAME,...
#			app roles that people and groups can be given (allow = role:NAME)
#	--groups KIND	which groups tokens list (allow = group:ID): SecurityGroup, ApplicationGroup, DirectoryRole, All
#			or None
#	--assignment-required
#			only people who are assigned to the application may sign in.  They cannot consent then: --grant
#	--help
#
# The credential; without any of these, a key and a self-signed certificate in entra.pem.  Of several kinds all are
# added to the application, and the last is printed.
#
#	--out FILE	where a new certificate with its key (entra.pem) or secret (entra.secret) goes, mode 0600; if the
#			file is there already, its certificate is used, or its secret is kept
#	--secret	a client secret
#	--certificate FILE
#			a certificate that you have (PEM), beside those that are there; can be given again
#	--managed-identity PRINCIPAL_ID
#			a user-assigned managed identity, by its principal (object) id
#	--identity-client-id ID
#			its client id, which a machine with several identities needs
#	--federated ISSUER SUBJECT
#			another workload identity, such as a Kubernetes service account
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
# shellcheck source=httpd-conf/entra/graph.bash
source "$here/graph.bash"
# shellcheck source=httpd-conf/entra/application.bash
source "$here/application.bash"
# shellcheck source=httpd-conf/entra/credential.bash
source "$here/credential.bash"

# The file that Azure's workload identity puts into a pod; elsewhere the path is another.
readonly token_file=/var/run/secrets/azure/tokens/azure-identity-token

help()
{
	sed -n '4,/^set /s/^# \{0,1\}//p' "$0"
}

usage()
{
	help >&2
	exit 2
}

arguments()
{
	name=Sallyport app_id='' resource_app_id='' two_apps='' out='' kind='' days=365 grant='' cloud='' public_url=''
	roles=() groups='' assignment_required='' certificates=() identity='' identity_client_id='' issuer='' subject=''
	while [[ $# -gt 0 ]]; do
		case $1 in
		--help) help; exit 0 ;;
		--secret) kind=secret ;;
		--grant) grant=yes ;;
		--two-apps) two_apps=yes ;;
		--assignment-required) assignment_required=yes ;;
		--federated)
			[[ $# -ge 3 ]] || usage
			kind=federated issuer=$2 subject=$3
			shift 2
			;;
		--?*)
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
	kind=${kind:-certificate}
	check_arguments
	check_credential
}

value()
{
	case $1 in
	--name) name=$2 ;;
	--app-id) app_id=$2 ;;
	--resource-app-id) resource_app_id=$2 two_apps=yes ;;
	--out) out=$2 ;;
	--days) days=$2 ;;
	--cloud) cloud=$2 ;;
	--roles) IFS=', ' read -ra roles <<<"$2" ;;
	--groups) groups=$2 ;;
	--certificate) kind=certificate certificates+=("$2") ;;
	--managed-identity) kind=managed-identity identity=$2 ;;
	--identity-client-id) identity_client_id=$2 ;;
	*) usage ;;
	esac
}

# $1: an option; $2: its value, which may be empty.
check_guid()
{
	[[ -z $2 || $2 =~ ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ ]] || die "$1: a GUID"
}

# Nothing that is let through here can end a JSON string or a filter's quotes.
check_arguments()
{
	local role host='[a-z0-9.-]+(:[0-9]+)?' path='(/[A-Za-z0-9._~-]+)*'
	[[ $public_url =~ ^https://$host$path$ || $public_url =~ ^http://(localhost|127\.0\.0\.1)(:[0-9]+)?$path$ ]] ||
		die "PUBLIC_URL is https://HOST[/PATH] in lower case (http on loopback only) without a slash at its end"
	[[ $name =~ ^[A-Za-z0-9][A-Za-z0-9\ ._()-]{0,99}$ ]] || die "--name: letters, digits, blanks and . _ ( ) - only"
	check_guid --app-id "$app_id"
	check_guid --resource-app-id "$resource_app_id"
	[[ $days =~ ^[1-9][0-9]{0,3}$ ]] || die "--days: a number of days"
	[[ -z $cloud || $cloud =~ ^(global|usgov|usgov-dod|china)$ ]] || die "--cloud: global, usgov, usgov-dod or china"
	[[ -z $groups || $groups =~ ^(None|SecurityGroup|ApplicationGroup|DirectoryRole|All)$ ]] ||
		die "--groups: SecurityGroup, ApplicationGroup, DirectoryRole, All or None"
	for role in ${roles[@]+"${roles[@]}"}; do
		[[ $role =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$ ]] || die "--roles: letters, digits and . _ - only"
	done
}

check_credential()
{
	local file
	check_guid --managed-identity "$identity"
	check_guid --identity-client-id "$identity_client_id"
	[[ -z $identity_client_id || -n $identity ]] || die "--identity-client-id goes with --managed-identity"
	[[ -z $issuer || $issuer =~ ^https://[A-Za-z0-9./_~:-]+$ ]] || die "--federated: the issuer is an https URL"
	[[ -z $issuer || $subject =~ ^[A-Za-z0-9][A-Za-z0-9:./@#_~-]*$ ]] || die "--federated: the subject has other characters"
	for file in ${certificates[@]+"${certificates[@]}"}; do
		[[ -r $file ]] || die "$file cannot be read"
	done
	[[ -n $out ]] || case $kind in
	secret) out=entra.secret ;;
	*) out=entra.pem ;;
	esac
	out=$(absolute "$out")
	[[ $kind != secret && ($kind != certificate || ${#certificates[@]} -gt 0) ]] || [[ -e $out || -w $(dirname "$out") ]] ||
		die "$(dirname "$out") cannot be written to"
}

absolute()
{
	[[ -d $(dirname "$1") ]] || die "$(dirname "$1") is no directory"
	printf '%s/%s' "$(cd "$(dirname "$1")" && pwd)" "$(basename "$1")"
}

# Where the secret of the second application is.
resource_out()
{
	printf '%s/resource-%s' "$(dirname "$out")" "$(basename "$out")"
}

# Makes what is missing of one application; $1: client, api, or both in one; $2: the file of its secret.  Sets
# object_id, app_id and principal.
register()
{
	write_application "$1"
	make_principal
	if [[ ${#certificates[@]} -gt 0 ]]; then
		upload_certificates
	fi
	[[ $kind != secret ]] || make_secret "$2"
	[[ -z $identity ]] || federate managed-identity "$authority_host/$tenant/v2.0" "$identity" \
		'The managed identity that Sallyport runs with.'
	[[ -z $issuer ]] || federate workload "$issuer" "$subject" 'The workload that Sallyport runs as.'
}

# $1: the file of a secret.
credential()
{
	case $kind in
	certificate) echo "certificate:$(absolute "${certificates[-1]}")" ;;
	secret) echo "secret-file:$1" ;;
	managed-identity) echo "managed-identity${identity_client_id:+:$identity_client_id}" ;;
	federated) echo "federated-token-file:$token_file" ;;
	esac
}

advise()
{
	local file=$out
	case $kind in
	certificate)
		file=$(absolute "${certificates[-1]}")
		grep -q 'PRIVATE KEY' "$file" || step "$file has no key; the file on the server needs both"
		;;
	federated) step "the path is that of Azure Kubernetes Service; put yours if it is another" ;;
	esac
	case $kind in
	certificate | secret) step "the web server's group must read $file: chgrp www-data $file && chmod 640 $file" ;;
	esac
	if [[ -n $assignment_required ]]; then
		step "now assign people or groups to $name${two_apps:+ and to $name API} under Enterprise applications"
	fi
}

print_configuration()
{
	step "done"
	advise
	cat <<END
public_url = $public_url

[entra]
tenant_id  = $tenant
client_id  = $app_id
cloud      = $cloud
credential = $(credential "$out")
END
	[[ -z $two_apps ]] || cat <<END
resource_client_id  = $resource_app_id
resource_credential = $(credential "$(resource_out)")
scope      = $resource_app_id/.default
audience   = $resource_app_id, api://$resource_app_id
END
}

stop()
{
	local status=$?
	rm -rf "$temporary" "$out.new" "$(resource_out).new"
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

# The client's permission names the API's scope, so the API comes first; but the API names the client, which must exist.
find_application "$name" "$app_id"
app_id=$found_app_id client_object=$found_object
if [[ -n $two_apps ]]; then
	find_application "$name API" "$resource_app_id"
	resource_app_id=$found_app_id
	client_app_id=$app_id app_id=$resource_app_id object_id=$found_object
	register api "$(resource_out)"
	resource_principal=$principal
	app_id=$client_app_id object_id=$client_object
	register client "$out"
else
	object_id=$client_object resource_app_id=$app_id
	register both "$out"
	resource_principal=$principal
fi
[[ -z $grant ]] || grant_consent
print_configuration

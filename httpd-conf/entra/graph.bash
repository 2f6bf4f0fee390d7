# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# How register.sh speaks to Microsoft Graph through az, and the little JSON that it writes.
# shellcheck disable=SC2034,SC2154 # the variables are register.sh's

readonly graph_app=00000003-0000-0000-c000-000000000000		# Microsoft Graph
readonly user_read=e1fe6dd8-ba31-4d61-89e7-88639da4683d		# its delegated permission User.Read

die()
{
	echo "register.sh: $*" >&2
	exit 1
}

step()
{
	echo "register.sh: $*" >&2
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

# $1: az's name of a cloud; $2: its Graph.  For az the Department of Defense is US Government with another Graph.
cloud_of()
{
	case $1:$2 in
	AzureCloud:*) echo global ;;
	AzureUSGovernment:https://dod-graph.microsoft.us*) echo usgov-dod ;;
	AzureUSGovernment:*) echo usgov ;;
	AzureChinaCloud:*) echo china ;;
	esac
}

# How az is brought to use the cloud $1.
cloud_commands()
{
	local graph=https://graph.microsoft.us/
	case $1 in
	global) echo 'az cloud set --name AzureCloud && az login' ;;
	china) echo 'az cloud set --name AzureChinaCloud && az login' ;;
	usgov*)
		[[ $1 = usgov ]] || graph=https://dod-graph.microsoft.us/
		echo "az cloud set --name AzureUSGovernment && az cloud update --name AzureUSGovernment" \
			"--endpoint-microsoft-graph-resource-id $graph && az login"
		;;
	esac
}

# Sets tenant, cloud, authority_host, graph_url and federation_audience.
find_cloud()
{
	local active endpoint
	tenant=$(az account show --only-show-errors --query tenantId -o tsv) || die "az is not signed in: az login"
	IFS=$'\t' read -r active endpoint < <(az cloud show --only-show-errors \
		--query '[[name, endpoints.microsoftGraphResourceId]]' -o tsv) || die "az names no cloud"
	active=$(cloud_of "$active" "$endpoint")
	[[ -n $active ]] || die "az uses a cloud that this script does not know"
	[[ -z $cloud || $cloud = "$active" ]] || die "az uses the cloud $active: $(cloud_commands "$cloud")"
	cloud=$active
	authority_host=https://login.microsoftonline.us federation_audience=api://AzureADTokenExchangeUSGov
	case $cloud in
	global)
		authority_host=https://login.microsoftonline.com graph_url=https://graph.microsoft.com
		federation_audience=api://AzureADTokenExchange
		;;
	usgov) graph_url=https://graph.microsoft.us ;;
	usgov-dod) graph_url=https://dod-graph.microsoft.us ;;
	china)
		authority_host=https://login.partner.microsoftonline.cn
		graph_url=https://microsoftgraph.chinacloudapi.cn
		federation_audience=api://AzureADTokenExchangeChina
		;;
	esac
}

# $1: a JSON array; $2: one more element.
with()
{
	local inner=${1#\[}
	inner=${inner%\]}
	printf '[%s%s%s]' "$inner" "${inner:+,}" "$2"
}

# The same with a string, unless it is there.
with_string()
{
	if [[ $1 = *"\"$2\""* ]]; then
		printf '%s' "$1"
	else
		with "$1" "\"$2\""
	fi
}

# $1: an object's members, or nothing; $2: one more member's name, $3: its value, $4: what it is already.
member()
{
	if [[ $3 = "$4" ]]; then
		printf '%s' "$1"
	else
		printf '%s"%s":%s' "${1:+$1,}" "$2" "$3"
	fi
}

# The GUID (version 5) that the template function guid() makes of the same words, so that both ways give one id.
guid()
{
	local IFS=- hex
	hex=$({
		printf '\x11\xfb\x06\xfb\x71\x2d\x4d\xdd\x98\xc7\xe7\x1b\xbd\x58\x88\x30'
		printf '%s' "$*"
	} | openssl dgst -sha1 -r | cut -c 1-32)
	printf '%s-%s-5%s-%x%s-%s' "${hex:0:8}" "${hex:8:4}" "${hex:13:3}" $((0x${hex:16:1} & 3 | 8)) "${hex:17:3}" "${hex:20:12}"
}

# The id of the service principal of application $1, or nothing.
principal_of()
{
	graph get servicePrincipals --uri-parameters "\$filter=appId eq '$1'" "\$select=id" --query 'value[].id' -o tsv
}

# $1: the client's service principal; $2: the resource's; $3: scopes that everyone consents to there.
grant_at()
{
	local found filter="clientId eq '$1' and resourceId eq '$2' and consentType eq 'AllPrincipals'"
	found=$(graph get oauth2PermissionGrants --uri-parameters "\$filter=$filter" --query 'value[].[id, scope]' -o tsv)
	if [[ -z $found ]]; then
		patiently graph_send post oauth2PermissionGrants "{\"clientId\":\"$1\",\
\"consentType\":\"AllPrincipals\",\"resourceId\":\"$2\",\"scope\":\"$3\"}" -o none
		return 0
	fi
	local id old scope all
	IFS=$'\t' read -r id old <<<"$found"
	all=$old
	for scope in $3; do
		[[ " $all " = *" $scope "* ]] || all+=" $scope"
	done
	[[ $all = "$old" ]] || graph_send patch "oauth2PermissionGrants/$id" "{\"scope\":\"${all# }\"}" -o none
}

grant_consent()
{
	local graph_principal
	step "consenting for everyone in the tenant"
	graph_principal=$(principal_of "$graph_app")
	if [[ -n $two_apps ]]; then
		grant_at "$principal" "$graph_principal" 'openid profile offline_access'
		grant_at "$resource_principal" "$graph_principal" 'User.Read'
	else
		grant_at "$principal" "$graph_principal" 'openid profile offline_access User.Read'
	fi
	grant_at "$principal" "$resource_principal" "$scope_name"
}

# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the application proves itself with: certificates, a secret, federated identities.
# shellcheck disable=SC2034,SC2154 # the variables are register.sh's

# Key and certificate in one file; made before az is asked to change anything, so that a second run finds it.
make_certificate()
{
	[[ $kind = certificate && ${#certificates[@]} = 0 ]] || return 0
	certificates=("$out")
	[[ ! -e $out ]] || return 0
	step "making a key and a self-signed certificate: $out"
	openssl req -x509 -newkey rsa:3072 -sha256 -nodes -days "$days" -subj /CN=sallyport \
		-keyout "$temporary/key.pem" -out "$temporary/certificate.pem" 2>"$temporary/error" ||
		die "openssl: $(cat "$temporary/error")"
	(umask 077 && cat "$temporary/key.pem" "$temporary/certificate.pem" >"$out.new")
	chmod 600 "$out.new"
	mv "$out.new" "$out"
}

# Graph names a certificate by its SHA-1 thumbprint, in hexadecimal or as base64 of the bytes.
upload_certificates()
{
	local file known thumbprint base64
	known=$(graph get "applications/$object_id" --query 'keyCredentials[].customKeyIdentifier' -o tsv)
	for file in "${certificates[@]}"; do
		openssl x509 -in "$file" -out "$temporary/certificate.pem" || die "$file holds no certificate"
		thumbprint=$(openssl x509 -in "$file" -noout -fingerprint -sha1 | sed 's/.*=//; s/://g')
		base64=$(openssl x509 -in "$file" -outform DER | openssl dgst -sha1 -binary | openssl base64)
		if grep -qixF -e "$thumbprint" <<<"$known" || grep -qxF -e "$base64" <<<"$known"; then
			step "the certificate in $file is there already"
			continue
		fi
		step "adding the certificate in $file to the application"
		az ad app credential reset --only-show-errors --id "$app_id" --append --display-name sallyport \
			--cert "@$temporary/certificate.pem" -o none
	done
}

# $1: the file.
make_secret()
{
	local end
	if [[ -s $1 ]]; then
		step "$1 is there already: its secret is kept, and no other is made"
		return 0
	fi
	step "adding a secret to the application: $1"
	end=$(date -u -d "+$days days" +%Y-%m-%d 2>/dev/null || date -u -v "+${days}d" +%Y-%m-%d)
	(umask 077 && az ad app credential reset --only-show-errors --id "$app_id" --append --display-name sallyport \
		--end-date "$end" --query password -o tsv >"$temporary/secret")
	[[ -s $temporary/secret ]] || die "az answered without a secret"
	(umask 077 && cat "$temporary/secret" >"$1.new")
	chmod 600 "$1.new"
	mv "$1.new" "$1"
	rm "$temporary/secret"
}

# $1: name; $2: issuer; $3: subject; $4: description.  Issuer, subject and audience are compared byte by byte at each
# sign-in; one that is named so, or trusts the same subject, is mended and not made twice.
federate()
{
	local path=applications/$object_id/federatedIdentityCredentials query found
	local trust="issuer=='$2' && subject=='$3'"
	query="[to_string(value[?$trust && contains(audiences, '$federation_audience')].id | [0])"
	query+=", to_string(value[?$trust].id | [0]), to_string(value[?name=='$1'].id | [0])]"
	found=$(patiently graph get "$path" --query "$query" -o tsv)
	mapfile -t found <<<"$found"
	[[ ${#found[@]} = 3 ]] || die "az answered with something else than the federated credentials"
	if [[ ${found[0]} != null ]]; then
		step "the federated credential for $3 is there already"
		return 0
	fi
	local body="\"issuer\":\"$2\",\"subject\":\"$3\",\"audiences\":[\"$federation_audience\"],\"description\":\"$4\""
	step "setting the federated credential for $3"
	if [[ ${found[1]} != null ]]; then
		graph_send patch "$path/${found[1]}" "{$body}"
	elif [[ ${found[2]} != null ]]; then
		graph_send patch "$path/${found[2]}" "{$body}"
	else
		patiently graph_send post "$path" "{\"name\":\"$1\",$body}" -o none
	fi
}

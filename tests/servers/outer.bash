# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154	# variables come from tests/serve and go there
# The outer files of tests/serve: a port, a site and logs around the shipped file, as an owner has them.  The owner is
# a difficult one, with error pages for everything.  Reads server, scheme, port, tmp, run, path, names, body_limit, programs,
# as_www_data and ended_with_us; sets server_pid and activate_pid.

start_lighttpd()
{
	cat >"$tmp/lighttpd.conf" <<-END
		server.bind            = "127.0.0.1"
		server.port            = $port
		server.document-root   = "$tmp/www"
		server.upload-dirs     = ( "$tmp/upload" )
		server.errorlog        = "$tmp/log/error.log"
		server.breakagelog     = "$tmp/log/programs.log"
		server.modules         = ( "mod_accesslog" )
		accesslog.filename     = "$tmp/log/access.log"
		index-file.names       = ( "index.html" )
		mimetype.assign        = ( ".html" => "text/html" )
		server.error-intercept = "enable"
		server.error-handler   = "/error.html"
	END
	[[ $scheme = http ]] || cat >>"$tmp/lighttpd.conf" <<-END
		server.modules        += ( "mod_openssl" )
		ssl.engine             = "enable"
		ssl.pemfile            = "$tmp/tls.pem"
	END
	echo "include \"$tmp/shipped.conf\"" >>"$tmp/lighttpd.conf"
	# A copy, byte for byte: the tree may lie where www-data cannot read (/root).
	install -m 644 "$root/httpd-conf/lighttpd/${server#lighttpd-}.conf" "$tmp/shipped.conf"
	[[ -z ${SALLYPORT_PROCESSES:-} ]] || sed -i \
		"s|\(start_mcp, \)\"max-procs\" => 1|\1\"min-procs\" => $SALLYPORT_PROCESSES, \"max-procs\" => $SALLYPORT_PROCESSES|" \
		"$tmp/shipped.conf"
	[[ ${SALLYPORT_START:-} != systemd ]] || activate
	SALLYPORT_BIN=$tmp/bin SALLYPORT_RUN=$run SALLYPORT_PATH=$path SALLYPORT_SERVERS=$names \
		SALLYPORT_CONF=$tmp/sallyport.conf SALLYPORT_BODY_LIMIT=$body_limit SALLYPORT_START=${SALLYPORT_START:-} \
		"${as_www_data[@]}" lighttpd -D -f "$tmp/lighttpd.conf" >"$tmp/log/lighttpd.log" 2>&1 &
	server_pid=$!
}

start_apache()
{
	local kind=${server#apache-} modules=(mpm_event authn_core authz_core alias dir env headers mime reqtimeout setenvif)
	case $kind in
	proxy-fcgi) modules+=(proxy proxy_fcgi) ;;
	fcgid) modules+=(fcgid) ;;
	cgi) modules+=(cgid) ;;
	userdir) modules+=(cgid rewrite userdir) ;;
	esac
	[[ $scheme = http ]] || modules+=(http2 ssl)
	{
		outer_apache
		"outer_${kind//-/_}"
	} >"$tmp/apache2.conf"
	[[ $kind != proxy-fcgi ]] || activate
	"${ended_with_us[@]}" apache2 -DFOREGROUND -f "$tmp/apache2.conf" >"$tmp/log/apache2.log" 2>&1 &
	server_pid=$!
}

outer_apache()
{
	local module directory=/usr/lib/apache2/modules
	for module in "${modules[@]}"; do
		[[ -r $directory/mod_$module.so ]] || die "mod_$module is missing: apt-get install libapache2-mod-$module"
		echo "LoadModule ${module}_module $directory/mod_$module.so"
	done
	[[ $UID != 0 ]] || printf 'User www-data\nGroup www-data\n'
	cat <<-END
		ServerRoot "$tmp"
		ServerName 127.0.0.1
		Listen 127.0.0.1:$port
		DefaultRuntimeDir "$run"
		PidFile "$run/apache2.pid"
		Mutex "file:$run" default
		Timeout 60
		TypesConfig /dev/null
		StartServers 1
		ServerLimit 32
		ThreadsPerChild 32
		MaxRequestWorkers 1024
		ErrorLog "$tmp/log/error.log"
		LogFormat "%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"" combined
		CustomLog "$tmp/log/access.log" combined env=!sallyport
		CustomLog "$tmp/log/access.log" sallyport env=sallyport
		DocumentRoot "$tmp/www"
		DirectoryIndex index.html
		<Directory />
			Options FollowSymLinks
			AllowOverride None
			Require all denied
		</Directory>
		<Directory "$tmp/www">
			Require all granted
		</Directory>
	END
	[[ $scheme = http ]] || cat <<-END
		Protocols h2 http/1.1
		SSLEngine on
		SSLCertificateFile "$tmp/tls.pem"
	END
	for module in 400 401 403 404 405 406 413 415 429 500 502 503; do
		echo "ErrorDocument $module /error.html"
	done
}

definitions()
{
	[[ -z $path ]] || echo "Define SALLYPORT_PATH \"$path\""
	cat <<-END
		Define SALLYPORT_BIN "$tmp/bin"
		Define SALLYPORT_CONF "$tmp/sallyport.conf"
		Define SALLYPORT_RUN "$run"
		Define SALLYPORT_SERVERS "$names"
		Define SALLYPORT_BODY_LIMIT $body_limit
		Include "$root/httpd-conf/apache/$kind.conf"
	END
}

outer_cgi()
{
	echo "ScriptSock \"$run/cgid.sock\""
	definitions
}

outer_fcgid()
{
	printf 'FcgidIPCDir "%s"\nFcgidProcessTableFile "%s/fcgid_shm"\n' "$run" "$run"
	definitions
}

outer_proxy_fcgi()
{
	echo "ProxyErrorOverride On"
	definitions
}

# What .htaccess asks of the administrator.  The wrappers are those of "sallyport init".
outer_userdir()
{
	local home=$tmp/home/joe/public_html name
	[[ $names = mcp && $path = /~joe ]] || die "the .htaccess serves [server mcp] at /~joe only"
	mkdir -p "$home/cgi-bin"
	cp "$root/httpd-conf/apache/htaccess" "$home/.htaccess"
	for name in "${programs[@]}"; do
		printf '#!/bin/sh\nSALLYPORT_CONF=%s exec %s\n' "$tmp/sallyport.conf" "$tmp/bin/$name" >"$home/cgi-bin/$name"
	done
	chmod -R u=rwX,go=rX "$tmp/home"
	chmod 755 "$home"/cgi-bin/*
	cat <<-END
		ScriptSock "$run/cgid.sock"
		LogFormat "%h %l %u %t \"%m %U %H\" %>s %b" sallyport
		SetEnvIf Request_URI "^/~" sallyport
		UserDir "$tmp/home/*/public_html"
		<Directory "$tmp/home/*/public_html">
			AllowOverride FileInfo
			Options SymLinksIfOwnerMatch ExecCGI
			LimitRequestBody $body_limit
			Require all granted
		</Directory>
	END
}

# systemd's part.
activate()
{
	local as=("${as_www_data[@]}")
	[[ $UID != 0 ]] || install -o www-data -m 600 /dev/null "$tmp/log/programs.log"	# lighttpd opens it too
	[[ -z ${SALLYPORT_USERS:-} ]] || as=("${ended_with_us[@]}")
	install -m 644 "$here/servers/activate.pl" "$tmp/activate.pl"
	SALLYPORT_CONF=$tmp/sallyport.conf "${as[@]}" perl "$tmp/activate.pl" "$run" "$tmp/bin" \
		"${programs[@]}" >>"$tmp/log/programs.log" 2>&1 &
	activate_pid=$!
	until [[ -S $run/${programs[-1]}.sock ]]; do
		kill -0 "$activate_pid" || die "no sockets in $run"
		sleep 0.01
	done
}

/* SPDX-License-Identifier: MIT */
#include "protocol/page_style.h"

#include "base/base64url.h"
#include "base/digest.h"
#include "protocol/page.h"

/*
 * One string, since a CSP hash covers the whole element (CSP level 3 section 2.3.1); C17 5.2.4.1
 * promises 4095 bytes.  Text on its ground has a contrast of at least 7:1 in both schemes.
 */
const char page_style[] =
	":root{color-scheme:light dark;--page:#f3f2ee;--card:#fff;--text:#1c2126;--soft:#474f58;"
	"--line:#d9d6ce;--well:#f3f2ee;--key:#0b5162;--press:#073d4a;--on:#fff;"
	"--warn:#fff5dc;--edge:#b06f00;--lid:#4a3100;--stop:#8f1d16}\n"
	"@media(prefers-color-scheme:dark){:root{--page:#121518;--card:#1b2024;--text:#ebe9e4;"
	"--soft:#b3bac1;--line:#3b4248;--well:#121518;--key:#7fd0e0;--press:#a5e0ec;--on:#06222a;"
	"--warn:#31280f;--edge:#dba73a;--lid:#f8e8c0;--stop:#ffb4ab}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;padding:clamp(1rem,4vh,4rem) 1rem 2rem;background:var(--page);"
	"color:var(--text);font:1rem/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,"
	"\"Noto Sans\",sans-serif;overflow-wrap:anywhere;-webkit-text-size-adjust:100%}\n"
	"header,main{max-width:36rem;margin:0 auto}\n"
	"header{display:flex;align-items:center;gap:.6rem;margin-bottom:1rem;padding:0 .25rem;"
	"color:var(--soft);font-weight:500}\n"
	"svg{flex:none;width:1.6rem;height:1.6rem;color:var(--key)}\n"
	"main{padding:clamp(1.25rem,5vw,2.25rem);background:var(--card);"
	"border:1px solid var(--line);border-radius:1rem;"
	"box-shadow:0 1px 2px #0000000d,0 .75rem 2rem #00000012}\n"
	"h1{margin:0 0 .5rem;font-size:clamp(1.45rem,5vw,1.8rem);line-height:1.2;letter-spacing:-.015em;"
	"text-wrap:balance}\n"
	"h2{margin:0;font-size:1rem;line-height:1.4}\n"
	"p{margin:.35rem 0 0;text-wrap:pretty}\n"
	".lead,.note,dt,.next{color:var(--soft)}\n"
	"dl{margin:1.25rem 0 0}\n"
	"dl>div{padding:.8rem 0;border-top:1px solid var(--line)}\n"
	"dt,.note{font-size:.875rem}\n"
	"dd{margin:.15rem 0 0}\n"
	"dd+.note{margin-top:.3rem}\n"
	"dd ul{margin:0;padding-left:1.2rem;list-style:disc}\n"
	"dd ul code{font-weight:600}\n"
	".name{font-size:1.2rem;font-weight:600;line-height:1.35;overflow:hidden}\n"
	"code{font:.9375em/1.5 ui-monospace,\"Cascadia Mono\",Menlo,Consolas,monospace}\n"
	".host{margin:.4rem 0;padding:.6rem .8rem;background:var(--well);"
	"border:1px solid var(--line);border-radius:.6rem}\n"
	".host code{font-size:1.2rem;font-weight:600}\n"
	".warning{padding:.9rem 1rem;background:var(--warn);color:var(--lid);"
	"border:1px solid var(--edge);border-left-width:.4rem;border-radius:.6rem}\n"
	".next{margin-top:1rem}\n"
	"form{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.25rem}\n"
	"button{flex:1 1 auto;min-height:2.875rem;padding:.55rem 1.1rem;border-radius:.6rem;"
	"border:1px solid var(--soft);background:transparent;color:var(--text);font:inherit;"
	"font-weight:600;cursor:pointer}\n"
	"button:hover{background:var(--well)}\n"
	".go{flex-basis:100%;background:var(--key);border-color:var(--key);color:var(--on)}\n"
	".go:hover{background:var(--press);border-color:var(--press)}\n"
	"a{color:var(--key)}\n"
	".said{margin:1rem 0;padding:.7rem 1rem;background:var(--well);border:1px solid var(--key);"
	"border-left-width:.4rem;border-radius:.6rem}\n"
	".who,.apps,.all{flex:1 1 100%;margin:0}\n"
	".who{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:center;padding:.8rem 1rem;"
	"background:var(--well);border:1px solid var(--line);border-radius:.6rem}\n"
	".who p{flex:1 1 12rem;margin:0}\n"
	".who strong,.who span{display:block}\n"
	".who button{flex:0 1 auto}\n"
	".apps{padding:0;list-style:none}\n"
	".apps>li{padding:1.1rem 0 1.4rem;border-top:1px solid var(--line)}\n"
	".apps>li:first-child{border:0}\n"
	".apps dl{margin:.8rem 0 0}\n"
	".apps dl>div{display:grid;grid-template-columns:8.5rem 1fr;align-items:baseline;padding:.15rem 0;border:0}\n"
	".apps dd{grid-column:2;margin:0}\n"
	".end{border-color:var(--stop);color:var(--stop)}\n"
	".apps .end{margin-top:1rem}\n"
	".all{padding-top:1.1rem;border-top:1px solid var(--line)}\n"
	".all .end{width:100%;margin-top:1rem}\n"
	"@media(max-width:28rem){.apps dl>div{display:block}.apps .end{width:100%}}\n"
	":focus-visible{outline:3px solid var(--key);outline-offset:3px}\n"
	".after{margin-top:1.5rem;padding-top:1rem;border-top:1px solid var(--line)}\n";

/* A worker is a thread: each hashes the sheet once. */
static const char *
style_hash(struct arena *a)
{
	static _Thread_local char hash[SHA256_SIZE / 3 * 4 + 5];
	uint8_t sum[SHA256_SIZE];

	if (hash[0] == '\0') {
		sha256(page_style, strlen(page_style), sum);
		(void)snprintf(hash, sizeof hash, "%s", base64_encode(a, sum, sizeof sum));
	}
	return hash;
}

/* Origins and schemes hold neither what ends a directive nor what ends a header field. */
static bool
is_source_list(const char *text)
{
	return text != NULL && text[strspn(text, " ")] != '\0' &&
	    text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	    "+-.:/[]*_ ")] == '\0';
}

/*
 * CSP has no spelling for an IPv6 address or a host with an underscore (level 3 section 2.3.1,
 * host-char), and browsers ignore such a source, which would block the way back to a client on
 * [::1]: its scheme stands for it.
 */
static char *
source_list(struct arena *a, const char *text)
{
	struct buf b = buf_new(a, strlen(text));

	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		size_t n = strcspn(text, " "), scheme = strcspn(text, ":");

		if (b.len > 0)
			buf_lit(&b, " ");
		if ((memchr(text, '[', n) != NULL || memchr(text, '_', n) != NULL) && scheme < n)
			buf_bytes(&b, text, scheme + 1);
		else
			buf_bytes(&b, text, n);
		text += n;
	}
	return arena_string(a, b.text);
}

/* Who cannot be spelt frames nothing: a scheme would be everybody. */
char *
page_policy_framed(struct arena *a, const char *ancestor)
{
	return arena_printf(a, "default-src 'none'; base-uri 'none'; form-action 'none'; "
	    "frame-ancestors %s", is_source_list(ancestor) ? ancestor : "'none'");
}

char *
page_policy(struct arena *a, const char *form_action)
{
	return arena_printf(a, "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
	    "form-action %s; frame-ancestors 'none'", style_hash(a),
	    is_source_list(form_action) ? source_list(a, form_action) : "'none'");
}

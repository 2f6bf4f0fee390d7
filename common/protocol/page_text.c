/* SPDX-License-Identifier: MIT */
#include "protocol/page_text.h"

static const char *const english[TEXT_COUNT] = {
	[TEXT_LANGUAGE]		= "en",
	[TEXT_BRAND]		= "Sallyport",
	[TEXT_CONSENT_HEADING]	= "Connect this application?",
	[TEXT_CONSENT_LEAD]	= "An application asks to use a service in your name. "
				  "Check who asks, and where your answer goes.",
	[TEXT_NAME]		= "It calls itself",
	[TEXT_NAME_NONE]	= "(it gave no name)",
	[TEXT_NAME_UNVERIFIED]	= "Any application can take any name. Nobody has verified this one.",
	[TEXT_UNVERIFIED]	= "Nobody has verified who it is.",
	[TEXT_NAME_KNOWN]	= "Your administrator has set it up.",
	[TEXT_DOCUMENT]		= "It is published by",
	[TEXT_DOCUMENT_NOTE]	= "Only this host speaks for it. Do you know the host, and does it fit the name?",
	[TEXT_CLIENT_URI]	= "It gives this web site, also unverified:",
	[TEXT_REDIRECT]		= "Your answer goes to",
	[TEXT_REDIRECT_WHOLE]	= "Whole address:",
	[TEXT_REDIRECT_APP]	= "Addresses that begin like this open an app on this device.",
	[TEXT_RESOURCE]		= "It wants to use",
	[TEXT_SCOPE]		= "It may then:",
	[TEXT_SCOPE_NONE]	= "use what this service offers to everyone who signs in",
	[TEXT_SCOPE_UNKNOWN]	= "do what this permission allows:",
	[TEXT_LOOPBACK_HEADING]	= "This leads to a program on this computer",
	[TEXT_LOOPBACK]		= "Any program here could be asking, under any name. "
				  "Continue only if you started it yourself just now.",
	[TEXT_NEXT]		= "If you continue, you sign in with your organisation’s Microsoft "
				  "account. The application does not see your password.",
	[TEXT_NEXT_ACCOUNT]	= "You can disconnect it again at any time, on the page",
	[TEXT_APPROVE]		= "Continue",
	[TEXT_SWITCH]		= "Use another account",
	[TEXT_DENY]		= "Cancel",
	[TEXT_LOGOUT_HEADING]	= "Sign out?",
	[TEXT_LOGOUT_LEAD]	= "This ends what began when you signed in here with your organisation’s "
				  "Microsoft account. Nothing has ended yet.",
	[TEXT_LOGOUT_BROWSER]	= "In this browser",
	[TEXT_LOGOUT_BROWSER_ENDS] = "Microsoft signs you out, also of other web sites that you use with "
				  "this account.",
	[TEXT_LOGOUT_CLIENTS]	= "In the applications that you connected with this browser",
	[TEXT_LOGOUT_CLIENTS_END] = "What they were given ends, on whatever computer they run. Before they "
				  "use this service again, they must ask you.",
	[TEXT_LOGOUT_ELSEWHERE]	= "With other browsers and devices",
	[TEXT_LOGOUT_ELSEWHERE_STAYS] = "Nothing changes.",
	[TEXT_LOGOUT]		= "Sign out",
	[TEXT_SIGNED_OUT_HEADING] = "You are signed out",
	[TEXT_SIGNED_OUT]	= "Microsoft has ended your sign-in with this browser. You can close this "
				  "window.",
	[TEXT_SIGNED_OUT_CLIENTS] = "An application that can still use this service was connected with "
				  "another browser: sign out there too.",
	[TEXT_LOGOUT_HEARD]	= "The sign-out has arrived.",
	[TEXT_LOGOUT_FAILED_HEADING] = "This did not sign you out",
	[TEXT_LOGOUT_FAILED]	= "Open the sign-out page of this service and press its button. Or sign out "
				  "on a page of Microsoft’s own, such as the one where you read your mail.",
	[TEXT_ACCOUNT_HEADING]	= "Your connected applications",
	[TEXT_ACCOUNT_LEAD]	= "These applications can use services here in your name. Disconnect what you "
				  "do not know or no longer need.",
	[TEXT_ACCOUNT_NONE]	= "No application can use services here in your name. When you connect one, "
				  "it appears on this page.",
	[TEXT_ACCOUNT_CLOSED]	= "Sign in to see which applications can use services here in your name, and "
				  "to disconnect them.",
	[TEXT_ACCOUNT_NEXT]	= "You sign in with your organisation’s Microsoft account.",
	[TEXT_ACCOUNT_SIGN_IN]	= "Sign in",
	[TEXT_ACCOUNT_SHARED]	= "Do other people use this browser too?",
	[TEXT_ACCOUNT_LOGOUT]	= "Sign out of Microsoft as well",
	[TEXT_ACCOUNT_WHO]	= "Signed in as",
	[TEXT_ACCOUNT_SIGN_OUT]	= "Sign out",
	[TEXT_ACCOUNT_GONE]	= "It is not registered here any more.",
	[TEXT_ACCOUNT_LEADS]	= "Its answers go to",
	[TEXT_ACCOUNT_LOCAL]	= "a program on the computer where you connected it",
	[TEXT_ACCOUNT_USES]	= "It can use",
	[TEXT_ACCOUNT_MAY]	= "It may",
	[TEXT_ACCOUNT_SINCE]	= "Connected",
	[TEXT_ACCOUNT_USED]	= "Last used",
	[TEXT_ACCOUNT_END]	= "Disconnect",
	[TEXT_ACCOUNT_END_ALL]	= "Disconnect all",
	[TEXT_ACCOUNT_ENDS]	= "What a disconnected application was given ends at once, on whatever "
				  "computer it runs. Before it uses a service here again, it must ask you.",
	[TEXT_ACCOUNT_MORE]	= "There are more applications than this page shows. They can be disconnected "
				  "together.",
	[TEXT_ACCOUNT_ENDED]	= "The application is disconnected.",
	[TEXT_ACCOUNT_ENDED_ALL] = "All applications are disconnected.",
	[TEXT_ACCOUNT_ENDED_NONE] = "There was nothing left to disconnect.",
	[TEXT_ACCOUNT_ENDED_SOME] = "There was more to disconnect than can be done at once. Press the button "
				  "again for the rest.",
	[TEXT_ACCOUNT_SIGNED_OUT] = "You are signed out of this page.",
	[TEXT_ACCOUNT_OVER]	= "You are not signed in to this page any more. Nothing was changed. Please "
				  "sign in again.",
	[TEXT_ERROR]		= "Error",
	[TEXT_ERROR_NEXT]	= "What you can do",
	[TEXT_REFERENCE]	= "If you ask your administrator for help, give this reference:",
	[TEXT_DETAIL]		= "Details:",
	[TEXT_FAULT_HEADING]	= "Something went wrong on our side",
	[TEXT_FAULT]		= "Please try again. If it happens again, give your administrator the "
				  "reference below.",
	[TEXT_UNAVAILABLE_HEADING] = "The sign-in service is not available just now",
	[TEXT_UNAVAILABLE]	= "Please wait a minute, then start again where you began.",
	[TEXT_TOO_MANY_HEADING]	= "Too many requests at once",
	[TEXT_TOO_MANY]		= "Please wait, then load this page again.",
	[TEXT_ELSEWHERE_HEADING] = "This sign-in was started in another browser",
	[TEXT_ELSEWHERE]	= "Go back to where you began, in your application or on a page of this "
				  "service, and start again; finish in the same browser window.",
	[TEXT_NOT_FOUND_HEADING] = "There is nothing here",
	[TEXT_NOT_FOUND]	= "Please check the address.",
	[TEXT_NO_WAY_HEADING]	= "This sign-in cannot go on",
	[TEXT_NO_WAY]		= "Go back to where you began, in your application or on a page of this "
				  "service, and start again. If it happens again with an application, "
				  "remove the connection there and add it anew.",
	[TEXT_AGAIN_HEADING]	= "This did not work",
	[TEXT_AGAIN]		= "Nothing was changed. Open the page again, and press its button there:",
	[TEXT_ACCOUNT_OPEN]	= "Your connected applications",
	[TEXT_WHY_NOT_READY]	= "The server is not ready.",
	[TEXT_WHY_CUT_ADDRESS]	= "This address is not complete.",
	[TEXT_WHY_OVER]		= "This sign-in took too long, or has been used already.",
	[TEXT_WHY_USED]		= "This sign-in has been used already.",
	[TEXT_WHY_OTHER_BROWSER] = "The person who approved did so in another browser.",
	[TEXT_WHY_FOREIGN_FORM]	= "The form was not sent by this page.",
	[TEXT_WHY_NO_COOKIE]	= "Your browser did not send the cookie that this page had set.",
	[TEXT_WHY_NO_WAY_IN]	= "This service does not know yet where Microsoft’s sign-in is: it learns that "
				  "when somebody connects an application.",
	[TEXT_WHY_NO_WAY_OUT]	= "This service does not know yet where Microsoft’s sign-out is: that takes a "
				  "first sign-in.",
	[TEXT_WHY_TOO_MUCH]	= "There is more to end than one request may.",
	[TEXT_WHY_OLD_FORM]	= "The form was not sent by this page, or belongs to an earlier sign-in.",
	[TEXT_WHY_NO_ENTRY]	= "You cancelled the sign-in, or Microsoft did not let you in.",
};

static const struct {
	const char	*scope;
	const char	*words;
} scopes[] = {
	{ "mcp",		"use the tools of this service in your name" },
	{ "mcp:basic",		"use the tools of this service in your name" },
	{ "mcp:tools",		"use the tools of this service in your name" },
	{ "graph:user.read",	"read your profile in your organisation’s directory" },
	{ "User.Read",		"read your profile in your organisation’s directory" },
	{ "offline_access",	"stay connected when you are not there" },
};

const char *
page_text(enum page_text which)
{
	return english[which];
}

bool
page_text_has(const char *sentence)
{
	for (size_t i = 0; i < TEXT_COUNT; i++)
		if (strcmp(english[i], sentence) == 0)
			return true;
	return false;
}

const char *
page_text_scope(const char *scope)
{
	for (size_t i = 0; i < COUNT(scopes); i++)
		if (strcmp(scopes[i].scope, scope) == 0)
			return scopes[i].words;
	return page_text(TEXT_SCOPE_UNKNOWN);
}

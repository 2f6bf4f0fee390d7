#!/usr/bin/env node
// SPDX-License-Identifier: MIT
//
// The Azure CLI as httpd-conf/entra/register.sh sees it.  Each call is written to $AZ_LOG as one line of JSON, and
// answered by the first rule of $AZ_RULES that matches the arguments and is not used up:
// { when: regular expression, out, err, status, times }.  A call that no rule expects fails.

import { appendFileSync, existsSync, readFileSync } from 'node:fs';

const { AZ_LOG, AZ_RULES } = process.env;
const args = process.argv.slice(2);
const line = args.join(' ');
const earlier = existsSync(AZ_LOG) ? readFileSync(AZ_LOG, 'utf8').split('\n').filter(Boolean).map((text) => JSON.parse(text)) : [];
const rules = JSON.parse(readFileSync(AZ_RULES, 'utf8'));
const used = (index) => earlier.filter((call) => call.rule === index).length;
const index = rules.findIndex((rule, i) => new RegExp(rule.when).test(line) && used(i) < (rule.times ?? Infinity));
const certificate = args.find((argument) => argument.startsWith('@'));

appendFileSync(AZ_LOG, JSON.stringify({
	rule: index,
	args,
	file: certificate === undefined ? undefined : readFileSync(certificate.slice(1), 'utf8'),
}) + '\n');
if (index < 0) {
	process.stderr.write(`az: unexpected call: ${line}\n`);
	process.exit(99);
}
process.stdout.write(rules[index].out ?? '');
process.stderr.write(rules[index].err ?? '');
process.exitCode = rules[index].status ?? 0;

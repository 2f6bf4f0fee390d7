// SPDX-License-Identifier: MIT
// The official SDK for servers, from build/npm.
const SDK = new URL('../../../build/npm/node_modules/server-2/dist/', import.meta.url);

export const {
	CLIENT_CAPABILITIES_META_KEY, McpServer, ResourceTemplate, WebStandardStreamableHTTPServerTransport, createMcpHandler,
	createRequestStateCodec, fromJsonSchema, hostHeaderValidationResponse, inputRequired, inputResponse,
	isInitializeRequest, isLegacyRequest, localhostAllowedHostnames, localhostAllowedOrigins, originValidationResponse,
} = await import(new URL('index.mjs', SDK));
export const { SkillsExtension, memorySkillFiles } = await import(new URL('ext/skills/index.mjs', SDK));

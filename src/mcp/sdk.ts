/** What luci uses of the SDK of the Model Context Protocol. Built apart (scripts/bundle-command.mjs), because no other command needs it. */

export { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
export { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
export { Server } from '@modelcontextprotocol/server';
export { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';

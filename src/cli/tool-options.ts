import { changeKinds } from '../assistant/permissions.ts';
import { LuciError } from '../base/errors.ts';
import { anyText, listOf, oneOf } from '../base/value-kinds.ts';
import type { OptionTable, ValueOption } from './command.ts';

/** Whether the servers of `mcp.json` are used. */
export const mcpOption = {
  kind: oneOf(['on', 'off']),
  value: 'WORD',
  summary: 'tools of the servers in mcp.json: on or off (default: on at a terminal)',
} as const satisfies ValueOption;

/** Flags of commands that let a model work in a folder. */
export const toolOptions = {
  root: { kind: anyText('.'), value: 'DIR', summary: 'the folder the tools work in, and cannot leave' },
  allow: {
    kind: listOf(oneOf(changeKinds)),
    value: 'WORDS',
    multiple: true,
    summary: `changes that are allowed without a question: ${changeKinds.join(', ')}, with commas between several`,
  },
  trustFiles: {
    summary: 'let --allow hold as well for what a file or a tool names, and for deletes it may have led to',
  },
} as const satisfies OptionTable;

/** Throws USAGE for flags that mean nothing beside each other. */
export function checkToolFlags(given: {
  readonly tools?: true;
  readonly root?: string;
  readonly allow?: readonly unknown[];
  readonly trustFiles?: true;
  readonly mcp?: 'on' | 'off';
  readonly schema?: string;
  readonly raw?: true;
  readonly fit?: string;
}): void {
  const { tools, root, allow, trustFiles, mcp, schema, raw, fit } = given;
  const alone = Object.entries({ '--root .': root, '--allow write': allow, '--trust-files': trustFiles, '--mcp on': mcp }).find(
    ([, value]) => value !== undefined,
  )?.[0];
  if (tools === undefined && alone !== undefined)
    throw new LuciError('USAGE', `${alone.split(' ')[0]} is for tools, and none are given.`, {
      hint: `luci ask --tools ${alone} "What is in notes.txt?"`,
    });
  const other = schema !== undefined ? '--schema' : raw ? '--raw' : fit !== undefined ? '--fit' : undefined;
  if (tools && other !== undefined)
    throw new LuciError('USAGE', `--tools and ${other} do not go together.`, { hint: 'luci ask --tools "What is in notes.txt?"' });
}

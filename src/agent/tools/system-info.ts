import type { BuiltInTool } from './tool-context.ts';

/** `system_info`. */
export const systemInfo: BuiltInTool = {
  order: 7,
  name: 'system_info',
  kind: 'read',
  description: 'Memory, disk, processor and system of this computer',
  wantedBy: /\b(memory|ram|disk|drive|storage|cpu|processors?|cores?|operating system|computer|machine|hardware|laptop)\b/i,
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  run: async (_, { probe }) =>
    Object.entries(await probe())
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
};

import type { Model } from '../base/model.ts';

/** What a model is good for, as one sentence made of its purposes and its tier. */

const tasks = {
  0: 'short, plain tasks',
  1: 'everyday tasks',
  2: 'harder tasks, such as bugs, SQL and long texts',
  3: 'demanding tasks, such as changes over several files and puzzles',
} as const;

/** The sentence; undefined where the purposes are none that luci knows. */
export function aboutModel({ purposes, tier }: Pick<Model, 'purposes' | 'tier'>): string | undefined {
  if (purposes.includes('base')) return 'Continues a text; it does not answer questions.';
  const does = mainly(purposes);
  if (!does) return undefined;
  const languages = purposes.includes('multilingual') ? ' in many languages' : '';
  const also = [
    !does.isCode && purposes.includes('code') && 'writes code',
    purposes.includes('tools') && 'calls tools',
    !does.thinks && purposes.includes('reasoning') && 'can think before it answers',
  ].filter((part) => part !== false);
  return `${[`${does.words}${languages}`, ...also].join(', ')}; for ${tasks[tier]} (tier ${tier}).`;
}

/** What it was made for before all. */
function mainly(purposes: readonly string[]): { readonly words: string; readonly isCode?: boolean; readonly thinks?: boolean } | undefined {
  const answers = purposes.includes('chat') || purposes.includes('instruct');
  const [first] = purposes;
  if (first === 'code') return { words: answers ? 'Writes and explains code' : 'Completes code, and is not made to chat', isCode: true };
  if (first === 'reasoning') return { words: 'Thinks before it answers', thinks: true };
  return answers ? { words: 'Answers questions and follows instructions' } : undefined;
}

import { fenced } from '../agent/question-files.ts';
import { pathTo } from './chat-branch.ts';
import type { ChatTurn, KeptChat } from './kept-chat.ts';

/** A kept chat as a file of the user's own. Pure. */

/** The forms there are: Markdown to read, with the branch that is talked in; JSON with every turn. */
export const exportForms = ['markdown', 'json'] as const;
/** A form that a chat is written in for others. */
export type ExportForm = (typeof exportForms)[number];

/** The text of the file. JSON is a line a turn, as the page of `luci serve` reads it. */
export function exportChat(chat: KeptChat, form: ExportForm): string {
  return form === 'json' ? asJson(chat) : asMarkdown(chat);
}

function asJson({ title, turns }: KeptChat): string {
  return [{ type: 'title', title }, ...turns].map((line) => `${JSON.stringify(line)}\n`).join('');
}

function asMarkdown({ title, turns, place }: KeptChat): string {
  return [`# ${title}\n`, ...sectionsOf(pathTo(turns, place)).map(({ who, text }) => `## ${who}\n\n${text}\n`)].join('\n');
}

/** What was said by one side without a break. */
export interface ChatSection {
  /** The model's name, `You` or `System`. */
  readonly who: string;
  readonly text: string;
}

/** A branch as it is read; an answer in several parts is one. */
export function sectionsOf(path: readonly ChatTurn[]): readonly ChatSection[] {
  const sections: ChatSection[] = [];
  for (const turn of path) {
    const last = sections.at(-1);
    if (turn.continues && last) sections[sections.length - 1] = { ...last, text: last.text + turn.content };
    else sections.push({ who: whoOf(turn), text: [turn.content, ...(turn.files ?? []).map(fenced)].join('\n\n') });
  }
  return sections;
}

function whoOf({ role, model }: ChatTurn): string {
  if (role === 'assistant') return model ?? 'Answer';
  return role === 'user' ? 'You' : 'System';
}

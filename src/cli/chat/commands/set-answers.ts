import type { ChatSettings } from '../../../app/chat-session.ts';
import { LuciError } from '../../../base/errors.ts';
import { misfit } from '../../../base/value-kinds.ts';
import { nearest } from '../../nearest.ts';
import { samplingOptions } from '../../options.ts';
import { definitions } from '../../show/definitions.ts';
import { printable } from '../../show/text.ts';
import type { ChatCommandContext } from '../chat-command.ts';

/** `/set`: the flags of how answers are made, changed while the chat goes on. */

const options = samplingOptions('as the model’s makers advise, else 0.7');

/** The settings there are, named as the flags are: `maxTokens` is `max-tokens`. */
export const answerSettings = Object.entries(options).map(([key, option]) => ({
  ...option,
  key: key as keyof typeof options,
  name: key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
}));

type AnswerSetting = (typeof answerSettings)[number];

/** Shows all, or one, or changes one; `-` takes a value back. @throws USAGE for a setting or a value there is not */
export async function setAnswers({ session, show }: ChatCommandContext, operand: string): Promise<void> {
  const [, word = '', text = ''] = /^(\S*)\s*([\s\S]*)$/.exec(operand) ?? [];
  if (word === '') {
    if (show.json) return show.data({ type: 'settings', settings: session.settings });
    const rows = answerSettings.map((setting) => [`${setting.name} ${shown(setting, session.settings) ?? '-'}`, setting.summary] as const);
    return show.note(definitions(rows, show.terminal).join('\n'));
  }
  const setting = settingOf(word);
  if (text !== '') session.configure(changed(setting, text === '-' ? undefined : valueFrom(setting, text), session.settings));
  show.note(`${setting.name}: ${shown(setting, session.settings) ?? 'as by default'}`);
}

function settingOf(word: string): AnswerSetting {
  const found = answerSettings.find(({ name, key }) => name === word || key === word);
  if (found) return found;
  const names = answerSettings.map(({ name }) => name);
  const [close] = nearest(word, names, 1);
  throw new LuciError('USAGE', `There is no setting "${printable(word)}".${close ? ` Did you mean ${close}?` : ''}`, { hint: '/set' });
}

function valueFrom({ name, kind }: AnswerSetting, text: string): string | number {
  const value = kind.parse(text);
  if (value !== undefined) return value;
  throw new LuciError('USAGE', `${name}: ${misfit(printable(text), kind)}.`, { hint: `/set ${name} ${kind.example}` });
}

function changed({ key }: AnswerSetting, value: string | number | undefined, { sampling }: ChatSettings): Partial<ChatSettings> {
  if (key === 'maxTokens') return { maxTokens: value as number | undefined };
  if (key === 'stop') return { stop: value === undefined ? undefined : [String(value)] };
  return { sampling: { ...sampling, [key]: value } };
}

function shown({ key }: AnswerSetting, { sampling, maxTokens, stop }: ChatSettings): string | undefined {
  const value = key === 'maxTokens' ? maxTokens : key === 'stop' ? stop?.map(printable).join(', ') : sampling[key];
  return value === undefined ? undefined : String(value);
}

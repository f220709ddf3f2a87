import type { LlamaModel } from 'node-llama-cpp';

/**
 * Keeps what users, tools and documents say from becoming control tokens: only a template writes those. Where a conversation holds the text of
 * one, it is hidden while the template is rendered and comes back as plain text.
 */
export interface Protection {
  /** The same value with the texts hidden. */
  hide<T>(value: T): T;
  /** The rendered text, taken apart where something was hidden. */
  parts(text: string): readonly { readonly text: string; readonly isPlain: boolean }[];
}

/** For one conversation; `texts` holds all that is said in it. */
export function protectText(model: LlamaModel, texts: string): Protection {
  const hidden = controlTexts(model, texts);
  if (hidden.length === 0) return { hide: (value) => value, parts: (text) => [{ text, isPlain: false }] };
  // Signs of the private area, which nothing in the conversation has.
  const signs = Array.from({ length: 64 }, (_, index) => String.fromCharCode(0xf8a0 + index)).filter((sign) => !texts.includes(sign));
  const [open = '\uf8fe', close = '\uf8ff'] = signs;
  const hideText = (text: string): string =>
    hidden.reduce((rest, secret, index) => rest.replaceAll(secret, `${open}${index}${close}`), text);
  return {
    hide: (value) => mapTexts(value, hideText),
    parts: (text) =>
      text
        .split(new RegExp(`${open}(\\d+)${close}`))
        .map((part, index) => (index % 2 === 0 ? { text: part, isPlain: false } : { text: hidden[Number(part)] ?? '', isPlain: true }))
        .filter(({ text: part }) => part !== ''),
  };
}

/** Texts of the control tokens a text would be read as, the longest first. */
function controlTexts(model: LlamaModel, text: string): string[] {
  const found = new Set<string>();
  for (const token of new Set(model.tokenize(text, true))) {
    if (!model.getTokenAttributes(token).control && !model.isEogToken(token)) continue;
    const secret = model.detokenize([token], true);
    if (secret !== '' && text.includes(secret)) found.add(secret);
  }
  return [...found].sort((a, b) => b.length - a.length);
}

function mapTexts<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((item) => mapTexts<unknown>(item, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts<unknown>(item, change)])) as T;
}

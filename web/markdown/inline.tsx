import type { Token, Tokens } from 'marked';
import type { ComponentChildren } from 'preact';

/** What stands inside a block. Links go to the web and to mail alone; a picture would be a request to a stranger, so its address is shown. */

type Views = { readonly [type: string]: (token: Token) => ComponentChildren };

const views: Views = {
  strong: (token) => <strong>{inlineOf((token as Tokens.Strong).tokens)}</strong>,
  em: (token) => <em>{inlineOf((token as Tokens.Em).tokens)}</em>,
  del: (token) => <del>{inlineOf((token as Tokens.Del).tokens)}</del>,
  codespan: (token) => <code>{(token as Tokens.Codespan).text}</code>,
  br: () => <br />,
  link: (token) => link(token as Tokens.Link),
  image: (token) => `[${(token as Tokens.Image).text || 'picture'}: ${(token as Tokens.Image).href}]`,
  escape: (token) => (token as Tokens.Escape).text,
  text: (token) => {
    const { tokens, text } = token as Tokens.Text;
    return tokens ? inlineOf(tokens) : plain(text);
  },
};

/** Elements and text of inline tokens. */
export function inlineOf(tokens: readonly Token[]): ComponentChildren {
  return tokens.map((token) => (Object.hasOwn(views, token.type) ? views[token.type]?.(token) : token.raw));
}

function link({ href, tokens }: Tokens.Link): ComponentChildren {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (!url || !['http:', 'https:', 'mailto:'].includes(url.protocol)) return [inlineOf(tokens), ` (${href})`];
  return (
    <a href={url.href} rel="noreferrer noopener" target="_blank">
      {inlineOf(tokens)}
    </a>
  );
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** The common entities as they are meant; all others stay as written. */
function plain(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|nbsp);/g, (_, name: string) => entities[name] ?? '');
}

import type { Token, Tokens } from 'marked';
import type { Style } from '../terminal.ts';
import type { Span } from './lines.ts';

/** What stands inside a block of Markdown, as spans. A link is its text and its address: what looks like one address may lead to another. */
export function spansOf(tokens: readonly Token[], style?: Style): readonly Span[] {
  return tokens.flatMap((token) => spanOf(token, style));
}

function spanOf(token: Token, style: Style | undefined): readonly Span[] {
  switch (token.type) {
    case 'strong':
      return spansOf((token as Tokens.Strong).tokens, 'bold');
    case 'em':
      return spansOf((token as Tokens.Em).tokens, style ?? 'italic');
    case 'del':
      return [{ text: '~~', style }, ...spansOf((token as Tokens.Del).tokens, style), { text: '~~', style }];
    // Without its marks code could not be told from words where there is no colour.
    case 'codespan':
      return [{ text: `\`${(token as Tokens.Codespan).text}\``, style }];
    case 'br':
      return [{ text: '\n' }];
    // Its item has it already.
    case 'checkbox':
      return [];
    case 'link':
      return linkSpans(token as Tokens.Link, style);
    case 'image': {
      const { text, href } = token as Tokens.Image;
      return [{ text: `[${text || 'picture'}: ${href}]`, style }];
    }
    case 'escape':
      return [{ text: (token as Tokens.Escape).text, style }];
    case 'text': {
      const { tokens, text } = token as Tokens.Text;
      return tokens ? spansOf(tokens, style) : [{ text: plain(text), style }];
    }
    default:
      return [{ text: token.raw, style }];
  }
}

function linkSpans({ href, tokens, raw }: Tokens.Link, style: Style | undefined): readonly Span[] {
  const shown = spansOf(tokens, style);
  const text = shown.map((span) => span.text).join('');
  const isAddress = [href, href.replace(/^mailto:/, '')].includes(text) || raw === text;
  return isAddress ? shown : [...shown, { text: ` (${href})`, style }];
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** The common entities as they are meant; all others stay as written. */
function plain(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|nbsp);/g, (_, name: string) => entities[name] ?? '');
}

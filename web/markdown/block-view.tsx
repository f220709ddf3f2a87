import type { Token, Tokens } from 'marked';
import type { ComponentChildren, JSX, VNode } from 'preact';
import { CodeBlock } from './code-block.tsx';
import { inlineOf } from './inline.tsx';

/** Blocks of Markdown as elements. Text becomes text nodes and nothing else: marks of HTML in an answer are shown, not obeyed. */

type Views = { readonly [type: string]: (token: Token) => ComponentChildren };

const views: Views = {
  paragraph: (token) => <p dir="auto">{inlineOf((token as Tokens.Paragraph).tokens)}</p>,
  text: (token) => inlineOf((token as Tokens.Text).tokens ?? [token]),
  heading: (token) => heading(token as Tokens.Heading),
  code: (token) => <CodeBlock language={(token as Tokens.Code).lang ?? ''} text={(token as Tokens.Code).text} />,
  blockquote: (token) => <blockquote dir="auto">{blocksOf((token as Tokens.Blockquote).tokens)}</blockquote>,
  list: (token) => list(token as Tokens.List),
  table: (token) => table(token as Tokens.Table),
  hr: () => <hr />,
  checkbox: () => null, // Drawn by its item.
  def: () => null,
  space: () => null,
};

/** One block. */
export function viewOf(token: Token, key: number): VNode {
  const view = Object.hasOwn(views, token.type) ? views[token.type] : undefined;
  return (
    <div class="block" key={key}>
      {view ? view(token) : <p dir="auto">{token.raw}</p>}
    </div>
  );
}

function blocksOf(tokens: readonly Token[]): ComponentChildren {
  return tokens.map((token) => (Object.hasOwn(views, token.type) ? views[token.type]?.(token) : token.raw));
}

/** The page has headings of its own, so those of answers stand below them. */
function heading({ depth, tokens }: Tokens.Heading): JSX.Element {
  const Name = (['h3', 'h4', 'h5', 'h6'] as const)[Math.min(depth, 4) - 1] ?? 'h6';
  return <Name dir="auto">{inlineOf(tokens)}</Name>;
}

function list({ ordered, start, items }: Tokens.List): JSX.Element {
  const entries = items.map(({ task, checked, tokens }, index) => (
    <li key={index} dir="auto">
      {task && (
        <span role="img" aria-label={checked ? 'done' : 'open'}>
          {checked ? '☑ ' : '☐ '}
        </span>
      )}
      {blocksOf(tokens)}
    </li>
  ));
  return ordered ? <ol start={Number(start) || 1}>{entries}</ol> : <ul>{entries}</ul>;
}

function table({ header, rows }: Tokens.Table): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="scroll" tabIndex={0} aria-label="Table">
      <table>
        <thead>
          <tr>
            {header.map(({ tokens }) => (
              <th dir="auto">{inlineOf(tokens)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map(({ tokens }) => (
                <td dir="auto">{inlineOf(tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

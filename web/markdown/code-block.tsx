import type { JSX } from 'preact';
import { CopyButton } from '../copy-button.tsx';

/** Code with its language and a way to take it. */
export function CodeBlock({ language, text }: { readonly language: string; readonly text: string }): JSX.Element {
  const name = language.split(/\s/)[0] || 'text';
  return (
    <figure class="code">
      <figcaption>
        <span>{name}</span>
        <CopyButton text={text} what={`${name} code`} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre tabIndex={0} dir="ltr">
        <code>{text}</code>
      </pre>
    </figure>
  );
}

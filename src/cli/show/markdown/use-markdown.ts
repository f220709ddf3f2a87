import type { Show } from '../show.ts';

/** Has answers shown as the Markdown they are, where a person looks at a terminal; a pipe, a program and `--plain` get what the model wrote. */
export async function useMarkdown(show: Show): Promise<void> {
  const { terminal, json } = show;
  if (!terminal.outIsTerminal || terminal.isPlain || json) return;
  // Loaded here: most commands show no answer, and most answers are read by programs.
  const { markdownFlow } = await import('./markdown-flow.ts');
  show.formatAnswers(markdownFlow(terminal));
}

import type { Language } from '../case.ts';
import { codeBlocks } from './answer-text.ts';

/** Which code of an answer counts: the last block in which the function is defined; in a text without blocks, the code of it. */

/** @returns The source, or undefined where the function is nowhere defined. */
export function definitionIn(text: string, functionName: string, language: Language): string | undefined {
  const blocks = codeBlocks(text);
  const isDefinition = definitionOf(functionName, language);
  if (blocks.length > 0) return blocks.findLast((block) => isDefinition.test(block));
  return isDefinition.test(text) ? withoutProse(text, language) : undefined;
}

/** A call, an output, a remark that names it are no definitions. */
function definitionOf(name: string, language: Language): RegExp {
  if (language === 'python') return new RegExp(`^\\s*(?:async\\s+)?def\\s+${name}\\b|^\\s*class\\s+${name}\\b|^\\s*${name}\\s*=(?!=)`, 'm');
  return new RegExp(
    `\\bfunction\\s*\\*?\\s*${name}\\b|\\bclass\\s+${name}\\b|\\b(?:const|let|var)\\s+${name}\\s*=|(?:^|[\\s.;{])${name}\\s*=(?![=>])|^\\s*module\\.exports\\s*=\\s*(?:async\\s+)?(?:function|\\()`,
    'm',
  );
}

const codeLine: Readonly<Record<Language, RegExp>> = {
  javascript: /^(?:async\s+)?(?:function|const|let|var|class|import|export|module|exports)\b|^["']use strict|^\/[/*]/,
  python: /^(?:async\s+)?(?:def|from|import|class)\b|^@|^#|^\w+\s*=(?!=)/,
};

/** Lines of prose before the code, and after its last bracket, are left out. */
function withoutProse(text: string, language: Language): string {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => codeLine[language].test(line));
  const last =
    language === 'javascript' ? lines.findLastIndex((line) => /[};)]\s*$/.test(line)) : lines.findLastIndex((line) => /^\s+\S/.test(line));
  return lines.slice(Math.max(0, first), last < 0 ? undefined : last + 1).join('\n');
}

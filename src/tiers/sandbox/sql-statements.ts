/** SQL cut into statements, with what stands in quotes passed over and comments taken off. */

/** Ends of what may hold a semicolon that is none. */
const quotes: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' };

/** The statements of a text, without comments and the semicolons between them. */
export function statementsIn(sql: string): string[] {
  const statements: string[] = [];
  let current = '';
  for (let at = 0; at < sql.length; ) {
    const end = endOfToken(sql, at);
    const token = sql.slice(at, end);
    if (token === ';') {
      statements.push(current);
      current = '';
    } else current += isComment(token) ? ' ' : token;
    at = end;
  }
  return [...statements, current].map((statement) => statement.trim()).filter(Boolean);
}

/** The statement without brackets around all of it. */
export function withoutBrackets(statement: string): string {
  if (!statement.startsWith('(') || !statement.endsWith(')')) return statement;
  let depth = 0;
  for (let at = 0; at < statement.length; ) {
    const end = endOfToken(statement, at);
    if (statement[at] === '(') depth += 1;
    if (statement[at] === ')') depth -= 1;
    if (depth === 0 && end < statement.length) return statement;
    at = end;
  }
  return withoutBrackets(statement.slice(1, -1).trim());
}

function isComment(token: string): boolean {
  return token.startsWith('--') || token.startsWith('/*');
}

function endOfToken(sql: string, at: number): number {
  const two = sql.slice(at, at + 2);
  if (two === '--') return endAfter(sql, '\n', at);
  if (two === '/*') return endAfter(sql, '*/', at + 2);
  const close = quotes[sql[at] ?? ''];
  // A doubled quote inside is read as two texts in a row, which ends at the same place.
  return close === undefined ? at + 1 : endAfter(sql, close, at + 1);
}

function endAfter(text: string, end: string, from: number): number {
  const found = text.indexOf(end, from);
  return found < 0 ? text.length : found + end.length;
}

import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chatCommands } from '../../src/cli/chat/chat-commands.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server.ts';
import { type Home, makeHome } from './luci-process.ts';
import { openScreen, type Screen, type ScreenOptions } from './screen.ts';

/** The chat on a real pseudo-terminal: keys go in, and what a person sees is read from the cells of its screen. */

let home: Home;
let server: OpenAiServer;
let work: string;
beforeEach(async () => {
  home = await makeHome();
  server = await startOpenAiServer();
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
  await home.luci(['remote', 'add', 'box', server.url, '--key-env', 'BOX_KEY']);
  work = join(home.folder, 'work');
  await mkdir(work);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

/** Everything that begins a code, and the codes that move the cursor or take text away. */
const esc = '\x1b';
const moves = new RegExp(`${esc}\\[\\d*[A-DGHJK]`);
const liveLine = new RegExp(`\\r${esc}\\[\\d+A${esc}\\[0J`, 'g');
const colour = new RegExp(`${esc}\\[[\\d;]*m`);

const paste = (text: string): string => `\x1b[200~${text.replaceAll('\n', '\r')}\x1b[201~`;
const ctrl = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) - 96);

/** A chat with a model of the endpoint, which says back what it is told. */
function echo(options: ScreenOptions = {}, ...args: string[]): Screen {
  return openScreen(home, ['chat', '-m', 'box/echo', ...args], {
    ...options,
    environment: { BOX_KEY: server.key, ...options.environment },
  });
}

/** A chat with the small model. */
function tiny(options: ScreenOptions = {}, ...args: string[]): Screen {
  return openScreen(home, ['chat', '-m', 'tiny', ...args], options);
}

/** The files of chats, the first begun first: two of one second are told apart by their first line. */
async function chatFiles(): Promise<readonly string[]> {
  const names = await readdir(join(home.folder, 'chats')).catch(() => []);
  const begun = await Promise.all(names.map(async (name) => [String((await linesOf(name))[0]?.['at']), name] as const));
  return begun.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, name]) => name);
}

async function linesOf(name: string): Promise<readonly Record<string, unknown>[]> {
  const text = await readFile(join(home.folder, 'chats', name), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function turnsOf(name: string): Promise<readonly Record<string, unknown>[]> {
  return (await linesOf(name)).filter(({ type }) => type === 'turn');
}

test('a chat is kept as it goes, and is gone on with by --continue and --resume', async () => {
  const first = echo();
  await first.type('> ', 'the capital is Lisbon\r');
  await first.type(/is Lisbon[\s\S]*is Lisbon\r+\n[\s\S]*> /, 'second\r');
  await first.type(/second\r+\n[\s\S]*second\r+\n[\s\S]*> /, ctrl('d'));
  expect(await first.ended).toBe(0);
  const [name = ''] = await chatFiles();
  const turns = await turnsOf(name);
  expect(turns.map(({ role, content }) => [role, content])).toEqual([
    ['user', 'the capital is Lisbon'],
    ['assistant', 'the capital is Lisbon'],
    ['user', 'second'],
    ['assistant', 'second'],
  ]);
  expect(turns.at(-1)).toMatchObject({ end: 'stop', model: 'box/echo', parent: turns.at(-2)?.['id'] });

  const again = echo({}, '--continue');
  await again.type(/2 questions loaded: the capital is Lisbon[\s\S]*> /, '/history\r');
  await again.until(/You[\s\S]*Lisbon[\s\S]*box\/echo[\s\S]*second/);
  await again.type('> ', 'third\r');
  await again.type(/third\r+\n[\s\S]*third\r+\n[\s\S]*> /, ctrl('d'));
  await again.ended;
  expect(await chatFiles()).toEqual([name]);
  expect(await turnsOf(name)).toHaveLength(6);

  const none = echo({}, '--resume');
  await none.type(/Which one\?.*: /, ctrl('c'));
  await none.type(/None was chosen[\s\S]*> /, '/quit\r');
  expect(await none.ended).toBe(0);

  const picked = echo({}, '--resume');
  await picked.type(/1 {2}the capital is Lisbon[\s\S]*Which one\?.*: /, '1\r');
  await picked.type(/3 questions loaded[\s\S]*> /, '/quit\r');
  expect(await picked.ended).toBe(0);
});

test('Ctrl+C while an answer comes keeps what came; while idle it says how to leave', async () => {
  server.fault = 'counts';
  const screen = echo();
  await screen.type('> ', 'go\r');
  await screen.type(/number 1 number 2/, ctrl('c'));
  await screen.until('(stopped)');
  server.fault = 'none';
  await screen.type('> ', `half a line${ctrl('c')}`);
  await screen.until('Ctrl+D leaves.');
  await screen.type('> ', '/stats\r');
  await screen.type(/There is no answer yet[\s\S]*> /, ctrl('d'));
  expect(await screen.ended).toBe(0);
  const turns = await turnsOf((await chatFiles())[0] ?? '');
  expect(turns.map(({ role, end }) => [role, end])).toEqual([
    ['user', undefined],
    ['assistant', 'stopped'],
  ]);
  expect(turns[1]?.['content']).toContain('number 1 number 2');
});

test('a question of a tool is answered by what is typed after it, and Ctrl+C answers it with no', async () => {
  const path = join(work, 'keep.txt');
  await writeFile(path, 'precious');
  const screen = echo({}, '--tools', work);
  await screen.type('> ', 'call delete_file {"path":"keep.txt"}\r');
  await screen.type(/delete_file[\s\S]*\[y\/N\] /, ctrl('c'));
  await screen.until('(stopped)');
  expect(await readFile(path, 'utf8')).toBe('precious');
  await screen.type('> ', 'call delete_file {"path":"keep.txt"}\r');
  await screen.type(/delete_file[\s\S]*\[y\/N\] /, 'n\r');
  await screen.type(/did not allow[\s\S]*> /, 'call delete_file {"path":"keep.txt"}\r');
  await screen.type(/delete_file[\s\S]*\[y\/N\] /, 'y\r');
  await screen.until(/deleted keep\.txt[\s\S]*> /);
  await expect(readFile(path)).rejects.toThrow();
  // Answers to questions are no lines to come back to.
  await screen.type('', '\x1b[A');
  await screen.until('call delete_file');
  await screen.type('', ctrl('u') + ctrl('d'));
  expect(await screen.ended).toBe(0);
});

test('a tool is allowed for the rest of a chat, or never, until the folder is named again; a delete is asked for each time', async () => {
  for (const name of ['a.txt', 'b.txt']) await writeFile(join(work, name), 'old');
  const write = (content: string): string => `call write_file {"path":"a.txt","content":"please write ${content}"}\r`;
  const screen = echo({}, '--tools', work);
  await screen.type('> ', write('one'));
  await screen.type(/a:\s+always\s+in\s+this\s+chat,\s+never\)\s+\[y\/N\] /, 'a\r');
  await screen.type(/wrote a\.txt[\s\S]*> /, write('two'));
  await screen.type(/wrote a\.txt[\s\S]*> /, 'call move_file {"from":"b.txt","to":"c.txt"}\r');
  await screen.type(/Allow move_file[\s\S]*\[y\/N\] /, 'never\r');
  await screen.type(/did not allow[\s\S]*> /, 'call move_file {"from":"b.txt","to":"d.txt"}\r');
  await screen.type(/did not allow[\s\S]*> /, '/tools\r');
  await screen.until('always allowed in this chat: write_file');
  await screen.until('never allowed in this chat: move_file');
  await screen.type('> ', 'call delete_file {"path":"b.txt"}\r');
  await screen.type(/Allow\s+delete_file[^(]*\?\s+\[y\/N\] /, 'a\r');
  await screen.type(/did not allow[\s\S]*> /, `/tools ${work}\r`);
  await screen.type(/changes are asked for first[\s\S]*> /, write('three'));
  await screen.type(/Allow write_file[\s\S]*\[y\/N\] /, 'n\r');
  await screen.type(/did not allow[\s\S]*> /, ctrl('d'));
  expect(await screen.ended).toBe(0);
  expect([await readFile(join(work, 'a.txt'), 'utf8'), await readFile(join(work, 'b.txt'), 'utf8')]).toEqual(['please write two', 'old']);
  expect((screen.written.match(/Allow move_file/g) ?? []).length).toBe(1);
});

test.each(['SIGTERM', 'SIGHUP'] as const)('%s while an answer comes keeps what came', async (name) => {
  server.fault = 'counts';
  const screen = echo();
  await screen.type('> ', 'go\r');
  await screen.until(/number 1 number 2/);
  screen.signal(name);
  await screen.ended;
  const turns = await turnsOf((await chatFiles())[0] ?? '');
  expect(turns.map(({ role, end }) => [role, end])).toEqual([
    ['user', undefined],
    ['assistant', 'stopped'],
  ]);
  expect(turns[1]?.['content']).toContain('number 1 number 2');
});

test('pasted lines do not send, and a pasted tab is a tab', async () => {
  const screen = echo();
  await screen.type('> ', paste('one\ntwo\tx\nthree'));
  await screen.until('three');
  expect(await chatFiles()).toEqual([]);
  await screen.type('', '\r');
  await screen.type(/three\r+\n[\s\S]*> /, ctrl('d'));
  await screen.ended;
  expect((await turnsOf((await chatFiles())[0] ?? ''))[0]).toMatchObject({ content: 'one\ntwo\tx\nthree' });
});

test('wide and combining letters are typed, asked and answered in 20 columns', async () => {
  const question = '一二三四五六七八九十 e\u0301a\u0308o\u0308 and more words';
  const screen = echo({ columns: 20 });
  await screen.type('> ', `${question}\r`);
  await screen.until(/more[\s\S]*more[\s\S]*words/);
  await screen.type('> ', ctrl('d'));
  expect(await screen.ended).toBe(0);
  expect((await turnsOf((await chatFiles())[0] ?? ''))[1]).toMatchObject({ content: question });
  const lines = await screen.lines();
  expect(lines).toContain('一二三四五六七八九十');
  expect(lines).toContain('e\u0301a\u0308o\u0308 and more words');
});

test('""" makes one message of several lines', async () => {
  const screen = echo();
  await screen.type('> ', '"""first\r');
  await screen.type('| ', 'second"""\r');
  await screen.type(/second"""[\s\S]*second\r+\n[\s\S]*> /, ctrl('d'));
  await screen.ended;
  expect((await turnsOf((await chatFiles())[0] ?? ''))[0]).toMatchObject({ content: 'first\nsecond' });
});

test('lines that were typed come back in the next chat, from a file that only this user reads; --no-save writes nothing', async () => {
  const first = echo();
  await first.type('> ', 'remember me\r');
  await first.type(/remember me\r+\n[\s\S]*> /, ctrl('d'));
  await first.ended;
  const path = join(home.folder, 'state', 'chat-history');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const before = await readFile(path, 'utf8');
  const kept = await chatFiles();

  const second = echo({}, '--no-save');
  await second.type('> ', 'secret words\r');
  await second.type(/secret words\r+\n[\s\S]*> /, '/save x\r');
  await second.type(/begun with --no-save[\s\S]*> /, ctrl('d'));
  await second.ended;
  expect(await readFile(path, 'utf8')).toBe(before);
  expect(await chatFiles()).toEqual(kept);

  const third = echo();
  await third.type('> ', '\x1b[A');
  await third.type('remember me', '\r');
  await third.type(/remember me\r+\n[\s\S]*> /, ctrl('d'));
  expect(await third.ended).toBe(0);
  expect(await chatFiles()).toHaveLength(2);
});

test('Tab completes commands, names of models, files and choices', async () => {
  await writeFile(join(work, 'notes-of-mine.txt'), 'the tide');
  const screen = echo();
  await screen.type('> ', '/hist\t');
  await screen.type('/history', '\r');
  await screen.type(/Nothing was said yet[\s\S]*> /, '/model ti\t');
  await screen.type('/model tiny', ctrl('u'));
  await screen.type('> ', '/think lo\t');
  await screen.type('/think low', ctrl('u'));
  await screen.type('> ', `/file ${work}/not\t`);
  await screen.type('notes-of-mine.txt', '\r');
  await screen.type(/files: notes-of-mine.txt[\s\S]*> /, ctrl('d'));
  expect(await screen.ended).toBe(0);
});

test('Ctrl+G opens the editor of the user with what is typed, and takes back what it left', async () => {
  const editor = join(work, 'editor.sh');
  await writeFile(editor, '#!/bin/sh\necho which word?\nread word\nsed -i "s/tide/$word/" "$1"\nprintf "second line\\n" >> "$1"\n', {
    mode: 0o755,
  });
  const screen = echo({ environment: { EDITOR: `'${editor}'`, VISUAL: '' } });
  await screen.type('> ', 'about the tide');
  await screen.type('tide', ctrl('g'));
  await screen.type('which word?', 'moon\r');
  await screen.type(/\| about the moon[\s\S]*second line/, '\r');
  await screen.type(/about the moon\r+\n[\s\S]*second line\r+\n[\s\S]*> /, ctrl('d'));
  expect(await screen.ended).toBe(0);
  expect((await turnsOf((await chatFiles())[0] ?? ''))[0]).toMatchObject({ content: 'about the moon\nsecond line' });
});

test('without an editor Ctrl+G says so, and the line stays', async () => {
  const screen = echo({ environment: { EDITOR: '', VISUAL: '' } });
  await screen.type('> ', 'still here');
  await screen.type('here', ctrl('g'));
  await screen.type(/No editor is named[\s\S]*still here/, '\r');
  await screen.type(/still here\r+\n[\s\S]*> /, ctrl('d'));
  expect(await screen.ended).toBe(0);
});

const document = [
  '# The tides',
  '',
  'They follow the **moon** and are `high` twice a day, as [the sea office](https://sea.example/tides) says.',
  '',
  '- one 一二三四五六七八九十一二三四五六七八九十',
  '- two e\u0301a\u0308 with combining letters that go on for a while longer',
  '',
  '```',
  'low = high - 6',
  '```',
  '',
  '| port | hours |',
  '|---|---:|',
  '| Faro | 6 |',
  '',
  'The end.',
].join('\n');

/** The document, asked of an endpoint that says it back. */
async function shown(options: ScreenOptions, ...args: string[]): Promise<{ readonly lines: readonly string[]; readonly written: string }> {
  const path = join(work, 'document.md');
  await writeFile(path, document);
  const screen = openScreen(home, ['ask', '-m', 'box/echo', ...args, document], {
    ...options,
    environment: { BOX_KEY: server.key, ...options.environment },
  });
  await screen.ended;
  return { lines: await screen.lines(), written: screen.written };
}

test.each([20, 80, 200])('at %i columns Markdown is shown as what it means, and breaks at words', async (columns) => {
  const { lines, written } = await shown({ columns });
  const text = lines.join('\n');
  expect(lines[0]).toBe('The tides');
  expect(text.replaceAll(/\s+/g, '')).toContain('astheseaoffice(https://sea.example/tides)says.');
  expect(text).not.toMatch(/\*\*|```|\|---/);
  expect(lines).toContain('    low = high - 6');
  expect(lines.some((line) => line.startsWith('• one'))).toBe(true);
  expect(lines).toContain('port  hours');
  expect(lines).toContain('Faro      6');
  expect(text).toContain('e\u0301a\u0308');
  expect(lines.at(-1)).toBe('The end.');
  // Bold is told by a code, and nothing is drawn over.
  expect(written).toContain('\x1b[1m');
  expect(written.replaceAll(liveLine, '')).not.toMatch(moves);
  if (columns === 200)
    expect(lines).toContain('They follow the moon and are `high` twice a day, as the sea office (https://sea.example/tides) says.');
  for (const word of ['combining', 'letters', 'longer'])
    expect(
      lines.some((line) => line.includes(word)),
      word,
    ).toBe(true);
});

test('NO_COLOR leaves the codes of colour away, and the text reads the same', async () => {
  const { lines, written } = await shown({ environment: { NO_COLOR: '1' } });
  expect(written).not.toMatch(colour);
  expect(lines[0]).toBe('The tides');
});

test('with --plain not one escape code is written, in a whole chat as well', async () => {
  const { written } = await shown({}, '--plain');
  expect(written).not.toContain(esc);
  expect(written).toContain('**moon**');

  server.fault = 'counts';
  const screen = echo({}, '--plain');
  await screen.type('> ', 'go\r');
  await screen.type(/Answering[\s\S]*number 1 number 2/, ctrl('c'));
  await screen.until('(stopped)');
  server.fault = 'none';
  await screen.type('> ', 'half');
  await screen.type('half', ctrl('c'));
  await screen.until('Ctrl+D leaves.');
  await screen.type('> ', '/help\r');
  await screen.type(/\/quit[\s\S]*> /, 'last words\r');
  await screen.type(/Answer complete[\s\S]*> /, ctrl('d'));
  expect(await screen.ended).toBe(0);
  expect(screen.written).not.toContain(esc);
});

test('a terminal that is made narrower while an answer comes gets lines of its new width', async () => {
  server.fault = 'counts';
  const screen = echo({ columns: 100 });
  await screen.type('> ', 'go\r');
  await screen.until('number 5');
  screen.resize(30);
  // The line that was begun may end at the old width.
  await screen.type(/number 20\b[\s\S]*number 60\b/, ctrl('c'));
  await screen.type(/\(stopped\)[\s\S]*> /, ctrl('d'));
  expect(await screen.ended).toBe(0);
  const text = screen.written.slice(screen.written.indexOf('number 20'), screen.written.indexOf('number 60'));
  const lines = text.split(/\r+\n/).slice(1, -1);
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(30);
});

test('every command of the list is known, explains itself, and is found by its nearest name', async () => {
  const screen = tiny();
  await screen.type('> ', '/help\r');
  for (const { name } of chatCommands) await screen.until(`/${name}`);
  for (const { name, help } of chatCommands) {
    await screen.type('> ', `/help ${name}\r`);
    await screen.until(help.split(' ').slice(0, 3).join(' '));
  }
  await screen.type('> ', '/compct\r');
  await screen.until('Did you mean /compact?');
  await screen.type('> ', ctrl('d'));
  expect(await screen.ended).toBe(0);
  expect(chatCommands.map(({ name }) => name).sort()).toEqual(
    'chats clear compact context continue copy edit export file help history load mcp model models prompt quit redo retry save set stats system think tools undo'
      .split(' ')
      .sort(),
  );
});

test('what the model is told, what it takes, and settings of how it answers', async () => {
  const screen = tiny();
  await screen.type('> ', '/system Be kind.\r');
  await screen.type(/system: Be kind\.[\s\S]*> /, '/prompt hello there\r');
  await screen.until(/Be kind\.[\s\S]*hello there[\s\S]*of 2,048 tokens, of them system \d+/);
  await screen.type('> ', 'hi\r');
  await screen.type(new RegExp(`${tinyReply}[\\s\\S]*> `), '/prompt\r');
  await screen.until(new RegExp(`Be kind\\.[\\s\\S]*hi[\\s\\S]*${tinyReply}[\\s\\S]*of 2,048 tokens`));
  await screen.type('> ', '/context\r');
  await screen.until(/context +\d+ of 2,048 tokens, \d+ %[\s\S]*system +\d+ tokens[\s\S]*free/);
  await screen.type('> ', `/tools ${work}\r`);
  await screen.until('tools: on in ');
  await screen.type('> ', '/tools\r');
  await screen.until(/read_file +\d+ tokens[\s\S]*all +\d+ tokens/);
  await screen.type('> ', '/tools off\r');
  await screen.until('tools: off');
  await screen.type('> ', '/set temperatur 1\r');
  await screen.until('Did you mean temperature?');
  await screen.type('> ', '/set temperature warm\r');
  await screen.until(/temperature: "warm" is not a number/);
  await screen.type('> ', '/set temperature 0.25\r');
  await screen.until('temperature: 0.25');
  await screen.type('> ', '/set max-tokens 2\r');
  await screen.until('max-tokens: 2');
  await screen.type('> ', 'hi\r');
  await screen.until('cut at 2 tokens');
  await screen.type('> ', '/set max-tokens -\r');
  await screen.until('max-tokens: as by default');
  await screen.type('> ', '/think off\r');
  await screen.until('think: off');
  await screen.type('> ', '/models\r');
  await screen.until('tiny');
  await screen.type('> ', '/model box/echo\r');
  await screen.until(/model: |BOX_KEY/);
  await screen.type('> ', ctrl('d'));
  expect(await screen.ended).toBe(0);
});

test('questions are asked again, changed, taken back and brought back; a new chat is begun', async () => {
  const screen = echo();
  await screen.type('> ', 'first\r');
  await screen.type(/first\r+\n[\s\S]*first\r+\n[\s\S]*> /, '/retry\r');
  await screen.type(/first\r+\n[\s\S]*> /, '/undo\r');
  await screen.type(/Taken back[\s\S]*> /, '/redo\r');
  await screen.type(/It is back[\s\S]*> /, '/edit\r');
  await screen.type(/press Enter[\s\S]*first/, ' changed\r');
  await screen.type(/changed\r+\nfirst changed\r+\n[\s\S]*> /, '/continue\r');
  await screen.type(/Go on with your last answer[\s\S]*> /, '/history\r');
  await screen.type(/first changedGo on with[\s\S]*> /, '/clear\r');
  await screen.type(/A new chat begins[\s\S]*> /, 'other\r');
  await screen.type(/other\r+\n[\s\S]*other\r+\n[\s\S]*> /, ctrl('d'));
  expect(await screen.ended).toBe(0);
  const [one = '', two = ''] = await chatFiles();
  const turns = await turnsOf(one);
  const questions = turns.filter(({ role }) => role === 'user');
  // An edit is a second question after the same turn, and a retry a second answer to the same question.
  expect(questions.map(({ content, parent }) => [content, parent])).toEqual([
    ['first', null],
    ['first changed', null],
  ]);
  expect(turns.filter(({ role, parent }) => role === 'assistant' && parent === questions[0]?.['id'])).toHaveLength(2);
  expect(turns.at(-1)).toMatchObject({ continues: true });
  expect(await turnsOf(two)).toHaveLength(2);
});

test('a summary stands in the place of earlier turns, can be read, and is taken back', async () => {
  const screen = echo();
  await screen.type('> ', 'alpha\r');
  await screen.type(/alpha\r+\n[\s\S]*alpha\r+\n[\s\S]*> /, '/compact\r');
  await screen.type(/nothing to shorten yet[\s\S]*> /, 'beta\r');
  await screen.type(/beta\r+\n[\s\S]*beta\r+\n[\s\S]*> /, '/compact\r');
  await screen.type(/Summarize our conversation[\s\S]*this summary stands in the place[\s\S]*> /, '/history\r');
  await screen.type(/You[\s\S]*Summarize our[\s\S]*beta[\s\S]*beta[\s\S]*> /, '/undo\r');
  await screen.type(/Taken back[\s\S]*> /, '/history\r');
  await screen.type(/alpha[\s\S]*alpha[\s\S]*beta[\s\S]*beta[\s\S]*> /, ctrl('d'));
  expect(await screen.ended).toBe(0);
  const chat = JSON.parse((await home.luci(['chats', 'show', 'alpha', '--json'])).stdout) as { turns: { summarizes?: string }[] };
  expect(chat.turns.filter(({ summarizes }) => summarizes !== undefined)).toHaveLength(1);
});

test('files go with a question, answers are copied, chats are titled, found, loaded and exported', async () => {
  const notes = join(work, 'notes.txt');
  await writeFile(notes, 'high tide at noon');
  const clipboard = join(work, 'clipboard');
  await mkdir(join(work, 'bin'));
  // That of Linux and that of macOS.
  for (const name of ['xclip', 'pbcopy']) await writeFile(join(work, 'bin', name), `#!/bin/sh\ncat > '${clipboard}'\n`, { mode: 0o755 });
  const screen = echo({ environment: { PATH: `${join(work, 'bin')}:${process.env['PATH'] ?? ''}`, DISPLAY: ':9' } });
  await screen.type('> ', `/file ${notes}\r`);
  await screen.type(/files: notes\.txt[\s\S]*> /, 'when?\r');
  await screen.type(/when\?[\s\S]*high tide at noon[\s\S]*when\?[\s\S]*> /, '/copy\r');
  await screen.type(/Copied \((xclip|pbcopy)\)[\s\S]*> /, '/save the tides\r');
  await screen.type(/Saved: the tides[\s\S]*> /, '/chats\r');
  await screen.type(/the tides +2 [\s\S]*> /, `/export ${join(work, 'tides.md')}\r`);
  await screen.type(/Written: [\s\S]*> /, `/export ${join(work, 'tides.md')}\r`);
  await screen.type(/is there already[\s\S]*> /, `/export ${join(work, 'tides.json')}\r`);
  await screen.type(/Written: [\s\S]*> /, '/clear\r');
  await screen.type(/new chat begins[\s\S]*> /, '/load tides\r');
  await screen.type(/1 question loaded: the tides[\s\S]*> /, '/load nothing-like-it\r');
  await screen.type(/There is no chat "nothing-like-it"[\s\S]*> /, ctrl('d'));
  expect(await screen.ended).toBe(0);
  expect(await readFile(clipboard, 'utf8')).toContain('high tide at noon');
  expect(await readFile(join(work, 'tides.md'), 'utf8')).toMatch(
    /^# the tides\n\n## You\n\nwhen\?[\s\S]*high tide at noon[\s\S]*## box\/echo/,
  );
  const lines = (await readFile(join(work, 'tides.json'), 'utf8')).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['title', 'turn', 'turn']);
});

test('what a question names is looked up, shown as a call, and kept with the question', async () => {
  await writeFile(join(work, 'notes.txt'), 'high tide at noon');
  const screen = echo({}, '--tools', work);
  await screen.type('> ', 'what does notes.txt say?\r');
  await screen.type(/read_file \{"path":"notes\.txt"\}[\s\S]*> /, 'how long is it?\r');
  await screen.type(/read_file \{"path":"notes\.txt"\}[\s\S]*> /, `/export ${join(work, 'kept.json')}\r`);
  await screen.type(/Written: [\s\S]*> /, ctrl('d'));
  expect(await screen.ended).toBe(0);
  const turns = (await readFile(join(work, 'kept.json'), 'utf8')).trim().split('\n');
  const [question, second] = turns.map((turn) => JSON.parse(turn) as { role?: string }).filter(({ role }) => role === 'user');
  expect(question).toMatchObject({ content: 'what does notes.txt say?', files: [{ name: 'notes.txt', text: 'high tide at noon' }] });
  // What `it` is stands before the question, its text once.
  expect(second).toMatchObject({ content: 'how long is it?', files: [{ name: 'notes.txt', text: '(its text stands above)' }] });
});

test('without a program for it the terminal is asked to copy, and a --plain one is not', async () => {
  const bare = { environment: { PATH: '/nowhere' } };
  const screen = echo(bare);
  await screen.type('> ', 'copy me\r');
  await screen.type(/copy me\r+\n[\s\S]*copy me\r+\n[\s\S]*> /, '/copy\r');
  await screen.type(/through the terminal \(OSC 52\)[\s\S]*> /, ctrl('d'));
  await screen.ended;
  expect(screen.written).toContain(`\x1b]52;c;${Buffer.from('copy me').toString('base64')}\x07`);
  const plain = echo(bare, '--plain');
  await plain.type('> ', 'copy me\r');
  await plain.type(/Answer complete[\s\S]*> /, '/copy\r');
  await plain.type(/There is no clipboard here[\s\S]*> /, ctrl('d'));
  expect(await plain.ended).toBe(0);
});

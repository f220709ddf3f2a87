import { defaultText } from '../../src/config/setting-flags.ts';
import { type SettingRow, settingRows } from '../../src/config/setting-rows.ts';

/** docs/settings.md, made from the table of settings. */

/** Variables that are no settings of luci, by who gives them their meaning. */
const otherVariables: readonly (readonly [names: string, summary: string])[] = [
  [
    '`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`',
    'proxies, in capitals or not; one that is no address is refused when it is needed, never passed by',
  ],
  ['`NODE_EXTRA_CA_CERTS`', 'certificates of a company’s own, read by Node'],
  [
    '`XDG_RUNTIME_DIR`',
    'where the engine process listens; a folder of somebody else, one that cannot be written or is too long is passed over for the temporary one',
  ],
  [
    '`XDG_DATA_HOME`, `XDG_CONFIG_HOME`',
    'on Linux, where no home was named and there is no `~/.luciferai`: the folders above those of luci',
  ],
  ['`NO_COLOR`, `FORCE_COLOR`, `TERM`, `COLUMNS`, `LC_ALL`, `LC_CTYPE`, `LANG`, `WT_SESSION`', 'how much the terminal can show'],
  ['`LUCI_MAKE_CODE_CACHE`', 'set by the build alone, to make the code cache'],
];

/** The page as text. */
export function settingsPage(): string {
  const sections = Object.entries(settingRows).map(([group, rows]) => {
    const lines = Object.values(rows as Readonly<Record<string, SettingRow<unknown>>>).map(rowText);
    return `## ${group}\n\n| \`config.json\` | variable | flag | what it does | form | default |\n|---|---|---|---|---|---|\n${lines.join('\n')}\n`;
  });
  return [
    '# Settings',
    '',
    'Made from the table in `src/config/setting-rows.ts` by `npm run settings-page`. A flag counts more than a variable, a variable more than',
    '`config.json`, and that more than the default. `luci config` tells each value and where it',
    'came from; `luci config set KEY VALUE` and `luci config unset KEY` change `config.json` and leave the rest of it alone, `luci config path` names it.',
    'What cannot be meant ends with exit status 2 and names the flag, the variable or the key. An empty variable counts as not set.',
    '',
    'In `config.json` a dotted name is an object in an object: `{ "download": { "connections": 4 }, "offline": true }`.',
    '',
    '## Where things lie',
    '',
    'In one folder, where it was named (`--home`, `LUCI_HOME`). Otherwise in `~/.luciferai` where that is there already, and on macOS and Windows. On',
    'Linux the folders are else those of the XDG Base Directory Specification: what people write (`config.json`, `catalog.json`, `mcp.json`) in',
    '`XDG_CONFIG_HOME/luci` (`~/.config/luci`), models, state, logs and all else in `XDG_DATA_HOME/luci` (`~/.local/share/luci`), which is the home folder then. A',
    'variable that is no absolute path is passed over. Nothing is ever moved: whoever has `~/.luciferai` keeps it. `luci config path` and `luci doctor` say',
    'which they are.',
    '',
    ...sections,
    '## Other variables',
    '',
    '| variable | what it does |',
    '|---|---|',
    ...otherVariables.map(([names, summary]) => `| ${names} | ${summary} |`),
    '',
    '## What the engine gets',
    '',
    'The engine process, a llama-server and a llamafile get variables from a list (`childEnvironment` in `src/config/environment.ts`): paths, language,',
    'temporary folders, and those with which graphics drivers and llama.cpp are steered. Keys, tokens, passwords and proxies are not on it. npm and',
    'pip, which fetch optional parts, get the proxies and their own settings besides.',
    '',
    '## Limits of the system',
    '',
    'Node itself dies without a word below 20 open files (`ulimit -n`) or 800,000 kB of address space (`ulimit -v`). `./luci` says so below 32',
    'and below 800,000. An engine needs the size of its model besides.',
    '',
  ].join('\n');
}

function rowText(row: SettingRow<unknown>): string {
  const cells = [
    row.config ? `\`${row.config}\`` : '',
    (row.environment ?? []).map((name) => `\`${name}\``).join(', '),
    row.flag ? `\`${row.flag}\`` : '',
    row.summary,
    row.kind.expected.replace(/^a text$/, 'text'),
    defaultText(row) ?? 'none',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

import { join } from 'node:path';
import { LuciError } from '../base/errors.ts';

/** The server as a service of the user's session: what systemd and launchd are told, and where. */

/** What is to be run. */
export interface ServiceCommand {
  /** The program and its arguments. */
  readonly words: readonly string[];
  /** Variables that say where luci keeps things, which services do not get from a shell. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logPath: string;
}

/** A file that a service manager reads, and what the user runs then. */
export interface ServiceUnit {
  readonly path: string;
  readonly text: string;
  readonly start: string;
  readonly stop: string;
  readonly status: string;
}

/** For the manager of a platform. @throws USAGE where there is none that is known */
export function serviceUnit(platform: NodeJS.Platform, userHome: string, command: ServiceCommand): ServiceUnit {
  if (platform === 'linux') return systemdUnit(userHome, command);
  if (platform === 'darwin') return launchdUnit(userHome, command);
  throw new LuciError('USAGE', 'Services are made for systemd (Linux) and launchd (macOS).', { hint: 'luci serve --detach' });
}

function systemdUnit(userHome: string, { words, environment }: ServiceCommand): ServiceUnit {
  const path = join(userHome, '.config', 'systemd', 'user', 'luci.service');
  const text = `[Unit]
Description=luci: language models over HTTP

[Service]
ExecStart=${words.map(systemdWord).join(' ')}
${Object.entries(environment)
  .map(([name, value]) => `Environment=${systemdWord(`${name}=${value}`)}`)
  .join('\n')}
Restart=on-failure
RestartSec=5

[Install]
WantedBy=default.target
`;
  const start = 'systemctl --user daemon-reload\nsystemctl --user enable --now luci.service';
  return { path, text, start, stop: 'systemctl --user disable --now luci.service', status: 'systemctl --user status luci.service' };
}

/** In quotes: blanks part words, "%" begins a specifier, "$" a variable. */
function systemdWord(word: string): string {
  return `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
}

const label = 'luci.serve';

function launchdUnit(userHome: string, { words, environment, logPath }: ServiceCommand): ServiceUnit {
  const path = join(userHome, 'Library', 'LaunchAgents', `${label}.plist`);
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${label}</string>
  <key>ProgramArguments</key>
  <array>
${words.map((word) => `    <string>${xmlText(word)}</string>`).join('\n')}
  </array>
  <key>EnvironmentVariables</key>
  <dict>${Object.entries(environment)
    .map(([name, value]) => `<key>${name}</key><string>${xmlText(value)}</string>`)
    .join('')}</dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>StandardOutPath</key><string>${xmlText(logPath)}</string>
  <key>StandardErrorPath</key><string>${xmlText(logPath)}</string>
</dict>
</plist>
`;
  const shellPath = `'${path.replaceAll("'", "'\\''")}'`;
  return {
    path,
    text,
    start: `launchctl bootstrap gui/$(id -u) ${shellPath}`,
    stop: `launchctl bootout gui/$(id -u)/${label}`,
    status: `launchctl print gui/$(id -u)/${label}`,
  };
}

function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

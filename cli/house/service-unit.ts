/** The text of a systemd user unit that keeps a house going. Pure. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { UserError } from '../../src/index.ts';

export interface UnitWords {
  /** Absolute: where `troupe.yaml` is. */
  readonly folder: string;
  readonly home: string;
  /** The program and its first words: node, and our own file. */
  readonly program: readonly string[];
  readonly port: number;
  /** Where agents' programs are found. */
  readonly path: string;
}

/** `troupe-shop-1a2b3c.service`: a machine may keep several houses. */
export function unitName({ folder, home }: Pick<UnitWords, 'folder' | 'home'>): string {
  const plain =
    basename(folder)
      .replace(/[^A-Za-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'house';
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 6);
  return `troupe-${plain.slice(0, 40)}-${hash}.service`;
}

export function unitText({ folder, home, program, port, path }: UnitWords): string {
  for (const word of [folder, home, path, ...program]) refuseBreaks(word);
  const serve = ['serve', '--persistent', '--port', String(port), '--home', home];
  return `# Written by: troupe service install
[Unit]
Description=Troupe in ${escaped(folder)}
After=network-online.target

[Service]
Type=simple
WorkingDirectory=${escaped(folder)}
Environment=${quoted(`PATH=${path}`)}
ExecStart=${[...program, ...serve].map((word) => quoted(word.replaceAll('$', '$$$$'))).join(' ')}
Restart=always
RestartSec=5
# Its runs stop gently, then whatever is left of their agents is ended.
KillMode=mixed
TimeoutStopSec=60

[Install]
WantedBy=default.target
`;
}

/** systemd reads % as the beginning of something of its own. */
const escaped = (word: string): string => word.replaceAll('%', '%%');

const quoted = (word: string): string => `"${escaped(word).replace(/[\\"]/g, '\\$&')}"`;

function refuseBreaks(word: string): void {
  if (!/\p{Cc}/u.test(word)) return;
  const message = `${JSON.stringify(word)} can't stand in a unit of systemd`;
  throw new UserError('service.bad-path', message, 'use a folder without line breaks in its name');
}

/** `troupe service`: a unit that systemd itself finds right, and no step that is not told. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unitName, unitText } from '../../cli/house/service-unit.ts';
import { tempFolders } from '../app/temp.ts';
import { Desk } from './troupe.ts';

const temp = tempFolders('service');
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

const words = {
  folder: '/srv/my shop',
  home: '/srv/my shop/.troupe',
  program: ['/usr/bin/node', '/opt/100% "troupe"/$main.js'],
  port: 4_870,
  path: '/usr/bin:/bin',
};

describe('the unit', () => {
  test('quotes what systemd would read otherwise', () => {
    const text = unitText(words);
    expect(text).toContain('ExecStart="/usr/bin/node" "/opt/100%% \\"troupe\\"/$$main.js" "serve"');
    expect(text).toContain('WorkingDirectory=/srv/my shop\n');
    expect(text).toContain('Environment="PATH=/usr/bin:/bin"');
    expect(unitName(words)).toMatch(/^troupe-my-shop-[0-9a-f]{6}\.service$/);
    expect(unitName({ ...words, home: '/other' })).not.toBe(unitName(words));
  });

  test('of a folder with a line break in its name is refused', () => {
    expect(() => unitText({ ...words, folder: '/srv/a\n[Service]' })).toThrow(/can't stand/);
  });

  test.runIf(hasSystemd)('is one that systemd-analyze verifies', () => {
    const folder = join(temp(), 'a shop');
    mkdirSync(folder);
    const unit = { ...words, folder, home: join(folder, '.troupe') };
    const path = join(folder, unitName(unit));
    writeFileSync(path, unitText({ ...unit, program: [process.execPath, '/opt/main.js'] }));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--user', path], {
      encoding: 'utf8',
      env: { ...process.env, XDG_RUNTIME_DIR: folder },
    });
    const ours = stderr.split('\n').filter((line) => line.includes('troupe-'));
    expect([status, ours]).toEqual([0, []]);
  });
});

describe('troupe service', () => {
  test('--dry-run prints the unit and every step, and does nothing', async () => {
    const desk = new Desk();
    const { code, stdout, stderr } = await desk.type(['service', 'install', '--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^# Written by: troupe service install\n\[Unit\]/);
    expect(stderr).toMatch(/Would write .*\.config\/systemd\/user\/troupe-/);
    expect(stderr).toMatch(/Would run systemctl --user enable --now troupe-/);
    expect(readdirSync(desk.folder)).toEqual([]);
  });

  test('install without systemd writes the unit, and says how to go on', async () => {
    const desk = new Desk();
    const env = { PATH: '/nowhere' };
    const { code, stderr } = await desk.type(['service', 'install'], { env });
    expect(code).toBe(1);
    expect(stderr).toContain('Without it: troupe serve --persistent');
    const units = readdirSync(desk.path('.config/systemd/user'));
    expect(units).toHaveLength(1);
    const status = await desk.type(['service', 'status', '--json'], { env });
    expect([status.code, JSON.parse(status.stdout)]).toMatchObject([
      1,
      { isInstalled: true, isActive: false, pid: null, score: null },
    ]);
    const gone = await desk.type(['service', 'uninstall'], { env });
    expect(gone.code).toBe(0);
    expect(existsSync(desk.path('.config/systemd/user', units[0] ?? ''))).toBe(false);
    const again = await desk.type(['service', 'uninstall'], { env });
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('there is no unit');
  }, 60_000);
});

/** Keys are read where they are kept, refused where others may read them, and never told. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Account, KeySource } from '../../src/accounts/account.ts';
import { Keyring } from '../../src/accounts/keys.ts';
import { redactorOf } from '../../src/accounts/redaction.ts';
import { variablesOf } from '../../src/accounts/variables.ts';
import { tempFolders } from '../app/temp.ts';
import { ManualClock } from '../kernel/manual-clock.ts';
import { accountOf } from './purse-stage.ts';

const temp = tempFolders('keys');
const secret = 'xai-0123456789abcdef';
const from = (key: KeySource): Account => accountOf('one', {}, { key });

function keyring(printed: readonly (string | null)[] = [], environment = {}) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const ask = async (argv: readonly string[]) => {
    asked.push(argv.join(' '));
    return printed[asked.length - 1] ?? null;
  };
  return { keys: new Keyring({ environment, platform: 'linux', ask, clock }), asked, clock };
}

function fileWith(text: string, mode: number): string {
  const path = join(temp(), 'key');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

describe('a key', () => {
  test('comes from the environment', async () => {
    const { keys } = keyring([], { GOOD: ` ${secret}\n`, EMPTY: ' ' });
    expect(await keys.read(from({ kind: 'env', name: 'GOOD' }))).toEqual({
      ...{ kind: 'key', key: secret },
    });
    expect(await keys.read(from({ kind: 'none' }))).toEqual({ kind: 'key', key: null });
    for (const name of ['EMPTY', 'MISSING']) {
      expect(await keys.read(from({ kind: 'env', name }))).toMatchObject({
        fault: { code: 'account.key-missing', retryable: false },
      });
    }
  });

  test('comes from a file that only its owner may read', async () => {
    const { keys } = keyring();
    const read = (path: string) => keys.read(from({ kind: 'file', path }));
    expect(await read(fileWith(`${secret}\nmore`, 0o600))).toMatchObject({ key: secret });
    expect(await read(fileWith(secret, 0o400))).toMatchObject({ key: secret });
    for (const mode of [0o640, 0o604, 0o660, 0o777]) {
      expect(await read(fileWith(secret, mode))).toMatchObject({
        fault: { code: 'account.key-exposed' },
      });
    }
    for (const path of [fileWith('', 0o600), fileWith('x'.repeat(99_999), 0o600), temp()]) {
      expect(await read(path)).toMatchObject({ kind: 'fault' });
    }
    expect(await read(join(temp(), 'none'))).toMatchObject({
      fault: { message: expect.stringContaining('ENOENT') },
    });
  });

  test('comes from a command, and is kept for a while or until it is refused', async () => {
    const { keys, asked, clock } = keyring([`${secret}\n`, 'second', 'third', null, '\n']);
    const account = from({ kind: 'command', argv: ['pass', 'show'] });
    expect(await keys.read(account)).toMatchObject({ key: secret });
    expect(await keys.read(account)).toMatchObject({ key: secret });
    keys.forget('one');
    expect(await keys.read(account)).toMatchObject({ key: 'second' });
    clock.set(clock.now() + 5 * 60_000);
    expect(await keys.read(account)).toMatchObject({ key: 'third' });
    keys.forget('one');
    for (const how of ['failed', 'printed nothing']) {
      const why = `its keyCommand (pass ...) ${how}; run it by hand and see`;
      const message = `account one has no key: ${why}`;
      expect(await keys.read(account)).toMatchObject({ fault: { message } });
    }
    expect(asked).toHaveLength(5);
  });

  test('reaches its programs in the variables of its provider', () => {
    const variables = (more: Partial<Account>) => variablesOf(accountOf('one', {}, more), secret);
    expect(variables({ provider: 'grok' })).toEqual({
      variables: { XAI_API_KEY: secret, GROK_API_KEY: secret, TROUPE_ACCOUNT: 'one' },
      secret: ['XAI_API_KEY', 'GROK_API_KEY'],
    });
    expect(variables({ provider: 'claude' }).variables).toMatchObject({
      ...{ ANTHROPIC_API_KEY: secret, ANTHROPIC_AUTH_TOKEN: '' },
    });
    expect(variables({ provider: 'my-own' }).secret).toEqual(['MY_OWN_API_KEY']);
    expect(variables({ provider: 'claude', variable: 'K' }).secret).toEqual(['K']);
    expect(variables({ provider: 'my-own', variable: 'K' }).secret).toEqual(['K']);
    expect(variablesOf(accountOf('one'), null)).toEqual({
      ...{ variables: { TROUPE_ACCOUNT: 'one' }, secret: [] },
    });
  });

  test('is taken out of whatever comes back, in any form and at any depth', () => {
    const odd = 'key"with/odd+signs==';
    const redact = redactorOf([odd]);
    const inside = {
      a: [`x ${odd}`, { b: JSON.stringify(odd), c: encodeURIComponent(odd) }],
      d: 1,
    };
    expect(redact(inside)).toEqual({
      a: ['x [redacted]', { b: '"[redacted]"', c: '[redacted]' }],
      d: 1,
    });
    expect(redact(Buffer.from(odd).toString('base64'))).toMatch(/^\[redacted\]=*$/);
    const clean = { a: ['x'], n: null };
    expect(redact(clean)).toBe(clean);
    expect(redactorOf(['ab'])('abc')).toBe('abc');
  });
});

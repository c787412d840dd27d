/** Who may come in, decided from headers alone: tokens, foreign names and foreign pages. */
import { describe, expect, test } from 'vitest';
import { Gate, type Visit } from '../../src/serving/gate.ts';

const token = 'the-token';
const gate = new Gate({ token, scheme: 'http', port: 4870, host: '127.0.0.1' });
const host = '127.0.0.1:4870';

function visit(more: Partial<Visit> = {}): Visit {
  const none = { origin: undefined, cookie: undefined, authorization: undefined, token: null };
  return { host, ...none, ...more };
}

function cookieOf(of: Gate = gate): string {
  const verdict = of.judge(visit({ token }));
  if (verdict.kind !== 'welcome') throw new Error(`it is ${verdict.kind}`);
  return verdict.cookie;
}

const cookie = (): string => cookieOf().split(';')[0] ?? '';

describe('the gate', () => {
  test('gives a cookie for the token, which no script reads and no other site sends', () => {
    expect(cookieOf()).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(cookieOf()).not.toContain(token);
  });

  test('marks the cookie for TLS only where there is TLS', () => {
    const secure = new Gate({ token, scheme: 'https', port: 4870, host: '127.0.0.1' });
    expect(cookieOf(secure)).toMatch(/; Secure$/);
  });

  test('lets in who has the cookie, also among others', () => {
    expect(gate.judge(visit({ cookie: `a=b; ${cookie()}; c=d` })).kind).toBe('in');
  });

  test('lets in a program that says the token', () => {
    expect(gate.judge(visit({ authorization: `Bearer ${token}` })).kind).toBe('in');
  });

  test.each<[string, Partial<Visit>]>([
    ['nothing', {}],
    ['a wrong token', { token: 'another' }],
    ['a token that only begins right', { token: token.slice(0, -1) }],
    ['an empty token', { token: '' }],
    ['a wrong bearer', { authorization: 'Bearer another' }],
    ['the token as a cookie', { cookie: `troupe-4870=${token}` }],
    ['the cookie of another port', { cookie: cookie().replace('4870', '4871') }],
  ])('takes %s for a stranger', (_, more) => {
    expect(gate.judge(visit(more)).kind).toBe('stranger');
  });

  test.each(['evil.example', 'evil.example:4870', '127.0.0.1:1', '127.0.0.1.evil.example:4870'])(
    'refuses the host %s, whatever it has',
    (foreign) => {
      expect(gate.judge(visit({ host: foreign, token })).kind).toBe('refused');
    },
  );

  test.each(['localhost:4870', '[::1]:4870', host])('knows itself as %s', (own) => {
    expect(gate.judge(visit({ host: own, token })).kind).toBe('welcome');
  });

  test.each([
    'http://evil.example',
    'null',
    'https://127.0.0.1:4870',
    'http://127.0.0.1:1',
    'http://localhost:4870',
  ])('refuses what a page of %s sends, also with the cookie', (origin) => {
    expect(gate.judge(visit({ origin, cookie: cookie() })).kind).toBe('refused');
  });

  test('lets in what its own page sends', () => {
    expect(gate.judge(visit({ origin: `http://${host}`, cookie: cookie() })).kind).toBe('in');
  });

  test('that listens to everybody is known by numbers, and by no name', () => {
    const open = new Gate({ token, scheme: 'http', port: 4870, host: '0.0.0.0' });
    expect(open.judge(visit({ host: '192.0.2.7:4870', token })).kind).toBe('welcome');
    expect(open.judge(visit({ host: 'evil.example:4870', token })).kind).toBe('refused');
  });
});

/** Redaction: keys of known forms and named secrets go, everything else stays. */
import { describe, expect, test } from 'vitest';
import { redactor } from '../../../memory/truth/redaction.ts';

const redact = redactor();
const secret = 'Zq8vN2kLm4Xw7Rt1Yb6C';

describe('redaction', () => {
  test.each([
    `use sk-ant-${secret} for it`,
    `OPENAI_API_KEY=sk-${secret}`,
    `token ghp_${secret}${secret}`,
    `key AKIA${'ABCDEFGH23456789'}`,
    `slack xoxb-123456789012-${secret}`,
    `jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${secret}`,
    `postgres://admin:${secret}@db.example.org/shop`,
    `Authorization: Bearer ${secret}`,
    `password: "${secret}"`,
    `my_api_key = '${secret}'`,
    `client_secret=${secret}&more`,
    `-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----`,
  ])('hides the secret in %j', (text) => {
    const clean = redact(text);
    expect(clean).toContain('[redacted]');
    expect(clean).not.toContain(secret);
    expect(clean).not.toContain('ABCDEFGH23456789');
  });

  test('keeps what the secret belongs to', () => {
    expect(redact(`postgres://admin:${secret}@db/shop`)).toBe(
      'postgres://admin:[redacted]@db/shop',
    );
    expect(redact(`password: ${secret}`)).toBe('password: [redacted]');
  });

  test.each([
    'Let the token expire after an hour',
    'Rename the column secret_key_id',
    'Write a test for parseToken and for https://example.org/path',
    'Sort by key, then by value',
    'Describe the basic idea of bearer bonds',
  ])('leaves %j as it is', (text) => {
    expect(redact(text)).toBe(text);
  });

  test('takes patterns of a person', () => {
    const own = redactor(['ACME-\\d+', 'alice|bob']);
    expect(own('alice asks about ACME-42')).toBe('[redacted] asks about [redacted]');
  });

  test('says which pattern is none', () => {
    expect(() => redactor(['(']).call(null, '')).toThrow(/"\(" is no regular expression/);
  });
});

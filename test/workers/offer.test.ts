/** What a worker brings: what no hub could use is refused here, by name. */
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { offerOf } from '../../src/workers/offer.ts';
import { joinAsWorker } from '../../src/workers/open-worker.ts';
import { tempFolders } from '../app/temp.ts';

const temp = tempFolders('offer');
const token = 'troupe_a_b';
const url = 'ws://127.0.0.1:1';

describe('an offer', () => {
  test('of nobody in particular is one place for any role, under a name after this machine', () => {
    const { name, roles, labels } = offerOf({}, systemRandom);
    expect({ roles, labels }).toEqual({ roles: { '*': 1 }, labels: [] });
    expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9-]*-\w{4}$/);
  });

  test.each([
    [{ labels: [''] }, 'worker.offer'],
    [{ labels: ['x'.repeat(201)] }, 'worker.offer'],
    [{ roles: { ['x'.repeat(201)]: 1 } }, 'worker.offer'],
    [{ roles: { coder: 0 } }, 'worker.offer'],
    [{ name: 'a b' }, 'worker.name'],
  ])('that no hub could use is refused: %j', (wish, code) => {
    expect(() => offerOf(wish, systemRandom)).toThrow(expect.objectContaining({ code }));
  });
});

test.each([
  [{ url: 'ws://127.0.0.1:99999', token }, 'worker.address'],
  [{ url: 'http://127.0.0.1:7700', token }, 'worker.address'],
  [{ url, token: 'troupe_a_b\ntroupe_c_d' }, 'worker.token'],
  [{ url, token: '' }, 'worker.token'],
  [{ url, token, labels: [''] }, 'worker.offer'],
])('words that say nothing to a hub are refused before it is asked: %j', async (wish, code) => {
  const config = readConfig({ home: temp(), cwd: temp() });
  await expect(joinAsWorker({ config }, wish)).rejects.toMatchObject({ name: 'UserError', code });
});

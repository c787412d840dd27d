/** A real Chroma server keeps the promises of every index, wherever its library can be loaded. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBinding, setUp } from '../../../memory/chroma/binding.ts';
import { ChromaIndex } from '../../../memory/chroma/chroma-index.ts';
import { type Server, startServer } from '../../../memory/chroma/server.ts';
import { tempFolders } from '../../app/temp.ts';
import { semanticIndexContract } from '../../contracts/semantic-index.contract.ts';
import { realTime } from '../real-time.ts';

const temp = tempFolders('chroma');
const folder = temp();
const binding = findBinding(folder);

// There is no Chroma for this kind of machine: `binding.why` says which.
describe.skipIf(binding.kind === 'missing')('a Chroma server of ours', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer(setUp(folder), temp(), realTime);
  });
  afterAll(() => server.end());

  let count = 0;
  semanticIndexContract('a collection', async () => {
    count += 1;
    return ChromaIndex.open({ url: server.url, headers: {} }, `contract-${count}`);
  });

  test('is cleared at once', async () => {
    const index = await ChromaIndex.open({ url: server.url, headers: {} }, 'cleared');
    await index.put([{ id: 1, vector: Float32Array.of(1, 0) }]);
    await index.clear();
    expect(await index.count()).toBe(0);
  });
});

/** `troupe run examples/hello.yaml` through the library, for a build without the command line. */
import { loadProduct, repository } from '../lib/build.mjs';

process.chdir(repository);
const { createTroupe } = await loadProduct('src/index.js');
const run = await createTroupe({ home: process.argv[2] }).run('examples/hello.yaml');
for await (const { type } of run.events()) process.stdout.write(`${type}\n`);
await run.end;

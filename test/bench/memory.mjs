/** `npm run bench:memory`: how fast, how good and how safe memory is. */
import { runSuite } from './lib/suite.mjs';

await runSuite({
  script: 'bench:memory',
  names: ['quality', 'similar', 'search', 'remember', 'slowdown', 'history', 'crash'],
  load: (name) => import(`./memory/${name}.mjs`),
});

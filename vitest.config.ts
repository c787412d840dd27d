/** How tests run: no test may depend on speed, and the machines and the kernel are covered whole. */
import { configDefaults, defineConfig } from 'vitest/config';

/** `npm run test:torture`. */
const ownRun = ['test/torture/hosts.test.ts', 'test/torture/queues.test.ts'];

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/real/**', 'test/bench/**', ...ownRun],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['machines/**', 'src/**', 'cli/**', 'memory/**'],
      // The page runs in a browser, where nothing counts its branches.
      exclude: ['test/**', '**/*.md', 'src/dashboard/**'],
      reporter: ['text', 'html', 'json-summary'],
      thresholds: {
        'machines/**': { branches: 100 },
        'src/kernel/**': { branches: 100 },
      },
    },
  },
});

/** The real agents against a scripted model: apart from `npm test`, because they are large. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/real/**/*.test.ts'],
    globalSetup: ['test/real/install.ts'],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});

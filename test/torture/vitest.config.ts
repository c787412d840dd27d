/** What is done to hosts takes both cores for minutes: it runs by itself, one after the other. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/torture/hosts.test.ts', 'test/torture/queues.test.ts'],
    pool: 'forks',
    fileParallelism: false,
  },
});

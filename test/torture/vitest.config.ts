/** The torture of hosts takes both cores for more than a minute: it runs by itself. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/torture/hosts.test.ts'],
    pool: 'forks',
  },
});

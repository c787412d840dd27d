/** One file for the library and one for each command: a cold start reads as little as it can. */
import { readFileSync } from 'node:fs';

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const packages = Object.keys(dependencies).map((name) => new RegExp(`^${name}(/|$)`));

export default {
  input: {
    'src/index': 'src/index.ts',
    'machines/index': 'machines/index.ts',
    'cli/main': 'cli/main.ts',
  },
  platform: 'node',
  external: [/^node:/, ...packages],
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: 'chunks/[name]-[hash].js',
    // People read stack traces, and the names in them.
    minify: false,
    comments: false,
    cleanDir: true,
  },
};

/** One file for the library and one for each command: a cold start reads as little as it can. */
import { chmodSync, readFileSync } from 'node:fs';

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const packages = Object.keys(dependencies).map((name) => new RegExp(`^${name}(/|$)`));

/** `npx troupe` starts the file as it is; npm only makes it executable where it installs it. */
const executable = {
  name: 'executable',
  writeBundle: () => chmodSync('dist/cli/main.js', 0o755),
};

export default {
  input: {
    'src/index': 'src/index.ts',
    'machines/index': 'machines/index.ts',
    'cli/main': 'cli/main.ts',
  },
  plugins: [executable],
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

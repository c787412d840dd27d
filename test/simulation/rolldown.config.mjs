/** Bundles the long search and its threads from the sources as they are now. */
export default {
  input: { campaign: 'test/simulation/campaign.ts', thread: 'test/simulation/campaign-thread.ts' },
  platform: 'node',
  external: [/^node:/, /^ajv/],
  output: { format: 'esm', dir: 'node_modules/.cache/simulate', cleanDir: true, minify: false },
};

/** Builds the page into dist/dashboard: plain files that the house serves, and nothing from afar. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const modules = resolve(here, '../../node_modules');
const packages = ['preact', '@preact/signals', '@preact/signals-core', 'elkjs'];

/** What is copied into the page keeps its licence. */
function licences(folder) {
  return {
    name: 'licences',
    closeBundle: () => {
      const texts = packages.map((name) => `${name}\n\n${licenceOf(name)}`);
      writeFileSync(join(folder, 'LICENCES.txt'), texts.join('\n\n'));
    },
  };
}

function licenceOf(name) {
  const folder = join(modules, name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file: it can not be bundled`);
  return readFileSync(join(folder, file), 'utf8');
}

const outDir = process.env.TROUPE_PAGES ?? resolve(here, '../../dist/dashboard');

export default defineConfig({
  root: here,
  base: './',
  logLevel: 'warn',
  // The JSX of Preact, by the compiler that is there anyway.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    // A style or a picture inside of the page's code would need a weaker policy.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    // The worker that draws statecharts is large, and loaded only for them.
    chunkSizeWarningLimit: 2_000,
  },
  worker: { format: 'es' },
  plugins: [licences(outDir)],
});

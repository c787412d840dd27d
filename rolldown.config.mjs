/**
 * Two bundles, so that a cold start reads as little as it can: the library, which shares its
 * packages with whoever uses it, and the command, which brings its own. The threads of a simulation
 * and the processes of memory and of an agent are files by themselves, for both.
 */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const packages = Object.keys(dependencies);
/** Loaded only by who needs them, and not as plain modules: they stay packages. */
const apart = ['ajv', 'chromadb', 'libsql'];
const isOf = (names) => names.map((name) => new RegExp(`^${name}(/|$)`));

/** `npx troupe` starts the file as it is; npm only makes it executable where it installs it. */
const executable = {
  name: 'executable',
  writeBundle: ({ dir }) => chmodSync(join(dir, 'cli/main.js'), 0o755),
};

/** What is copied into a bundle keeps its licence. */
const licences = (file) => ({
  name: 'licences',
  writeBundle: ({ dir }, bundle) =>
    writeFileSync(join(dir, file), packagesIn(bundle).map(licenceOf).join('\n\n')),
});

function packagesIn(bundle) {
  const modules = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds);
  const names = modules.flatMap((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []);
  return [...new Set(names)].sort();
}

function licenceOf(name) {
  const folder = join('node_modules', name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file: it can not be bundled`);
  return `${name}\n\n${readFileSync(join(folder, file), 'utf8')}`;
}

/**
 * What every command needs, and what `run` needs, is a file each: the bundler would split both at
 * each module that another command loads on demand, and a cold start read a hundred files.
 */
const togetherInTheCommand = [
  {
    name: 'start',
    test: /\/cli\/(about|exits|former-words|program|render|trouble)\.ts$/,
    priority: 2,
  },
  {
    name: 'run',
    test: /\/(cli\/commands\/run|cli\/watch|src\/assembly|src\/verify\/clearance)\.ts$/,
    priority: 1,
  },
];

const shared = {
  format: 'esm',
  dir: 'dist',
  // People read stack traces, and the names in them.
  minify: false,
  comments: false,
};

export default [
  {
    input: { 'src/index': 'src/index.ts', 'machines/index': 'machines/index.ts' },
    platform: 'node',
    external: [/^node:/, ...isOf(packages)],
    plugins: [licences('LICENCES.txt')],
    output: { ...shared, chunkFileNames: 'chunks/[name]-[hash].js', cleanDir: true },
  },
  {
    input: { 'cli/main': 'cli/main.ts' },
    platform: 'node',
    external: [/^node:/, ...isOf(apart)],
    plugins: [executable, licences('cli/LICENCES.txt')],
    output: {
      ...shared,
      chunkFileNames: 'cli/chunks/[name]-[hash].js',
      codeSplitting: { groups: togetherInTheCommand },
    },
  },
  {
    input: { 'cli/result-thread': 'src/runs/result-thread.ts' },
    platform: 'node',
    external: [/^node:/],
    output: { ...shared, chunkFileNames: 'cli/chunks/result-[name]-[hash].js' },
  },
  {
    input: { 'cli/simulation-thread': 'src/simulation/study/thread.ts' },
    platform: 'node',
    external: [/^node:/, ...isOf(apart)],
    output: { ...shared, chunkFileNames: 'cli/chunks/thread-[name]-[hash].js' },
  },
  {
    input: {
      'cli/memory-scribe': 'src/remembering/scribe.ts',
      'cli/memory-upkeep': 'src/remembering/upkeep-process.ts',
    },
    platform: 'node',
    external: [/^node:/, ...isOf(apart)],
    output: { ...shared, chunkFileNames: 'cli/chunks/memory-[name]-[hash].js' },
  },
  {
    input: { 'cli/isolated-agent': 'src/workers/isolated-agent.ts' },
    platform: 'node',
    external: [/^node:/, ...isOf(apart)],
    output: { ...shared, chunkFileNames: 'cli/chunks/isolated-[name]-[hash].js' },
  },
];

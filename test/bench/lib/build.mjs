/**
 * Finds what is measured: the product as it is shipped (`dist/`), and the engine inside it, which the
 * shipped bundle hides, compiled file by file from the same sources.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { exec } from './child.mjs';

export const benchFolder = dirname(dirname(fileURLToPath(import.meta.url)));
export const repository = resolve(benchFolder, '../..');
/** Two environment variables choose other builds: to compare a change with what was before. */
const product = resolve(repository, process.env.BENCH_PRODUCT ?? 'dist');
const engine = resolve(repository, process.env.BENCH_ENGINE ?? 'test/bench/node_modules/.engine');

/** A file of the shipped build. */
export const shipped = (path) => join(product, path);
export const isShipped = (path) => existsSync(shipped(path));

export const loadProduct = (path) => import(pathToFileURL(shipped(path)).href);
export const loadEngine = (path) => import(pathToFileURL(join(engine, path)).href);

/** Compiles the sources as they are now. */
export async function buildEngine() {
  if (process.env.BENCH_ENGINE) return;
  const compiler = join(repository, 'node_modules/typescript/bin/tsc');
  const args = [compiler, '-p', 'tsconfig.build.json', '--noCheck', '--outDir', engine];
  const { code, stdout } = await exec(process.execPath, args, { cwd: repository });
  if (code !== 0) throw new Error(`the sources do not compile:\n${stdout}`);
}

/** TypeScript on a Node that can't read it: by the bundler or compiler of the person's project. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Null: it can't be done with this tool. */
type Translator = (tool: never, file: string) => Promise<string | null>;

interface Bundled {
  readonly outputFiles: readonly { readonly text: string }[];
}

interface Esbuild {
  build(options: object): Promise<Bundled>;
}

interface Rolldown {
  build(options: object): Promise<{ readonly output: readonly { readonly code?: string }[] }>;
}

interface TypeScript {
  transpileModule?(text: string, options: object): { readonly outputText: string };
}

/** Other files of the person's come along; packages are found where they are. */
const isPackage = /^[^./]|^node:/;

const translators: Readonly<Record<string, Translator>> = {
  esbuild: async ({ build }: Esbuild, file) => {
    const asked = { format: 'esm', platform: 'node', packages: 'external', logLevel: 'silent' };
    const { outputFiles } = await build({
      ...asked,
      entryPoints: [file],
      bundle: true,
      write: false,
    });
    return outputFiles[0]?.text ?? null;
  },
  rolldown: async ({ build }: Rolldown, file) => {
    const asked = { external: isPackage, write: false, logLevel: 'silent', platform: 'node' };
    const { output } = await build({ ...asked, input: file, output: { format: 'esm' } });
    return output[0]?.code ?? null;
  },
  typescript: async ({ transpileModule }: TypeScript, file) => {
    if (!transpileModule) return null;
    const compilerOptions = { module: 99, target: 9 };
    return transpileModule(readFileSync(file, 'utf8'), { compilerOptions }).outputText;
  },
};

/** The file as JavaScript; null when the project has none of the tools. */
export async function translated(file: string): Promise<string | null> {
  const { resolve } = createRequire(file);
  for (const [name, translate] of Object.entries(translators)) {
    const place = placeOf(resolve, name);
    if (place === null) continue;
    const tool = await import(pathToFileURL(place).href);
    const text = await translate({ ...tool.default, ...tool } as never, file);
    if (text !== null) return text;
  }
  return null;
}

function placeOf(resolve: (name: string) => string, name: string): string | null {
  try {
    return resolve(name);
  } catch {
    return null;
  }
}

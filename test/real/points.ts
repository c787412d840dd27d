/** How each real agent is pointed at the scripted model, and what its tool for a file is called. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Turn } from './model-replies.ts';

export interface Point {
  readonly name: 'claude' | 'codex' | 'gemini' | 'opencode';
  /** Null: its own default is known to the scripted model, too. */
  readonly model: string | null;
  /** Settles what only a file of its home can say; answers what its environment must hold. */
  readonly prepare: (home: string, url: string) => Readonly<Record<string, string>>;
  readonly write: (path: string, content: string) => Turn;
  /** What a 429 with a wait looks like to it. */
  readonly limited: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly error?: object;
  };
}

export const claude: Point = {
  name: 'claude',
  model: null,
  prepare: (_, url) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'any' }),
  write: (file_path, content) => calls('Write', { file_path, content }),
  limited: { headers: { 'retry-after': '16' } },
};

export const codex: Point = {
  name: 'codex',
  model: 'scripted',
  prepare: prepareCodex,
  write: (path, content) => calls('exec_command', { cmd: `printf %s '${content}' > ${path}` }),
  limited: {},
};

export const gemini: Point = {
  name: 'gemini',
  model: 'gemini-2.5-flash',
  prepare: prepareGemini,
  write: (file_path, content) => calls('write_file', { file_path, content }),
  limited: {},
};

export const opencode: Point = {
  name: 'opencode',
  model: 'scripted/m',
  prepare: prepareOpencode,
  write: (filePath, content) => calls('write', { filePath, content }),
  limited: { headers: { 'retry-after': '1' } },
};

export const points: readonly Point[] = [claude, codex, gemini, opencode];

const calls = (tool: string, input: object): Turn => ({ kind: 'calls', tool, input });

function prepareCodex(home: string, url: string) {
  mkdirSync(join(home, '.codex'), { recursive: true });
  const provider = { name: 'scripted', base_url: `${url}/v1`, env_key: 'CODEX_API_KEY' };
  const lines = Object.entries({ ...provider, wire_api: 'responses' });
  const config = [
    'model_provider = "scripted"',
    '[model_providers.scripted]',
    ...lines.map(([name, value]) => `${name} = "${value}"`),
  ];
  writeFileSync(join(home, '.codex/config.toml'), `${config.join('\n')}\n`);
  return { CODEX_API_KEY: 'any' };
}

function prepareGemini(home: string, url: string) {
  mkdirSync(join(home, '.gemini'), { recursive: true });
  const settings = { security: { auth: { selectedType: 'gemini-api-key' } } };
  writeFileSync(join(home, '.gemini/settings.json'), JSON.stringify(settings));
  return { GEMINI_API_KEY: 'any', GOOGLE_GEMINI_BASE_URL: url };
}

function prepareOpencode(_: string, url: string) {
  const scripted = {
    npm: '@ai-sdk/openai-compatible',
    options: { baseURL: `${url}/v1`, apiKey: 'any' },
    models: { m: {} },
  };
  return {
    OPENCODE_CONFIG_CONTENT: JSON.stringify({ provider: { scripted } }),
    OPENCODE_DISABLE_MODELS_FETCH: '1',
  };
}

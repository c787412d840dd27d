/** Where the APIs that are known by name are, and where their keys are looked for. */
import type { Endpoint } from './model-call.ts';

interface Preset {
  readonly baseUrl: string;
  readonly keyVariable: string;
}

export const presets = {
  openai: { baseUrl: 'https://api.openai.com/v1', keyVariable: 'OPENAI_API_KEY' },
  grok: { baseUrl: 'https://api.x.ai/v1', keyVariable: 'XAI_API_KEY' },
} as const satisfies Readonly<Record<string, Preset>>;

/** What xAI counts its bills in, so many for a dollar. */
const ticksPerUsd = 1e10;

export interface Asked {
  readonly adapter: keyof typeof presets;
  readonly baseUrl: string | null;
  readonly keyEnv: string | null;
}

/** A server of one's own may need no key; where it does, the plan names it. */
export function endpointOf({ adapter, baseUrl, keyEnv }: Asked): {
  readonly endpoint: Endpoint;
  readonly keyVariable: string | null;
} {
  const preset = presets[adapter];
  const isOwn = baseUrl !== null && adapter === 'openai';
  return {
    endpoint: { baseUrl: baseUrl ?? preset.baseUrl, ticksPerUsd },
    keyVariable: keyEnv ?? (isOwn ? null : preset.keyVariable),
  };
}

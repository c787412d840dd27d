/** Where the APIs that are known by name are, and where their keys are looked for. */
import type { Environment } from '../processes/environment.ts';
import type { Endpoint } from './model-call.ts';

interface Preset {
  readonly baseUrl: string;
  /** Where a person says that it is elsewhere. */
  readonly baseVariable: string;
  readonly keyVariable: string;
  /** For whoever names none. */
  readonly model: string;
}

export const presets = {
  grok: {
    baseUrl: 'https://api.x.ai/v1',
    baseVariable: 'XAI_BASE_URL',
    keyVariable: 'XAI_API_KEY',
    model: 'grok-4',
  },
  openai: {
    baseUrl: 'https://api.openai.com/v1',
    baseVariable: 'OPENAI_BASE_URL',
    keyVariable: 'OPENAI_API_KEY',
    model: 'gpt-5-mini',
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** What xAI counts its bills in, so many for a dollar. */
const ticksPerUsd = 1e10;

export interface Asked {
  readonly adapter: keyof typeof presets;
  readonly baseUrl: string | null;
  readonly keyEnv: string | null;
}

/** A server of one's own may need no key; where it does, the plan names it. */
export function endpointOf(
  { adapter, baseUrl, keyEnv }: Asked,
  machine: Environment,
): { readonly endpoint: Endpoint; readonly keyVariable: string | null } {
  const preset = presets[adapter];
  const isOwn = baseUrl !== null && adapter === 'openai';
  const usual = machine[preset.baseVariable] || preset.baseUrl;
  return {
    endpoint: { baseUrl: baseUrl ?? usual, ticksPerUsd },
    keyVariable: keyEnv ?? (isOwn ? null : preset.keyVariable),
  };
}

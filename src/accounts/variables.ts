/** Which variables an agent's program finds its account in, provider by provider. */
import { type Account, companyOf } from './account.ts';

interface Names {
  /** All of them hold the key. */
  readonly key: readonly string[];
  /** Log-ins of the machine, which must not win over the account. */
  readonly emptied: readonly string[];
}

const known: Readonly<Record<string, Names>> = {
  anthropic: {
    key: ['ANTHROPIC_API_KEY'],
    emptied: ['ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'],
  },
  openai: { key: ['OPENAI_API_KEY', 'CODEX_API_KEY'], emptied: [] },
  google: { key: ['GEMINI_API_KEY'], emptied: ['GOOGLE_API_KEY'] },
  grok: { key: ['XAI_API_KEY', 'GROK_API_KEY'], emptied: [] },
};

export interface AccountVariables {
  readonly variables: Readonly<Record<string, string>>;
  /** Those of them whose values nobody may keep. */
  readonly secret: readonly string[];
}

export function variablesOf(account: Account, key: string | null): AccountVariables {
  const about = { TROUPE_ACCOUNT: account.name };
  if (key === null) return { variables: about, secret: [] };
  const { key: names, emptied } = namesOf(account);
  const keys = names.map((name) => [name, key] as const);
  const others = emptied.map((name) => [name, ''] as const);
  return { variables: { ...Object.fromEntries([...others, ...keys]), ...about }, secret: names };
}

function namesOf({ provider, variable }: Account): Names {
  const own = known[companyOf(provider)];
  if (variable !== null) return { key: [variable], emptied: own?.emptied ?? [] };
  return own ?? { key: [`${provider.toUpperCase().replace(/\W/g, '_')}_API_KEY`], emptied: [] };
}

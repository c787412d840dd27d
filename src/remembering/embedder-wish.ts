/** Which embedding a person wishes for, and with which key. */
import type { EmbedderWish } from '../../memory/index.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';

const openAi = 'https://api.openai.com/v1';

/** `static`, `api:MODEL` or `transformers:MODEL`. */
export async function embedderWish(config: Config, clock: Clock): Promise<EmbedderWish> {
  const { TROUPE_EMBEDDER: word = 'static', TROUPE_EMBEDDER_URL: baseUrl = openAi } =
    config.environment;
  const [, kind, model = ''] = /^(api|transformers):(\S+)$/.exec(word) ?? [];
  if (word === '' || word === 'static') return { kind: 'static' };
  if (kind === 'transformers') return { kind, model, from: config.cwd };
  if (kind !== 'api') throw noEmbedder(word);
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
    const message = `TROUPE_EMBEDDER_URL is "${baseUrl}", which is no address of a server`;
    throw new UserError('memory.bad-address', message, `write it as ${openAi}`);
  }
  return { kind, baseUrl, model, key: await keyFor(config, clock, baseUrl) };
}

/** Of the account that is named, else from the environment; OpenAI's own goes to OpenAI alone. */
async function keyFor(config: Config, clock: Clock, baseUrl: string): Promise<string | null> {
  const { TROUPE_EMBEDDER_ACCOUNT: account, TROUPE_EMBEDDER_KEY: key } = config.environment;
  if (account) return (await import('./account-key.ts')).keyOfAccount(config, clock, account);
  if (key) return key;
  return baseUrl === openAi ? (config.environment.OPENAI_API_KEY ?? null) : null;
}

function noEmbedder(word: string): UserError {
  const message = `TROUPE_EMBEDDER is "${word}", which is no embedding`;
  const hint = 'set it to static, api:MODEL or transformers:MODEL, or unset it';
  return new UserError('memory.bad-embedder', message, hint);
}

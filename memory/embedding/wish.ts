/** Which embedder is wished for, and how it is made. */
import type { Time } from '../time.ts';
import type { Embedder } from './embedder.ts';

export type EmbedderWish =
  | { readonly kind: 'static' }
  | {
      readonly kind: 'api';
      readonly baseUrl: string;
      readonly model: string;
      readonly key: string | null;
    }
  /** `from`: the folder whose packages are looked through. */
  | { readonly kind: 'transformers'; readonly model: string; readonly from: string };

/** Undefined for the one that is built in: it is opened when it is needed. */
export async function openEmbedder(wish: EmbedderWish, time: Time): Promise<Embedder | undefined> {
  switch (wish.kind) {
    case 'static':
      return undefined;
    case 'api': {
      const { ApiEmbedder } = await import('./api-embedder.ts');
      return new ApiEmbedder({ ...wish, time });
    }
    case 'transformers': {
      const { LocalTransformers } = await import('./local-transformers.ts');
      return new LocalTransformers(wish.model, wish.from);
    }
  }
}

/** A server on this machine that embeds as OpenAI's does, with vectors of a made-up meaning. */
import { createServer } from 'node:http';

/** Each word of a meaning points its own way. */
const meanings = [
  ['session', 'login', 'logged', 'expires', 'early', 'soon'],
  ['cake', 'dessert', 'oven', 'bake', 'chocolate'],
  ['test', 'tests', 'unit', 'invoice'],
];

export interface EmbeddingServer {
  url: string;
  /** What was asked, without what was embedded. */
  readonly asked: { readonly model: unknown; readonly authorization: string | undefined }[];
  /** Statuses of the next answers; 200 when there are none. */
  statuses: number[];
  /** Changes the form of the answers. */
  answer: 'right' | 'one too few' | 'no json';
  readonly close: () => Promise<void>;
}

export async function startEmbeddingServer(): Promise<EmbeddingServer> {
  const state: EmbeddingServer = {
    ...{ url: '', asked: [], statuses: [], answer: 'right' },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    const { model, input } = JSON.parse(body) as { model: unknown; input: string[] };
    state.asked.push({ model, authorization: request.headers.authorization });
    const status = state.statuses.shift() ?? 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(state.answer === 'no json' ? 'oops' : JSON.stringify(answerTo(input)));
  });
  const answerTo = (input: readonly string[]) => {
    const data = input.map((text, index) => ({ index, embedding: vectorOf(text) }));
    if (state.answer === 'one too few') data.pop();
    // In any order: the index says which is which.
    return { data: data.reverse() };
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  state.url = `http://127.0.0.1:${port}/v1`;
  return state;
}

function vectorOf(text: string): number[] {
  const words = text.toLowerCase().split(/\W+/);
  const share = (meaning: readonly string[]): number =>
    words.filter((word) => meaning.includes(word)).length;
  return [...meanings.map(share), 0.1];
}

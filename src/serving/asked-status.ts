/** How the house of a home is, asked of itself: what it wrote down last may be long out of date. */
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { type HouseStatus, readStatus, type SeenStatus } from '../intake/status.ts';
import { type HousePlace, livingHouse } from './neighbour.ts';

const patienceMs = 5_000;
const answerMaxBytes = 4 * 1024 * 1024;

export interface AskedStatus extends SeenStatus {
  /** A house that is there and does not answer is frozen, or overwhelmed. */
  readonly answers: boolean;
}

/** What it says now, else what it has written down. */
export async function askStatus(home: string): Promise<AskedStatus> {
  const place = livingHouse(home);
  const told = place && (await ask(place));
  const seen = readStatus(home);
  return told ? { owner: seen.owner, status: told, answers: true } : { ...seen, answers: false };
}

/** Null when it does not answer in time, or not as a house does. */
function ask({ scheme, host, port, token }: HousePlace): Promise<HouseStatus | null> {
  const request = scheme === 'https' ? secureRequest : plainRequest;
  return new Promise((resolve) => {
    const asked = request(`${scheme}://${host}:${port}/health`, {
      headers: { authorization: `Bearer ${token}` },
      // Its certificate may be its own: where it listens is known from its own file.
      rejectUnauthorized: false,
      signal: AbortSignal.timeout(patienceMs),
    });
    asked.on('error', () => resolve(null));
    asked.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (more: string) => {
        text += more;
        if (text.length > answerMaxBytes) response.destroy();
      });
      response.on('error', () => resolve(null));
      response.on('close', () => resolve(statusIn(text)));
    });
    asked.end();
  });
}

function statusIn(text: string): HouseStatus | null {
  try {
    const status = JSON.parse(text) as Partial<HouseStatus>;
    return typeof status.score === 'number' ? (status as HouseStatus) : null;
  } catch {
    return null;
  }
}

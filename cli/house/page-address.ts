/** Where the page of the house is that serves this home, for whoever has lost its address. */
import { addressOf, livingHouse, type Troupe, UserError } from '../../src/index.ts';
import { type Exit, exits } from '../exits.ts';
import type { JsonOption } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { openBrowser } from './browser.ts';

interface AddressOptions extends JsonOption {
  readonly open?: true;
}

/** The address is the key as well: it goes to stdout, and nowhere else. */
export async function tellAddress(troupe: Troupe, options: AddressOptions): Promise<Exit> {
  const { home, platform } = troupe.config;
  const place = livingHouse(home);
  if (place === null) {
    const hint = 'begin with: troupe serve';
    throw new UserError('serve.absent', `nobody serves the home ${home}`, hint);
  }
  const url = addressOf(place);
  if (options.json) await out.json({ url, port: place.port, token: place.token });
  else await out.write(`${url}\n`);
  if (options.open && !(await openBrowser(url, platform))) {
    err.note('There is no browser to open here: open the address yourself.\n');
  }
  return exits.succeeded;
}

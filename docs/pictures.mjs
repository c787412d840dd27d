/**
 * `<!-- picture NAME What it shows. -->` becomes what the tests of the page saw in a real browser,
 * light or dark as the reader has it. Where no test has seen it, nothing stands there.
 */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export class Pictures {
  /** Names of pictures that are asked for, and that nobody has made. */
  missing = [];
  #from;
  #to;

  constructor(from, to) {
    this.#from = from;
    this.#to = to;
  }

  shown(text) {
    return text.replace(/^<!-- picture (\S+) (.+) -->$/gm, (_, name, alt) => {
      const [light, dark] = ['light', 'dark'].map((theme) => `${theme}-${name}.png`);
      if (!this.#take(light) || !this.#take(dark)) {
        this.missing.push(name);
        return '';
      }
      const source = `<source media="(prefers-color-scheme: dark)" srcset="pictures/${dark}">`;
      const image = `<img src="pictures/${light}" alt="${alt}" loading="lazy">`;
      return `<figure><picture>${source}${image}</picture><figcaption>${alt}</figcaption></figure>`;
    });
  }

  #take(file) {
    const from = join(this.#from, file);
    if (!existsSync(from)) return false;
    mkdirSync(this.#to, { recursive: true });
    cpSync(from, join(this.#to, file));
    return true;
  }
}

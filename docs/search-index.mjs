/** What the website's own search knows: each part of a page below a heading, as plain words. */
const textMax = 6_000;
const names = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };

const plain = (html) =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replace(/&(?:lt|gt|quot|#39|amp);/g, (name) => names[name])
    .replace(/\s+/g, ' ')
    .trim();

/** `to`: the page's file; `title`: as the menu calls it; `body`: its HTML, with ids on headings. */
export function partsOf({ to, title, body }) {
  return body.split(/(?=<h[1-4] id=")/).flatMap((part) => {
    const [, id, heading] = /^<h[1-4] id="([^"]*)">([\s\S]*?)<\/h[1-4]>/.exec(part) ?? [];
    if (id === undefined) return [];
    const text = plain(part.slice(part.indexOf('</h') + 5)).slice(0, textMax);
    return [{ id: `${to}#${id}`, page: title, heading: plain(heading), text }];
  });
}

/** A script, not a file of JSON: pages that are opened from a disk may not fetch. */
export const indexScript = (parts) => `globalThis.searchParts = ${JSON.stringify(parts)};\n`;

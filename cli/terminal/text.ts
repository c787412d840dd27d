/** Text for a terminal: made harmless, measured in columns, cut and padded to fit. */

/** Escape sequences whole, so that no rest of them is left standing as letters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const sequences = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;
/** Control and formatting characters: they move a cursor or turn the direction of writing. */
const controls = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const controlsButLines = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** One line that steers no terminal, whoever wrote it. */
export function plainLine(text: string): string {
  const spaced = text.replace(sequences, '').replace(/\s/g, ' ');
  return spaced.replace(controls, '').replace(/ +/g, ' ').trim();
}

/** The same for a text of several lines. */
export function plainText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(sequences, '').replace(controlsButLines, '');
}

/** Any value as one line of JSON that is also harmless on a terminal; it parses to the same. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Ends of ranges that a terminal draws two columns wide: East Asian scripts and pictures. */
const wideRanges: readonly (readonly [number, number])[] = [
  ...([
    [0x1100, 0x115f],
    [0x2e80, 0x303e],
    [0x3041, 0x33ff],
    [0x3400, 0x4dbf],
  ] as const),
  ...([
    [0x4e00, 0x9fff],
    [0xa000, 0xa4cf],
    [0xa960, 0xa97f],
    [0xac00, 0xd7a3],
  ] as const),
  ...([
    [0xf900, 0xfaff],
    [0xfe30, 0xfe6f],
    [0xff00, 0xff60],
    [0xffe0, 0xffe6],
  ] as const),
  ...([
    [0x1f300, 0x1f64f],
    [0x1f900, 0x1f9ff],
    [0x20000, 0x3fffd],
  ] as const),
];

const isAscii = (text: string): boolean => /^[ -~]*$/.test(text);
let segmenter: Intl.Segmenter | undefined;

/** What a reader sees as one letter each: a family of five is one. */
function lettersOf(text: string): string[] {
  if (isAscii(text)) return [...text];
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function letterWidth(letter: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cc}\p{Cf}]+$/u.test(letter)) return 0;
  if (/\p{Emoji_Presentation}|\ufe0f/u.test(letter)) return 2;
  const point = letter.codePointAt(0) ?? 0;
  return wideRanges.some(([from, to]) => point >= from && point <= to) ? 2 : 1;
}

/** In columns. Colours take none. */
export function widthOf(text: string): number {
  const bare = text.replace(sequences, '');
  if (isAscii(bare)) return bare.length;
  return lettersOf(bare).reduce((sum, letter) => sum + letterWidth(letter), 0);
}

/** At most so many columns, with an ellipsis where something was cut. Takes no colours. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const letter of lettersOf(text)) {
    width += letterWidth(letter);
    if (width > columns - 1) break;
    kept += letter;
  }
  return columns > 0 ? `${kept}…` : '';
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text))) + text;
}

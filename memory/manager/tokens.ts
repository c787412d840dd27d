/** How large a text is for a model, nearly: before it is put into a prompt, and paid for. */

/** English has four characters a token, and code has fewer; other scripts have one or two. */
const charsPerToken = 3.8;
const otherCharsPerToken = 1.5;
const otherScripts = /[\u0250-\uffff]/g;
/** Above it a prompt is worth a word. */
export const manyTokens = 8_000;

/** Within a fifth of what tokenizers count, for prose and code. */
export function tokensIn(text: string): number {
  const others = text.match(otherScripts)?.length ?? 0;
  return Math.ceil((text.length - others) / charsPerToken + others / otherCharsPerToken);
}

/** Null while a prompt of so many is nothing special. */
export function tokenWarning(tokens: number): string | null {
  if (tokens <= manyTokens) return null;
  const thousands = Math.round(tokens / 1_000);
  return `that is about ${thousands},000 tokens, each time it is asked`;
}

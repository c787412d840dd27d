/** A conversation as a file for others: Markdown, lines of JSON, or a page that runs nothing. */
import { assertNever } from '../../machines/errors.ts';
import type { Conversation } from './conversation.ts';
import type { Entry } from './entry.ts';
import type { History } from './history.ts';
import { type Speech, speechOf } from './wording.ts';

export const exportFormats = ['markdown', 'jsonl', 'html'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Piece by piece: a conversation may be long. */
export async function* exportConversation(
  history: History,
  conversation: Conversation,
  format: ExportFormat,
): AsyncGenerator<string> {
  const write = writers[format];
  yield write.begin(conversation);
  for await (const entry of history.entries(conversation)) {
    yield write.entry(await unfolded(history, conversation, entry));
  }
  yield write.end;
}

/** With all of a text that was kept apart, while it is there. */
async function unfolded(history: History, of: Conversation, entry: Entry): Promise<Entry> {
  if (!('whole' in entry) || !entry.whole || !('text' in entry)) return entry;
  const { whole, ...message } = entry;
  const text = await history.wholeText(of, whole.full);
  return text === null ? entry : ({ ...message, text } as Entry);
}

interface Writer {
  readonly begin: (conversation: Conversation) => string;
  readonly entry: (entry: Entry) => string;
  readonly end: string;
}

const jsonl: Writer = {
  begin: () => '',
  entry: (entry) => `${JSON.stringify(entry)}\n`,
  end: '',
};

const markdown: Writer = {
  begin: ({ id }) => `# Conversation ${id}\n`,
  entry: (entry) => {
    const speech = speechOf(entry);
    if (speech === null) return '';
    return `\n**${titleOf(speech)}** ${timeOf(entry.at)}\n\n${fenced(harmless(speech.text))}\n`;
  },
  end: '',
};

/** Nothing that is shown can be more than letters, and the page itself may load nothing. */
const html: Writer = {
  begin: ({ id }) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>Conversation ${escaped(id)}</title>
<style>${style}</style>
</head>
<body>
<h1>Conversation ${escaped(id)}</h1>
`,
  entry: (entry) => {
    const speech = speechOf(entry);
    if (speech === null) return '';
    const head = `<h2>${titleOf(speech)} <time>${timeOf(entry.at)}</time></h2>`;
    const text = `<pre>${escaped(harmless(speech.text))}</pre>`;
    return `<section class="${speech.who}">${head}${text}</section>\n`;
  },
  end: '</body>\n</html>\n',
};

const writers: Readonly<Record<ExportFormat, Writer>> = { markdown, jsonl, html };

const style = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.3rem } h2 { font-size: .9rem; margin: 1.2rem 0 .2rem } time { font-weight: 400 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; padding: .6rem; border-radius: 4px;
  border-left: 4px solid #888; background: #8881 }
.prompt pre { border-color: #06c } .says pre { border-color: #080 }
.trouble pre { border-color: #c00 }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd } }
`;

function titleOf({ who }: Speech): string {
  switch (who) {
    case 'prompt':
      return 'Prompt';
    case 'says':
      return 'Agent';
    case 'thinks':
      return 'Thought';
    case 'calls':
      return 'Tool';
    case 'result':
      return 'Tool ended';
    case 'out':
      return 'Output';
    case 'err':
      return 'Errors';
    case 'account':
      return 'Account';
    case 'used':
      return 'Used';
    case 'trouble':
      return 'Trouble';
    case 'session':
      return 'Session';
    case 'cut':
      return 'Left out';
    case 'begins':
      return 'Begin';
    case 'ends':
      return 'End';
    default:
      return assertNever(who);
  }
}

const timeOf = (at: number): string => new Date(at).toISOString();

/** Without what steers a terminal, or turns the direction of writing. */
function harmless(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '');
}

/** In a fence that nothing in the text can end. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text.trimEnd()}\n${fence}`;
}

const letters: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => letters[sign] ?? sign);

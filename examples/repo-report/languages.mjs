/** Counts files, lines and bytes by language, and says what could not be read as text. */
import { isGenerated, languageOf } from './kinds.mjs';
import { fromArguments, lineCount, print, read, top } from './repository.mjs';

const languagesShown = 20;

const { repo, files } = fromArguments();
const languages = new Map();
const skipped = { large: 0, binary: 0, unreadable: 0, generated: 0 };

function count(file, text) {
  const { name, isCode } = languageOf(file.path);
  const sum = languages.get(name) ?? { name, isCode, files: 0, lines: 0, bytes: 0 };
  sum.files += 1;
  sum.lines += lineCount(text);
  sum.bytes += file.bytes;
  languages.set(name, sum);
}

for (const file of files) {
  if (isGenerated(file.path)) {
    skipped.generated += 1;
    continue;
  }
  const found = read(repo, file);
  if (found.text === undefined) skipped[found.skipped] += 1;
  else count(file, found.text);
}

const all = [...languages.values()];
print({
  lines: all.reduce((sum, language) => sum + language.lines, 0),
  codeLines: all.reduce((sum, { isCode, lines }) => sum + (isCode ? lines : 0), 0),
  languages: top(all, languagesShown, ({ lines }) => lines),
  skipped,
});

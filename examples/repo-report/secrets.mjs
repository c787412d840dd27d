/** Looks for secrets that should not be in a repository, and shows none of them whole. */
import { isTest } from './kinds.mjs';
import { fromArguments, print, texts } from './repository.mjs';
import { secretsIn } from './secret-patterns.mjs';

const secretsShown = 30;
const secretsAFile = 20;

/** Files whose name says that they hold secrets, whatever is in them. */
const telling = [
  [/(?:^|\/)\.env(?:\.(?!example|sample|template|dist|defaults?)[\w-]+)*$/, 'environment file'],
  [/(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)$/, 'SSH private key'],
  [/\.(?:p12|pfx|jks|keystore|kdbx)$/i, 'key store'],
  [/(?:^|\/)(?:service-?account[^/]*|credentials)\.json$/i, 'credentials'],
];

/** A sample in a test or a manual is seldom alive; it is told apart, not left out. */
const isSample = (path) => isTest(path) || /(?:^|\/)(?:docs?|examples?|samples?)\//i.test(path);

function lineAt(text, index) {
  return text.slice(0, index).split('\n').length;
}

/** Where two patterns see the same place, the surer one speaks. */
function foundIn(path, text) {
  const byLine = new Map();
  let seen = 0;
  for (const { kind, sure, at, masked } of secretsIn(text)) {
    const line = lineAt(text, at);
    if (!byLine.has(line)) byLine.set(line, { kind, sure, path, line, masked });
    seen += 1;
    if (seen >= secretsAFile) break;
  }
  return [...byLine.values()].map((secret) => ({ ...secret, sample: isSample(path) }));
}

/** First what is surely a secret and surely in use. */
const rank = ({ sure, sample }) => (sure ? 0 : 1) + (sample ? 2 : 0);

const { repo, files } = fromArguments();
const secrets = [];
for (const [{ path }, text] of texts(repo, files)) secrets.push(...foundIn(path, text));
secrets.sort((a, b) => rank(a) - rank(b));

const named = files.flatMap(({ path }) => {
  const match = telling.find(([pattern]) => pattern.test(path));
  return match && !isSample(path) ? [{ path, kind: match[1] }] : [];
});

print({
  total: secrets.length,
  likely: secrets.filter((secret) => secret.sure && !secret.sample).length,
  secrets: secrets.slice(0, secretsShown),
  files: named.slice(0, secretsShown),
});

/** Tells from git who worked on a repository, when, and which files change most. */
import { fromArguments, git, print, top } from './repository.mjs';

const commitsForChanges = 500;
const authorsShown = 15;
const filesShown = 12;
const monthsShown = 12;

/** The last months by name, the present one last, in UTC so that two readers agree. */
function lastMonths(now) {
  return Array.from({ length: monthsShown }, (_, index) => {
    const back = monthsShown - 1 - index;
    const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
    return first.toISOString().slice(0, 7);
  });
}

function activity(log, scope) {
  const counts = new Map(lastMonths(new Date()).map((month) => [month, 0]));
  const since = `--since=${[...counts.keys()][0]}-01T00:00:00Z`;
  for (const seconds of lines(log(since, '--format=%ct', 'HEAD', ...scope))) {
    const month = new Date(Number(seconds) * 1000).toISOString().slice(0, 7);
    if (counts.has(month)) counts.set(month, counts.get(month) + 1);
  }
  return [...counts].map(([month, commits]) => ({ month, commits }));
}

/** Only files that are still there: what was deleted needs nobody's eye. */
function mostChanged(log, scope, files) {
  const present = new Set(files.map((file) => file.path));
  const changes = new Map();
  const shape = [`-${commitsForChanges}`, '--format=', '--name-only', '--no-renames', '-z'];
  for (const path of (log(...shape, '--relative', 'HEAD', ...scope) ?? '').split('\0')) {
    if (present.has(path)) changes.set(path, (changes.get(path) ?? 0) + 1);
  }
  const again = [...changes].filter(([, count]) => count > 1);
  const rows = again.map(([path, count]) => ({ path, changes: count }));
  return top(rows, filesShown, (row) => row.changes);
}

function authors(repo, scope) {
  return lines(git(repo, 'shortlog', '-sn', 'HEAD', ...scope)).map((line) => {
    const [commits, name] = line.trim().split('\t');
    return { name, commits: Number(commits) };
  });
}

function lastTag(repo) {
  const shape = [
    '--sort=-creatordate',
    '--count=1',
    '--format=%(refname:strip=2)%09%(creatordate:short)',
  ];
  const [name, date] = (git(repo, 'for-each-ref', ...shape, 'refs/tags') ?? '').trim().split('\t');
  if (!name) return null;
  const since = git(repo, 'rev-list', '--count', `refs/tags/${name}..HEAD`);
  return { name, date, commitsSince: since === null ? null : Number(since) };
}

const lines = (text) => (text ?? '').split('\n').filter((line) => line !== '');

function historyOf(repo, files) {
  const prefix = git(repo, 'rev-parse', '--show-prefix');
  if (prefix === null) return { git: false, commits: 0 };
  // A folder inside a repository has a history of its own; for the root, asking would cost time.
  const scope = prefix.trim() === '' ? [] : ['--', '.'];
  const log = (...words) => git(repo, 'log', ...words);
  const commits = Number(git(repo, 'rev-list', '--count', 'HEAD', ...scope) ?? 0);
  if (commits === 0) return { git: true, commits };
  const everyone = authors(repo, scope);
  return {
    git: true,
    commits,
    // A shallow clone knows only what was fetched, so its numbers are lower bounds.
    shallow: git(repo, 'rev-parse', '--is-shallow-repository')?.trim() === 'true',
    last: log('-1', '--format=%cI', 'HEAD', ...scope)?.trim(),
    authorCount: everyone.length,
    authors: everyone.slice(0, authorsShown),
    months: activity(log, scope),
    mostChanged: mostChanged(log, scope, files),
    lastTag: lastTag(repo),
  };
}

const { repo, files } = fromArguments();
print(historyOf(repo, files));

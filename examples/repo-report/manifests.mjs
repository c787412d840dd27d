/** Reads what a project declares to need, in the words of each ecosystem, direct needs only. */

/** Each answers a list of `{ name, version, development }`; an empty version means any. */

const npmParts = {
  dependencies: false,
  optionalDependencies: false,
  devDependencies: true,
};

function npm(text) {
  const content = JSON.parse(text);
  return Object.entries(npmParts).flatMap(([part, development]) =>
    Object.entries(content?.[part] ?? {})
      // What a workspace or a folder gives comes with the repository itself.
      .filter(([, version]) => !/^(?:workspace|file|link):/.test(version))
      .map(([name, version]) => ({ name, version: String(version), development })),
  );
}

/** `requests[socks]>=2.1 ; python_version < "3.9"`: the name, then what bounds it. */
function pythonNeed(text, development) {
  const match = /^([A-Za-z0-9][\w.-]{0,100})\s*(?:\[[^\]]{0,200}\])?\s*([^;#]{0,200})/.exec(text);
  return match ? [{ name: match[1], version: match[2].trim(), development }] : [];
}

function requirements(text, path) {
  const development = /dev|test|lint|doc/i.test(path.slice(path.lastIndexOf('/') + 1));
  return text.split('\n').flatMap((line) => pythonNeed(line.trim(), development));
}

/** The lines of a TOML file with the name of their table; enough for flat manifests. */
function* tomlLines(text) {
  let table = '';
  for (const line of text.split('\n')) {
    const header = /^\s*\[\[?\s*([^\]]{1,200}?)\s*\]\]?\s*(?:#.*)?$/.exec(line);
    if (header) table = header[1].replaceAll('"', '');
    else yield { table, line: line.trim() };
  }
}

/** `name = "1.2"` or `name = { version = "1.2", ... }`. */
function tomlNeed(line, development) {
  const match = /^["']?([\w.-]{1,100}?)["']?(?:\.version)?\s*=\s*(.{1,500})$/.exec(line);
  if (!match || /\b(?:path|workspace)\s*=/.test(match[2]) || match[1].endsWith('.workspace'))
    return [];
  const version = /^["']([^"']*)/.exec(match[2]) ?? /version\s*=\s*["']([^"']*)/.exec(match[2]);
  return [{ name: match[1], version: version?.[1] ?? '', development }];
}

function cargo(text) {
  return [...tomlLines(text)].flatMap(({ table, line }) => {
    const part = /(?:^|\.)((?:dev-|build-)?dependencies)(?:\.([\w-]+))?$/.exec(table);
    if (!part) return [];
    const development = part[1] !== 'dependencies';
    // `[dependencies.serde]` spreads one need over lines; only its version matters here.
    if (!part[2]) return tomlNeed(line, development);
    return line.startsWith('version')
      ? tomlNeed(line.replace('version', part[2]), development)
      : [];
  });
}

function pyproject(text) {
  let list = null;
  return [...tomlLines(text)].flatMap(({ table, line }) => {
    const poetry = /^tool\.poetry\.(?:group\.([\w-]+)\.|(dev)-)?dependencies$/.exec(table);
    if (poetry)
      return /^python\b/.test(line) ? [] : tomlNeed(line, Boolean(poetry[1] ?? poetry[2]));
    const extra = table === 'project.optional-dependencies' || table === 'dependency-groups';
    const opens = extra
      ? /^[\w"-]+\s*=\s*\[/
      : table === 'project'
        ? /^dependencies\s*=\s*\[/
        : null;
    if (opens?.test(line)) list = { extra };
    if (!list) return [];
    const { extra: development } = list;
    const strings = [...line.replace(/^["\w-]+\s*=\s*(?=\[)/, '').matchAll(/"([^"]*)"|'([^']*)'/g)];
    if (/\]\s*,?\s*(?:#.*)?$/.test(line)) list = null;
    return strings.flatMap((found) => pythonNeed(found[1] ?? found[2], development));
  });
}

function goMod(text) {
  const block = text.replace(/^\s*(?:replace|exclude|retract)\s*\([^)]*\)/gm, '');
  const need = /^\s*(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+|[\w.-]+\.\w+)\s+(v\S+)(.*)$/gm;
  return [...block.matchAll(need)]
    .filter(
      ([line, , , rest]) => !rest.includes('// indirect') && !/^\s*(?:replace|exclude)/.test(line),
    )
    .map(([, name, version]) => ({ name, version, development: false }));
}

function maven(text) {
  // What `dependencyManagement` and plugins name is not needed by the code itself.
  const own = text.replace(/<(dependencyManagement|build|profiles)>[\s\S]*?<\/\1>/g, '');
  return own
    .split('<dependency>')
    .slice(1)
    .map((part) => {
      const tag = (name) =>
        new RegExp(`<${name}>\\s*([^<]{0,200}?)\\s*</${name}>`).exec(part)?.[1] ?? '';
      const name = `${tag('groupId')}:${tag('artifactId')}`;
      return { name, version: tag('version'), development: tag('scope') === 'test' };
    });
}

/** `pinned` tells whether a version leaves no choice; without `locks` nothing can be locked. */
export const ecosystems = [
  {
    name: 'npm',
    file: /(?:^|\/)package\.json$/,
    locks: [
      'package-lock.json',
      'npm-shrinkwrap.json',
      'yarn.lock',
      'pnpm-lock.yaml',
      'bun.lock',
      'bun.lockb',
    ],
    pinned: (version) => /^v?\d+\.\d+\.\d+[\w.+-]*$/.test(version),
    needs: npm,
  },
  {
    name: 'Python',
    file: /(?:^|\/)requirements[\w.-]*\.txt$/,
    locks: [],
    pinned: (version) => /^={2,3}\s*[^*,]+$/.test(version),
    needs: requirements,
  },
  {
    name: 'Python',
    file: /(?:^|\/)pyproject\.toml$/,
    locks: ['poetry.lock', 'uv.lock', 'pdm.lock', 'pylock.toml'],
    pinned: (version) => /^(?:={2,3}\s*)?\d[^*,]*$/.test(version),
    needs: pyproject,
  },
  {
    name: 'Rust',
    file: /(?:^|\/)Cargo\.toml$/,
    locks: ['Cargo.lock'],
    pinned: (version) => version.startsWith('='),
    needs: cargo,
  },
  // Go takes the lowest version that all agree on, so what is written is what is built.
  { name: 'Go', file: /(?:^|\/)go\.mod$/, locks: ['go.sum'], pinned: () => true, needs: goMod },
  {
    name: 'Maven',
    file: /(?:^|\/)pom\.xml$/,
    locks: [],
    pinned: (version) => version !== '' && !/[[(,]|LATEST|RELEASE|\$/.test(version),
    needs: maven,
  },
];

/** What a file is, told from its path alone: its language, a test, or made by a program. */

const code = {
  TypeScript: 'ts tsx mts cts',
  JavaScript: 'js jsx mjs cjs',
  Python: 'py pyi',
  Go: 'go',
  Rust: 'rs',
  Java: 'java',
  Kotlin: 'kt kts',
  Scala: 'scala sc',
  Swift: 'swift',
  'Objective-C': 'm mm',
  C: 'c h',
  'C++': 'cc cpp cxx hh hpp hxx',
  'C#': 'cs',
  'F#': 'fs fsx',
  Ruby: 'rb rake',
  PHP: 'php',
  Perl: 'pl pm',
  Lua: 'lua',
  R: 'r',
  Julia: 'jl',
  Dart: 'dart',
  Elixir: 'ex exs',
  Erlang: 'erl hrl',
  Gleam: 'gleam',
  Haskell: 'hs',
  OCaml: 'ml mli',
  Clojure: 'clj cljs cljc edn',
  Zig: 'zig',
  Shell: 'sh bash zsh fish bats',
  PowerShell: 'ps1 psm1',
  SQL: 'sql',
  Vue: 'vue',
  Svelte: 'svelte',
  Terraform: 'tf',
  Solidity: 'sol',
};
const other = {
  Markdown: 'md mdx markdown',
  reStructuredText: 'rst',
  AsciiDoc: 'adoc',
  Text: 'txt',
  JSON: 'json jsonc json5 jsonl',
  YAML: 'yaml yml',
  TOML: 'toml',
  XML: 'xml xsd xsl',
  HTML: 'html htm',
  CSS: 'css scss sass less',
  SVG: 'svg',
  CSV: 'csv tsv',
  'Protocol Buffers': 'proto',
  GraphQL: 'graphql gql',
};

const byExtension = new Map();
for (const [group, isCode] of [
  [code, true],
  [other, false],
]) {
  for (const [name, extensions] of Object.entries(group)) {
    for (const extension of extensions.split(' ')) byExtension.set(extension, { name, isCode });
  }
}

/** `isCode` parts what people program from what they write or configure. */
export function languageOf(path) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^(?:GNU)?makefile$/i.test(name)) return { name: 'Makefile', isCode: true };
  if (/^(?:Docker|Container)file/.test(name)) return { name: 'Dockerfile', isCode: true };
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return byExtension.get(extension) ?? { name: 'Other', isCode: false };
}

const generated = [
  /(?:^|\/)(?:node_modules|_?vendor|third_party|bower_components|dist|coverage)\//,
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum|[^/]*\.lockb?)$/,
  /(?:\.min\.(?:js|css)|\.map|\.snap|\.pb\.go|_pb2\.py|\.g\.dart)$/,
];

/** Nobody wrote these lines, so nobody should be told to tidy, test or translate them. */
export const isGenerated = (path) => generated.some((pattern) => pattern.test(path));

export const isSource = (path) => languageOf(path).isCode && !isGenerated(path);

const tests = [
  /(?:^|\/)(?:tests?|__tests__|specs?|e2e|testing|testdata|fixtures)\//i,
  /[._-](?:test|spec)s?\.\w+$/i,
  /(?:^|\/)(?:test_[^/]+|conftest)\.py$|\.bats$/,
  /(?:Test|Tests|Spec|IT)\.(?:java|kt|scala|cs|swift|php)$/,
];

/** By the conventions of the runners: a folder's name, or a mark in the file's own. */
export const isTest = (path) => tests.some((pattern) => pattern.test(path));

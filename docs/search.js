/** Searches the website in the browser: nothing leaves it, and nothing is loaded before it is asked. */
const [form] = document.querySelectorAll('form[role="search"]');
const input = form.querySelector('input');
const list = form.querySelector('ul');
const said = form.querySelector('[role="status"]');
const shownMax = 12;
const wordsAround = 60;
let engine = null;

const loaded = (name) =>
  new Promise((resolve, reject) => {
    const script = document.createElement('script');
    Object.assign(script, { src: name, onload: resolve, onerror: reject });
    document.head.append(script);
  });

async function open() {
  await Promise.all([loaded('minisearch.js'), loaded('search-index.js')]);
  const fields = ['heading', 'page', 'text'];
  const search = new globalThis.MiniSearch({ fields, storeFields: fields });
  search.addAll(globalThis.searchParts);
  return search;
}

/** The words around the first hit, so that one sees why it was found. */
function glimpse(text, terms) {
  const at = Math.max(0, text.toLowerCase().search(new RegExp(terms.map(literal).join('|'))));
  const begin = Math.max(0, at - wordsAround);
  const part = text.slice(begin, at + 2 * wordsAround);
  return `${begin > 0 ? '…' : ''}${part}${begin + part.length < text.length ? '…' : ''}`;
}

const literal = (term) => term.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function row({ id, page, heading, text, terms }) {
  const [item, link, words] = ['li', 'a', 'span'].map((name) => document.createElement(name));
  link.href = id;
  link.textContent = heading === page ? page : `${page}: ${heading}`;
  words.textContent = glimpse(text, terms);
  item.append(link, words);
  return item;
}

async function look() {
  const asked = input.value.trim();
  engine ??= open();
  const search = await engine;
  // Somebody has gone on typing meanwhile.
  if (asked !== input.value.trim()) return;
  const weighed = { prefix: true, fuzzy: 0.2, combineWith: 'AND', boost: { heading: 4, page: 2 } };
  const found = asked === '' ? [] : search.search(asked, weighed);
  list.replaceChildren(...found.slice(0, shownMax).map(row));
  said.textContent = asked === '' ? '' : found.length === 0 ? 'Nothing found.' : '';
}

form.hidden = false;
// All pages above the first line of one would be a long way on a phone.
if (matchMedia('(max-width: 50rem)').matches) document.querySelector('nav details').open = false;
form.addEventListener('submit', (event) => {
  event.preventDefault();
  list.querySelector('a')?.click();
});
input.addEventListener('input', () => {
  look().catch(() => {
    said.textContent = 'The search could not be loaded.';
  });
});
document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLInputElement;
  if (event.key === '/' && !isTyping) {
    event.preventDefault();
    input.focus();
  }
  if (event.key === 'Escape' && event.target === input) {
    input.value = '';
    list.replaceChildren();
    said.textContent = '';
  }
});

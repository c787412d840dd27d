/** The frame around every page: the top bar, news of what was done, and the list of keys. */
import { toasts } from './ask.ts';
import { Dialog } from './dialog.tsx';
import { helpIsOpen, keyHelp } from './keys.ts';
import mark from './mark.svg';
import { MemoryPage } from './memory/memory-page.tsx';
import { linkTo, route } from './route.ts';
import { RunPage } from './run/run-page.tsx';
import { RunsPage } from './runs-page.tsx';
import { connection } from './store.ts';
import { nextTheme, theme } from './theme.ts';

const pages = { runs: RunsPage, run: RunPage, memory: MemoryPage };

export function App() {
  const Page = pages[route.value.page];
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the content
      </button>
      <TopBar />
      <Page key={route.value.page === 'run' ? route.value.run : route.value.page} />
      <Toasts />
      {helpIsOpen.value && <KeyHelp />}
    </>
  );
}

function skip(): void {
  const main = document.getElementById('main');
  main?.setAttribute('tabindex', '-1');
  main?.focus();
}

const themeNames = { auto: 'as the machine has it', light: 'light', dark: 'dark' };
const themeSigns = { auto: '◐', light: '☀', dark: '☾' };

function TopBar() {
  const { page } = route.value;
  return (
    <header class="top">
      <a class="brand" href={linkTo({ page: 'runs' })}>
        <img src={mark} width="24" height="24" alt="" />
        Troupe
      </a>
      <nav aria-label="Pages">
        <a href={linkTo({ page: 'runs' })} aria-current={page === 'runs' ? 'page' : undefined}>
          Runs
        </a>
        <a href={linkTo({ page: 'memory' })} aria-current={page === 'memory' ? 'page' : undefined}>
          Memory
        </a>
      </nav>
      <span class="link-state" data-state={connection.value} role="status">
        {connection.value === 'live' ? 'live' : connection.value === 'lost' ? 'no connection' : '…'}
      </span>
      <button
        type="button"
        class="icon"
        aria-label={`Theme: ${themeNames[theme.value]}`}
        title="Theme (t)"
        onClick={nextTheme}
      >
        {themeSigns[theme.value]}
      </button>
      <button
        type="button"
        class="icon"
        aria-label="Keys"
        title="Keys (?)"
        onClick={() => (helpIsOpen.value = true)}
      >
        ?
      </button>
    </header>
  );
}

function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, kind, text, hint }) => (
        <div class="toast" key={id} data-kind={kind}>
          <b>{text}</b>
          {hint !== '' && <span>{hint}</span>}
        </div>
      ))}
    </div>
  );
}

function KeyHelp() {
  return (
    <Dialog title="Keys" onClose={() => (helpIsOpen.value = false)}>
      <dl class="keys">
        {keyHelp.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div class="dialog-end">
        <button type="button" class="primary" onClick={() => (helpIsOpen.value = false)}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

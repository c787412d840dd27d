/** The page's beginning: theme, feed and keys, then whatever the address names. */
import { render } from 'preact';
import { App } from './app.tsx';
import { openFeed } from './feed.ts';
import { listenForKeys } from './keys.ts';
import './styles/base.css';
import './styles/pages.css';
import './styles/pictures.css';
import { applyTheme } from './theme.ts';

applyTheme();
openFeed();
listenForKeys();
const place = document.getElementById('page');
if (place) render(<App />, place);

/** The relay's page: a frame with the inspector in it, and the script that passes messages on. */
import { escaped } from '../export/xml.ts';

export function relayPage(inspectorUrl: string, run: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(run)} in the Stately inspector</title>
<link rel="stylesheet" href="/relay.css">
</head>
<body>
<p id="state" role="status">Waiting for the run…</p>
<iframe id="inspector" title="Stately inspector" src="${escaped(inspectorUrl)}"></iframe>
<script src="/relay.js" defer></script>
</body>
</html>
`;
}

export const relayStyle = `html,body{height:100%;margin:0;font:14px system-ui,sans-serif}
body{display:flex;flex-direction:column;color:#1f2328;background:#fff}
#state{margin:0;padding:6px 12px;border-bottom:1px solid #d0d7de}
#inspector{flex:1;border:0;width:100%}
@media (prefers-color-scheme:dark){
  body{color:#e6edf3;background:#0d1117}
  #state{border-color:#30363d}
}
`;

/** Only the inspector's own window is told, and only what it says is heard. */
export const relayScript = `'use strict';
const frame = document.getElementById('inspector');
const state = document.getElementById('state');
const origin = new URL(frame.src).origin;
const heldMax = 5000;
const connected = 'The inspector is connected.';
let held = [];
let isOpen = false;
let pauseMs = 500;

function say(text) { state.textContent = text; }
function pass(message) { frame.contentWindow.postMessage(message, origin); }

window.addEventListener('message', (event) => {
  if (event.origin !== origin || event.source !== frame.contentWindow) return;
  if (!event.data || event.data.type !== '@statelyai.connected') return;
  isOpen = true;
  held.forEach(pass);
  say(connected);
});

function connect() {
  const socket = new WebSocket(location.origin.replace(/^http/, 'ws') + '/feed');
  socket.onopen = () => {
    // Everybody is introduced anew: what was held belongs to the connection before.
    held = [];
    pauseMs = 500;
    say(isOpen ? connected : 'Waiting for the inspector; it needs the internet.');
  };
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    held.push(message);
    if (held.length > heldMax) held.shift();
    if (isOpen) pass(message);
  };
  socket.onclose = () => {
    say('The run is out of reach; trying again.');
    setTimeout(connect, pauseMs);
    pauseMs = Math.min(pauseMs * 2, 10000);
  };
}
connect();
`;

/** What a page is told to note of itself, before anything of it is loaded: when what was painted. */

/** Runs in the browser: every change of a task's colour, at the frame after it was painted. */
export function watchPage() {
  const seen = [];
  const marks = { graph: null };
  window.__seen = seen;
  window.__marks = marks;
  const channel = new MessageChannel();
  const afterPaint = [];
  // What is posted from a frame is heard once that frame is painted.
  channel.port1.onmessage = () => {
    const at = performance.timeOrigin + performance.now();
    for (const note of afterPaint.splice(0)) note(at);
  };
  const painted = (note) => {
    afterPaint.push(note);
    requestAnimationFrame(() => channel.port2.postMessage(null));
  };
  const look = (node) => {
    const [task, tone] = [node.id.replace(/^node-/, ''), node.dataset.tone];
    painted((at) => seen.push({ task, tone, at }));
  };
  new MutationObserver((changes) => {
    for (const { type, target } of changes) {
      if (type === 'attributes' && target.classList.contains('node')) look(target);
    }
    if (marks.graph !== null || document.querySelector('.node') === null) return;
    marks.graph = 0;
    painted((at) => {
      marks.graph = at;
    });
  }).observe(document, { subtree: true, childList: true, attributeFilter: ['data-tone'] });
}

/** Runs in the browser: how long after the page was asked for, and after it was loaded. */
export function firstPaints() {
  const [navigation] = performance.getEntriesByType('navigation');
  const [contentful] = performance.getEntriesByName('first-contentful-paint');
  const graphMs = window.__marks.graph - performance.timeOrigin;
  return {
    contentfulMs: contentful.startTime,
    graphMs,
    graphAfterLoadMs: Math.max(0, graphMs - navigation.loadEventEnd),
  };
}

/** A run of many tasks watched in a real Chromium: first paint, events to the screen, its heap. */
import { rmSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { loadProduct } from '../lib/build.mjs';
import { firstPaints, watchPage } from '../lib/page-watch.mjs';
import { scratchFolder } from '../lib/scratch.mjs';

const { createTroupe, definePlan, serve, simulated } = await loadProduct('src/index.js');

/** The colours that a task's facts lead to. */
const tones = { 'task.started': 'busy', 'task.succeeded': 'well' };

export async function run({ tasks, agents, work, chromiumPath }) {
  const home = scratchFolder();
  const troupe = createTroupe({ home, cwd: home });
  const serving = await serve(troupe, { port: 0, keepsHouse: false });
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  try {
    const run = await serving.house.take({ plan: planOf({ tasks, agents, work }) });
    const facts = factsOf(run);
    const { page } = await openPage(browser, serving.address(run.id));
    await page.locator('.node').first().waitFor();
    const openedAt = Date.now();
    const end = await run.end;
    if (end.status !== 'succeeded') throw new Error(JSON.stringify(end));
    await page
      .locator('.node[data-tone="well"]')
      .nth(tasks - 1)
      .waitFor();
    const seen = await page.evaluate('window.__seen');
    const live = await heapOf(page);
    const waits = waitsOf(await facts, seen, openedAt);
    const paints = await firstPaintsOf(browser, serving.address(run.id), tasks);
    return {
      ...{ seen: waits.length, p50Ms: at(waits, 0.5), p95Ms: at(waits, 0.95), maxMs: at(waits, 1) },
      ...{ heapMb: live / 1024 / 1024, ...paints },
    };
  } finally {
    await browser.close();
    await serving.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** In layers as wide as there are agents: each task needs one of the layer before. */
function planOf({ tasks, agents, work }) {
  return definePlan({
    name: 'watched',
    concurrency: agents,
    agents: { one: simulated({ work, count: agents }) },
    tasks: Array.from({ length: tasks }, (_, at) => ({
      id: `t${at}`,
      agent: 'one',
      needs: at < agents ? [] : [`t${at - agents}`],
    })),
  });
}

async function factsOf(run) {
  const facts = [];
  for await (const fact of run.events()) if (tones[fact.type]) facts.push(fact);
  return facts;
}

/** Processor time, which other programs do not add to. */
async function workOf(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1_000 * metrics.find(({ name }) => name === 'TaskDuration').value;
}

async function openPage(browser, address) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(watchPage);
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(address);
  return { page, session };
}

async function heapOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

/** From each fact's time to the first frame with its colour; of those since the page was there. */
function waitsOf(facts, seen, openedAt) {
  const shown = new Map();
  for (const { task, tone, at } of seen) {
    const key = `${task} ${tone}`;
    if (!shown.has(key)) shown.set(key, at);
  }
  return facts
    .filter((fact) => fact.at >= openedAt)
    .flatMap((fact) => {
      const at = shown.get(`${fact.task} ${tones[fact.type]}`);
      return at === undefined ? [] : [at - fact.at];
    })
    .sort((a, b) => a - b);
}

const at = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** Of the whole run, in a page that has loaded nothing yet. */
async function firstPaintsOf(browser, address, tasks) {
  const { page, session } = await openPage(browser, address);
  await page
    .locator('.node[data-tone="well"]')
    .nth(tasks - 1)
    .waitFor();
  await page.waitForFunction('window.__marks.graph > 0');
  const paints = await page.evaluate(firstPaints);
  const cpuMs = await workOf(session);
  await page.context().close();
  return { ...paints, cpuMs };
}

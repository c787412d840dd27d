/** Every view of the page in a real browser: what it shows, in both themes, wide and narrow. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { command, definePlan, simulated } from '../../src/plan/define.ts';
import { writeFiles } from '../app/temp.ts';
import { places } from '../intake/house.ts';
import { houses, type Opened } from '../serving/opened.ts';
import {
  buildPages,
  chromiumPath,
  expectAccessible,
  expectNoWider,
  type Look,
  picture,
  viewers,
} from './browser.ts';

const house = houses('dashboard');
const view = viewers();
const { place: houseFor, open: openHouse } = places('dashboard-health');

const plan = definePlan({
  name: 'a small team',
  budget: { usd: 1 },
  agents: {
    writer: simulated({ work: '20ms', costUsd: 0.02, count: 2 }),
    talker: { adapter: 'command', run: ['sh', '-c', 'echo "<b>bold</b> words"; echo aside >&2'] },
    loser: { adapter: 'command', run: ['false'] },
  },
  tasks: [
    { id: 'draft', agent: 'writer', prompt: 'Write it down' },
    { id: 'edit', agent: 'writer', needs: ['draft'] },
    { id: 'say', agent: 'talker', needs: ['draft'], prompt: 'Say it', verify: [{ run: 'true' }] },
    { id: 'fail', agent: 'loser', needs: ['draft'] },
    { id: 'after', agent: 'writer', needs: ['fail'] },
  ],
});

const chain = definePlan({
  name: 'chain',
  agents: {
    slow: command({ run: ['sh', '-c', 'echo one; sleep 0.5; echo two'] }),
    quick: simulated({ work: '10ms' }),
  },
  tasks: [
    { id: 'long', agent: 'slow', prompt: 'Take your time' },
    { id: 'short', agent: 'quick' },
    { id: 'end', agent: 'quick', needs: ['long', 'short'] },
  ],
});

const looks: readonly (readonly [string, Look])[] = [
  ['light-1280', { theme: 'light' }],
  ['dark-1280', { theme: 'dark' }],
  ['light-390', { theme: 'light', width: 390, height: 780 }],
  ['dark-390', { theme: 'dark', width: 390, height: 780 }],
];

async function played(): Promise<Opened & { readonly id: string }> {
  const opened = await house({ pages: buildPages() });
  const prompts = await opened.troupe.prompts();
  await prompts.save('review', 'Review it.');
  await prompts.save('review', 'Review it twice.');
  const { run } = await opened.play(plan);
  return { ...opened, id: run.id };
}

async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
}

// Without a Chromium (Debian: `apt-get install chromium`) nothing can be seen.
describe.skipIf(chromiumPath === null)('the page', { timeout: 240_000 }, () => {
  beforeAll(() => {
    buildPages();
  });

  test.each(looks)('shows everything that there is: %s', async (name, look) => {
    const { serving, id } = await played();
    const { page, complaints, hosts } = await view(serving.address(), look);
    const snap = async (what: string): Promise<void> => {
      await expectAccessible(page);
      await expectNoWider(page);
      await picture(page, `${name}-${what}`);
    };

    await page.getByRole('link', { name: /a small team/ }).waitFor();
    await page.getByText('4 of 5 tasks').or(page.getByText('5 of 5 tasks')).waitFor();
    await page.getByRole('progressbar', { name: /of 5 tasks are over, [23] ended well/ }).waitFor();
    await snap('runs');

    await page.getByRole('link', { name: /a small team/ }).click();
    await page.getByRole('button', { name: /^say succeeded/ }).waitFor();
    await page.getByRole('button', { name: /^fail failed/ }).waitFor();
    await page.getByRole('button', { name: /^after skipped/ }).waitFor();
    await snap('graph');

    await go(page, `#/runs/${id}/timeline`);
    await page.getByText('writer-1', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'by task' }).click();
    await page.getByRole('button', { name: /^say: work, attempt 1 by talker-1/ }).waitFor();
    await page.getByRole('region', { name: 'What decided when it ended' }).waitFor();
    await snap('timeline');

    await go(page, `#/runs/${id}/actors`);
    await page
      .getByRole('button', { name: /orchestrator/ })
      .last()
      .waitFor();
    await snap('actors');

    await go(page, `#/runs/${id}/spend`);
    await page.getByText('Where it went').waitFor();
    await snap('spend');

    await go(page, `#/runs/${id}/events`);
    await page.getByRole('searchbox').fill('fail task.failed');
    await page.getByText('1 event', { exact: true }).waitFor();
    await snap('events');

    await go(page, `#/runs/${id}/graph?actor=task%2Fsay`);
    await page.locator('.state[data-active="true"] text', { hasText: 'succeeded' }).waitFor();
    await page.locator('.arrow[data-taken="true"]').first().waitFor();
    await snap('machine');

    await page.getByRole('tab', { name: 'Now' }).click();
    await page.getByText('Nothing: it has ended.').waitFor();
    await snap('now');

    await page.getByRole('tab', { name: 'Stream' }).click();
    await page.getByText('<b>bold</b> words').waitFor();
    expect(await page.locator('.words b').count()).toBe(0);
    await snap('stream');

    await page.getByRole('tab', { name: 'Papers' }).click();
    await page.getByText('Say it').waitFor();
    await snap('papers');

    await go(page, '#/memory');
    await page.getByRole('searchbox').fill('write something down');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText('Write it down').waitFor();
    await snap('memory');

    await page.getByRole('button', { name: 'Prompts' }).click();
    await page.getByRole('button', { name: 'review' }).click();
    await page.getByText('+ Review it twice').waitFor();
    await snap('prompts');
    await page.getByRole('button', { name: 'Conversations' }).click();
    await page.getByRole('button', { name: 'say, attempt 1' }).click();
    await page.getByText('Say it').waitFor();
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await snap('conversations');
    await page.getByRole('button', { name: 'Documents' }).click();
    await page.getByRole('button', { name: /say\/output/ }).click();
    await page.locator('pre', { hasText: '<b>bold</b> words' }).waitFor();
    await snap('documents');

    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([`127.0.0.1:${serving.port}`]);
  });

  test('says of a task that something like it was seen before, and where', async () => {
    const { play, serving } = await house({ pages: buildPages() });
    const asks = { id: 'fix', prompt: 'The session of a user expires too soon' };
    const agents = { coder: command({ run: ['cat'], memory: { recall: 1 } }) };
    const again = definePlan({ agents, tasks: [{ ...asks, verify: [{ run: 'true' }] }] });
    const { run: before } = await play(again);
    const { run } = await play(again);
    const { page } = await view(serving.address());
    await go(page, `#/runs/${run.id}/graph?actor=task/fix`);
    await page.getByRole('tab', { name: 'Papers' }).click();
    await page.getByText('seen before, just now, verified').waitFor();
    await page.getByRole('link', { name: `${before.id}/fix` }).waitFor();
    await expectAccessible(page);
  });

  test('helps where there is nothing, or nothing like that', async () => {
    const { serving } = await house({ pages: buildPages() });
    const { page } = await view(serving.address());
    await page.getByText('No runs yet').waitFor();
    await expectAccessible(page);
    await go(page, '#/runs/nobody');
    await page.getByText("This run can't be shown").waitFor();
    await page
      .getByText('no run is called', { exact: false })
      .or(page.getByText('there are no runs', { exact: false }))
      .waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'To all runs' }).click();
    await page.getByRole('button', { name: 'Start a plan' }).click();
    await expectAccessible(page);
    await page.getByLabel("The plan's file").fill('nowhere.yaml');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.locator('.toast[data-kind="refused"]').waitFor();
  });

  test('tells what decided the end, and shows a stretch of time closer, by keys', async () => {
    const opened = await house({ pages: buildPages() });
    const { run } = await opened.play(chain);
    const { page, complaints } = await view(opened.serving.address(run.id));
    const node = (task: string) => page.locator(`#node-${task}`);
    await node('end').and(page.locator('[data-decided="true"]')).waitFor();
    expect(await node('long').getAttribute('data-decided')).toBe('true');
    expect(await node('short').getAttribute('data-decided')).toBe('false');
    await page.getByText('decided when it ended').waitFor();
    await go(page, `#/runs/${run.id}/timeline`);
    const told = page.getByRole('region', { name: 'What decided when it ended' });
    expect(await told.getByRole('listitem').allTextContents()).toEqual([
      expect.stringMatching(/^long /),
      expect.stringMatching(/^end .*, needed long$/),
    ]);
    const bar = page.getByRole('button', { name: /^long: work/ });
    expect(await bar.getAttribute('data-decided')).toBe('true');
    const width = async () => (await bar.boundingBox())?.width ?? 0;
    const [narrow, axis] = [await width(), page.locator('.lane-axis span').first()];
    const begin = await axis.textContent();
    await page.getByRole('region', { name: /^Attempts over time/ }).focus();
    for (const key of ['+', '+', '+', '+']) await page.keyboard.press(key);
    expect(await width()).toBeGreaterThan(narrow);
    expect(await axis.textContent()).not.toBe(begin);
    for (const _ of [1, 2, 3, 4, 5, 6]) await page.keyboard.press('ArrowLeft');
    expect(await axis.textContent()).toBe(begin);
    await page.keyboard.press('0');
    expect(await width()).toBeCloseTo(narrow, 0);
    await bar.hover();
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -400);
    await page.keyboard.up('Control');
    await page.waitForFunction(
      `document.querySelector('.lane-axis span').textContent !== ${JSON.stringify(begin)}`,
    );
    const [closer, { x = 0, y = 0 }] = [await axis.textContent(), (await bar.boundingBox()) ?? {}];
    await page.mouse.move(x + 60, y + 10);
    await page.mouse.down();
    await page.mouse.move(x + 40, y + 10);
    await page.mouse.up();
    expect(await axis.textContent()).not.toBe(closer);
    await picture(page, 'timeline-closer');
    // Narrower than what it tells: that scrolls by itself.
    await page.setViewportSize({ width: 320, height: 640 });
    await expectNoWider(page);
    expect(complaints).toEqual([]);
  });

  test('plays a conversation again, in its own time', async () => {
    const opened = await house({ pages: buildPages() });
    await opened.play(chain);
    const { page } = await view(`${opened.serving.address()}#/memory`);
    await page.getByRole('button', { name: 'Conversations' }).click();
    await page.getByRole('button', { name: 'long, attempt 1' }).click();
    const entries = page.getByRole('log').locator('.speech');
    await entries.nth(1).waitFor();
    const all = await entries.count();
    await page.getByRole('slider', { name: 'Entry of the conversation' }).fill('1');
    await page.getByText(`1 / ${all}`).waitFor();
    expect(await entries.count()).toBe(1);
    await page.getByRole('combobox').selectOption('64');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByText(`${all} / ${all}`).waitFor();
    expect(await entries.count()).toBe(all);
    await page.getByRole('button', { name: 'Play' }).waitFor();
  });

  test.each(['light', 'dark'] as const)(
    'shows the health of the house, and what to do about it: %s',
    async (theme) => {
      const here = houseFor('inbox: in\noutbox: out\nagents: { a: { adapter: simulated } }\n');
      writeFiles(here.folder, { 'in/refused': 'in the way', 'in/x.json': '[1]' });
      const serving = await openHouse(here, { pages: buildPages() });
      const { page, complaints } = await view(serving.address(), {
        theme,
        width: 390,
        height: 420,
      });
      const health = page.getByRole('region', { name: 'Health of the house' });
      await health.getByText('Health 60 of 100').waitFor();
      await health.getByText('mend that; it is tried again by itself').waitFor();
      await expectAccessible(page);
      await picture(page, `${theme}-390-health`);
      expect(complaints).toEqual([]);
    },
  );

  test('needs its token', async () => {
    const { serving } = await house({ pages: buildPages() });
    const { page } = await view(`http://127.0.0.1:${serving.port}/`);
    await page.getByText('This page needs its token').waitFor();
    await expectAccessible(page);
  });
});

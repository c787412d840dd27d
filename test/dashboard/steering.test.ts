/** What a person does on the page: every deed is in the journal, with who did it; also by keys. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { readHistory } from '../../src/journal/reading.ts';
import { command, definePlan, simulated } from '../../src/plan/define.ts';
import type { Run } from '../../src/runs/run.ts';
import { eventually } from '../agents/processes.ts';
import { writeFiles } from '../app/temp.ts';
import { houses } from '../serving/opened.ts';
import { buildPages, chromiumPath, expectAccessible, picture, viewers } from './browser.ts';

const house = houses('steering');
const view = viewers();

const slow = definePlan({
  name: 'slow',
  concurrency: 1,
  agents: { one: simulated({ work: '60s' }), asker: simulated({ work: '1ms' }) },
  tasks: [
    { id: 'a', agent: 'one' },
    { id: 'b', agent: 'one' },
    { id: 'ask', agent: 'asker', approve: true },
  ],
});

const quick = definePlan({
  name: 'quick',
  agents: { one: simulated({ work: '5ms' }) },
  tasks: [{ id: 'a' }, { id: 'b', needs: ['a'] }, { id: 'c', needs: ['b'] }],
});

/** Waits until the journal has such a message of a person, or of a program for one. */
function hear({ folder }: Run, what: RegExp): Promise<void> {
  return eventually(`the journal has ${what}`, () =>
    [...readHistory(folder.path).inputs].some(
      ({ input }) => input.kind === 'event' && what.test(JSON.stringify(input.event)),
    ),
  );
}

const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};

// Without a Chromium (Debian: `apt-get install chromium`) nothing can be pressed.
describe.skipIf(chromiumPath === null)('a person at the page', { timeout: 240_000 }, () => {
  beforeAll(() => {
    buildPages();
  });

  test('pauses, goes on, sets limits, approves, speaks, and calls off', async () => {
    const opened = await house({ pages: buildPages() });
    const { run } = await opened.begin(slow);
    const me = opened.troupe.config.user;
    const { page, complaints } = await view(opened.serving.address(run.id));
    await page.getByRole('button', { name: /^a running/ }).waitFor();

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('paused').waitFor();
    await hear(run, new RegExp(`plan.amend.*"concurrency":0.*"by":"${me}"`));
    await page.getByRole('button', { name: 'Continue' }).click();
    await hear(run, /plan.amend.*"concurrency":1/);

    await page.getByRole('button', { name: 'Limits' }).click();
    await expectAccessible(page);
    await page.getByLabel('Tasks at once').fill('2');
    await page.getByLabel(/Budget/).fill('7.5');
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    await hear(run, /plan.amend.*"concurrency":2,"budgetUsd":7.5/);

    await page.getByRole('link', { name: '1 asks' }).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await hear(run, new RegExp(`task.approve.*"by":"${me}"`));

    await page.goto(opened.serving.address(run.id).concat('/actors?actor=agent%2Fone-1'));
    await page.getByLabel('Say something to one-1').fill('<i>hurry</i>');
    await page.getByRole('button', { name: 'Send' }).click();
    await hear(run, new RegExp(`agent.tell.*<i>hurry</i>.*"from":"${me}"`));
    expect(await page.locator('i').count()).toBe(0);

    await page.goto(opened.serving.address(run.id).concat('/graph?actor=task%2Fb'));
    await page.getByRole('button', { name: 'Cancel this task' }).click();
    await hear(run, new RegExp(`task.cancel.*called off by ${me}`));
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByLabel('Why').fill('enough');
    await page.getByRole('button', { name: 'Call it off' }).click();
    await hear(run, /run.cancel.*enough/);
    await page.locator('.headline .pill', { hasText: 'cancelled' }).waitFor();
    await picture(page, 'steered');
    expect(complaints).toEqual([]);
  });

  test('adds a task and does without one, which lets it begin', async () => {
    const opened = await house({ pages: buildPages() });
    const { run } = await opened.begin(slow);
    const me = opened.troupe.config.user;
    const { page, complaints } = await view(opened.serving.address(run.id));
    await page.getByRole('button', { name: /^a running/ }).waitFor();
    await page.getByRole('button', { name: 'Add a task' }).click();
    await expectAccessible(page);
    await page.getByLabel('What it is called').fill('a');
    await page.getByLabel('What it needs').fill('a');
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByText('the run has a task "a" already').waitFor();
    await page.getByLabel('What it is called').fill('more');
    await page.getByRole('button', { name: 'Add it' }).click();
    await hear(run, new RegExp(`plan.extend.*"id":"more".*"by":"${me}"`));
    await page.getByRole('button', { name: /^more waiting/ }).waitFor();
    await picture(page, 'added');
    await page.getByRole('button', { name: /^a running/ }).click();
    await page.getByRole('button', { name: 'Skip it' }).click();
    await hear(run, new RegExp(`task.skip.*"by":"${me}"`));
    await page.getByText(`skipped by ${me}`).first().waitFor();
    await page.getByRole('button', { name: /^a skipped/ }).waitFor();
    expect(complaints.filter((line) => !line.includes('400'))).toEqual([]);
  });

  test('takes a task over, sees where it lies, and hands it back with a note', async () => {
    const opened = await house({ pages: buildPages() });
    const { run } = await opened.begin(slow);
    const me = opened.troupe.config.user;
    const { page, complaints } = await view(opened.serving.address(run.id));
    await page.getByRole('button', { name: /^a running/ }).click();
    await page.getByRole('button', { name: 'Take it over' }).click();
    await page.getByText('No agent works on it').waitFor();
    await page.locator('.held pre', { hasText: `cd ${opened.cwd}` }).waitFor();
    await page.getByRole('button', { name: /^a held/ }).waitFor();
    await expectAccessible(page);
    await picture(page, 'taken-over');
    await page.getByRole('button', { name: 'Hand it back' }).click();
    await page.getByText('whoever goes on needs a note').waitFor();
    await page.getByLabel(/A note for the agent/).fill('The <half> is there.');
    await page.getByRole('button', { name: 'Hand it back' }).click();
    await hear(run, new RegExp(`task.return.*"by":"${me}".*The <half> is there`));
    await page.getByRole('button', { name: /^a (ready|running)/ }).waitFor();
    await page.getByRole('button', { name: 'Take it over' }).click();
    await page.getByRole('button', { name: 'It is done' }).click();
    await hear(run, new RegExp(`task.return.*"finishedBy":"${me}"`));
    expect(complaints.filter((line) => !line.includes('400'))).toEqual([]);
  });

  test('starts a plan, stops it, and resumes it', async () => {
    const opened = await house({ pages: buildPages() });
    writeFiles(opened.cwd, {
      'plan.yaml': 'agents: { one: { adapter: simulated, work: 60s } }\ntasks: [{ id: only }]\n',
    });
    const { page } = await view(opened.serving.address());
    await page.getByRole('button', { name: 'Start a plan' }).click();
    await page.getByLabel("The plan's file").fill('plan.yaml');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('button', { name: /^only running/ }).waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText('stopped').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
  });

  test('goes through time, compares two moments, and forks one', async () => {
    const opened = await house({ pages: buildPages() });
    const { run } = await opened.play(quick);
    const { page, complaints } = await view(opened.serving.address(run.id));
    await page.getByRole('button', { name: /^c succeeded/ }).waitFor();
    await page.getByRole('button', { name: 'To the first moment' }).click();
    await page.getByRole('button', { name: /^a not begun/ }).waitFor();
    await page.getByRole('slider').fill('4');
    await page.getByRole('button', { name: /^c waiting/ }).waitFor();
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('slider').fill('6');
    await page.getByRole('button', { name: 'Compare with 4' }).click();
    await page.getByRole('heading', { name: 'From input 4 to 6' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'compare');
    await page.getByText('What happened in between').click();
    await page.locator('.between li').first().waitFor();
    const changed = page.getByRole('region', { name: 'What is different' }).getByRole('row').nth(1);
    const who = await changed.getByRole('button').innerText();
    await changed.getByRole('button').click();
    await page.getByRole('heading', { name: who, exact: true }).waitFor();
    await page.getByRole('button', { name: 'Fork', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Fork' }).click();
    await page.waitForURL((url) => !url.hash.includes(run.id));
    await page.getByRole('button', { name: /^c succeeded/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('needs no mouse', async () => {
    const opened = await house({ pages: buildPages() });
    const { run } = await opened.play(quick);
    const { page } = await view(opened.serving.address());
    await page.getByRole('link', { name: /quick/ }).waitFor();
    await press(page, '?');
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'keys');
    await press(page, 'Escape');
    await page.getByRole('link', { name: /quick/ }).focus();
    await press(page, 'Enter');
    const first = page.getByRole('button', { name: /^a succeeded/ });
    await first.waitFor();
    await first.focus();
    await press(page, 'Enter');
    await page.getByRole('heading', { name: 'task/a' }).waitFor();
    await first.focus();
    await press(page, 'ArrowRight');
    await page.getByRole('heading', { name: 'task/b' }).waitFor();
    await press(page, 'Escape');
    await page.getByRole('heading', { name: 'task/b' }).waitFor({ state: 'detached' });
    await press(page, '2');
    await page.waitForURL(/timeline/);
    await press(page, '5');
    await page.waitForURL(/events/);
    await press(page, 'o');
    await page.getByRole('heading', { name: 'orchestrator' }).waitFor();
    await press(page, ',', ',');
    await page.locator('.run-page[data-time="past"]').waitFor();
    await press(page, 'l');
    await page.locator('.run-page[data-time="present"]').waitFor();
    await press(page, 't', 't');
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    await press(page, 'r');
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    expect(page.url()).not.toContain(run.id);
  });

  test('sees what an agent writes as text, whatever it is', async () => {
    const opened = await house({ pages: buildPages() });
    const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const { run } = await opened.play(
      definePlan({
        name: evil,
        agents: { one: command({ run: ['printf', '%s', evil] }) },
        tasks: [{ id: 'a', prompt: evil }],
      }),
    );
    const { page, complaints } = await view(
      opened.serving.address(run.id).concat('/graph?actor=task%2Fa'),
    );
    await page.getByRole('tab', { name: 'Papers' }).click();
    await page.getByText(evil).first().waitFor();
    await page.getByRole('tab', { name: 'Stream' }).click();
    await page.getByText(evil).first().waitFor();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).toBe('Troupe');
    expect(complaints).toEqual([]);
  });

  test('is told when the house is gone, and does not lose what it saw', async () => {
    const opened = await house({ pages: buildPages() });
    const { run } = await opened.play(quick);
    const { page } = await view(opened.serving.address(run.id));
    await page.getByRole('button', { name: /^c succeeded/ }).waitFor();
    await page.context().setOffline(true);
    await opened.serving.close();
    await page.getByText('no connection').waitFor();
    await page.getByRole('button', { name: /^c succeeded/ }).waitFor();
  });

  test('sees a thousand tasks in less than 60 MB', async () => {
    const opened = await house({ pages: buildPages() });
    const ids = Array.from({ length: 1_000 }, (_, at) => at);
    const { run } = await opened.play(
      definePlan({
        name: 'large',
        concurrency: 200,
        agents: { one: simulated({ work: '1ms', count: 200 }) },
        tasks: ids.map((at) => ({
          id: `t${at}`,
          ...(at < 100 ? {} : { needs: [`t${at - 100}`] }),
        })),
      }),
    );
    const { page } = await view(opened.serving.address(run.id));
    await page.locator('.node[data-tone="well"]').nth(999).waitFor();
    const session = await page.context().newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    expect(usedSize).toBeLessThan(60 * 1024 * 1024);
    await picture(page, 'large');
  });
});

/** The door of a living run: who gets in, what is refused, and that nobody can block it. */
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/kernel/clock.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { UserError } from '../../src/kernel/user-error.ts';
import {
  askRun,
  type Control,
  type ControlRequest,
  openControl,
  requestSchema,
} from '../../src/runs/control.ts';
import type { RunFolder } from '../../src/runs/folder.ts';
import { eventually } from '../agents/processes.ts';
import { tempFolders } from '../app/temp.ts';
import { folderIn } from './samples.ts';

const temp = tempFolders('control');
const cancel: ControlRequest = { type: 'run.cancel', reason: 'enough' };

interface Door {
  readonly folder: RunFolder;
  readonly control: Control;
  readonly heard: readonly ControlRequest[];
}

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Handle = (request: ControlRequest) => Promise<void>;

async function open(handle: Handle = async () => {}, clock: Clock = systemClock): Promise<Door> {
  const folder = await folderIn(temp());
  const heard: ControlRequest[] = [];
  const control = await openControl({
    folder,
    random: systemRandom,
    clock,
    handle(request) {
      heard.push(request);
      return handle(request);
    },
  });
  closing.push(() => control.close());
  return { folder, control, heard };
}

const placeOf = ({ folder }: Door): { port: number; token: string } =>
  JSON.parse(readFileSync(folder.control, 'utf8'));

async function knock(door: Door): Promise<Socket> {
  const socket = connect(placeOf(door).port, '127.0.0.1');
  socket.on('error', () => {});
  closing.push(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** All that comes back until the other side has nothing more to say. */
async function answerTo(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += chunk;
  return text;
}

/** Also when it is torn away. */
const gone = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => socket.resume().once('close', resolve));

const frame = (door: Door, given: object = {}): string =>
  `${JSON.stringify({ token: placeOf(door).token, request: cancel, ...given })}\n`;

async function say(door: Door, text: string): Promise<Record<string, unknown>> {
  const socket = await knock(door);
  socket.write(text);
  return JSON.parse(await answerTo(socket)) as Record<string, unknown>;
}

describe('a request', () => {
  test.each<ControlRequest>([
    cancel,
    { type: 'run.cancel', reason: 'x', task: 'build' },
    { type: 'agent.tell', agent: 'coder-1', text: 'ä\n\u2028"\\', from: 'ada' },
    { type: 'task.approve', task: 'build', by: 'ada' },
    { type: 'task.reject', task: 'build', by: 'ada' },
  ])('is handed over as it was asked: $type', async (request) => {
    const door = await open();
    expect(await askRun(door.folder, request)).toBe(true);
    expect(door.heard).toEqual([request]);
  });

  test('that can not be done comes back as a person reads it', async () => {
    const error = new UserError('task.unknown', 'no task is called "x"', 'see: troupe ps');
    const { folder } = await open(() => Promise.reject(error));
    await expect(askRun(folder, cancel)).rejects.toMatchObject({
      name: 'UserError',
      code: 'task.unknown',
      message: 'no task is called "x"',
      hint: 'see: troupe ps',
    });
  });

  test('that breaks the run comes back as a failure, and the door stays open', async () => {
    const door = await open(({ type }) =>
      type === 'run.cancel' ? Promise.reject(new Error('a bug')) : Promise.resolve(),
    );
    await expect(askRun(door.folder, cancel)).rejects.toMatchObject({
      code: 'control.failed',
      message: 'a bug',
    });
    const other: ControlRequest = { type: 'task.approve', task: 'build', by: 'ada' };
    expect(await askRun(door.folder, other)).toBe(true);
  });

  test('that is being answered is still answered when the door closes', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const door = await open(() => held);
    const asking = askRun(door.folder, cancel);
    await eventually('it was heard', () => door.heard.length === 1);
    const closed = door.control.close();
    release();
    expect(await asking).toBe(true);
    await closed;
  });
});

describe('what is refused', () => {
  test.each([
    ['no token', { token: undefined }, 'control.unreadable'],
    ['another token', { token: 'x'.repeat(40) }, 'control.refused'],
    ['an empty token', { token: '' }, 'control.refused'],
    ['a token that is no text', { token: 7 }, 'control.unreadable'],
    ['no request', { request: undefined }, 'control.unreadable'],
    ['a request nobody knows', { request: { type: 'run.explode' } }, 'control.unreadable'],
    ['a request of the kernel', { request: { type: 'xstate.stop' } }, 'control.unreadable'],
    ['a request without its parts', { request: { type: 'run.cancel' } }, 'control.unreadable'],
    ['an empty text', { request: { ...cancel, reason: '' } }, 'control.unreadable'],
    ['more than was asked for', { request: { ...cancel, more: 1 } }, 'control.unreadable'],
    ['more around it', { more: 1 }, 'control.unreadable'],
    ['a text too long', { request: { ...cancel, reason: 'x'.repeat(100_001) } }, 'unreadable'],
  ])('%s', async (_, given, code) => {
    const door = await open();
    const reply = await say(door, frame(door, given));
    expect(reply.code).toContain(code);
    expect(reply.message).toEqual(expect.stringMatching(/\S/));
    expect(reply.hint).toEqual(expect.stringMatching(/\S/));
    expect(JSON.stringify(reply)).not.toContain(placeOf(door).token);
    expect(door.heard).toEqual([]);
  });

  test.each([
    ['nothing', '\n'],
    ['prose', 'hello?\n'],
    ['half of it', '{"token":\n'],
    ['a number', '7\n'],
    ['a web browser', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['bytes', '\0\u0001\x1b[2J\n'],
  ])('%s', async (_, text) => {
    const door = await open();
    expect(await say(door, text)).toMatchObject({ code: 'control.unreadable' });
    expect(door.heard).toEqual([]);
    expect(await askRun(door.folder, cancel)).toBe(true);
  });

  test('a line that never ends is cut off', async () => {
    const door = await open();
    const socket = await knock(door);
    const closed = gone(socket);
    const chunk = 'x'.repeat(100_000);
    for (let sent = 0; sent < 100 && !socket.destroyed; sent += 1) socket.write(chunk);
    await closed;
    expect(await askRun(door.folder, cancel)).toBe(true);
  });

  test('what follows the first line is not read', async () => {
    const door = await open();
    const socket = await knock(door);
    const closed = gone(socket);
    socket.write(frame(door).repeat(1_000));
    await closed;
    expect(door.heard).toHaveLength(1);
  });

  test('whoever says nothing in time, or says it letter by letter', async () => {
    const due: (() => void)[] = [];
    const clock: Clock = {
      ...systemClock,
      at(_dueMs, call) {
        due.push(call);
        return () => {};
      },
    };
    const door = await open(undefined, clock);
    const sockets = [await knock(door), await knock(door)];
    sockets[1]?.write('{"tok');
    await eventually('both are waited for', () => due.length === 2);
    const closed = sockets.map((socket) => gone(socket));
    for (const call of due) call();
    await Promise.all(closed);
    expect(door.heard).toEqual([]);
  });
});

describe('the door', () => {
  test('is for its owner only, and its token can not be guessed', async () => {
    const doors = [await open(), await open()];
    for (const { folder } of doors) expect(statSync(folder.control).mode & 0o777).toBe(0o600);
    const tokens = doors.map((door) => placeOf(door).token);
    expect(tokens.every((token) => /^[0-9a-z]{40}$/.test(token))).toBe(true);
    expect(new Set(tokens).size).toBe(2);
  });

  test('is for its owner only also where a file of before was for everybody', async () => {
    const { folder } = await open();
    rmSync(folder.control);
    writeFileSync(folder.control, '{}', { mode: 0o644 });
    const clock = systemClock;
    const control = await openControl({
      folder,
      random: systemRandom,
      clock,
      handle: async () => {},
    });
    closing.push(() => control.close());
    expect(statSync(folder.control).mode & 0o777).toBe(0o600);
  });

  test('is reached from this machine only', async () => {
    const { folder } = await open();
    expect(readFileSync(folder.control, 'utf8')).not.toContain('0.0.0.0');
    expect(Object.keys(JSON.parse(readFileSync(folder.control, 'utf8')))).toEqual([
      'port',
      'token',
    ]);
  });

  test('is gone once it is closed, with its file', async () => {
    const door = await open();
    const socket = await knock(door);
    const closed = gone(socket);
    await door.control.close();
    await closed;
    expect(existsSync(door.folder.control)).toBe(false);
    expect(await askRun(door.folder, cancel)).toBe(false);
  });

  test('answers also while a thousand others stand in it and say nothing', async () => {
    const door = await open();
    const silent = await Promise.all(Array.from({ length: 1_000 }, () => knock(door)));
    expect(await askRun(door.folder, cancel)).toBe(true);
    const closed = Promise.all(silent.map((socket) => gone(socket)));
    await door.control.close();
    await closed;
  });

  test('takes a thousand requests at once', async () => {
    const door = await open();
    const asked = Array.from({ length: 1_000 }, () => askRun(door.folder, cancel));
    expect((await Promise.all(asked)).every((answered) => answered)).toBe(true);
    expect(door.heard).toHaveLength(1_000);
  });
});

describe('nobody is asked', () => {
  const place = (folder: RunFolder, text: string) => writeFileSync(folder.control, text);

  test.each([
    ['there is no file', null],
    ['the file is torn', '{"port":12'],
    ['the file is not ours', '{"port":"x","token":null}'],
    // The port of nobody.
    ['nobody listens there', '{"port":1,"token":"x"}'],
  ])('when %s', async (_, text) => {
    const folder = await folderIn(temp());
    if (text !== null) place(folder, text);
    expect(await askRun(folder, cancel)).toBe(false);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['hangs up', (socket) => socket.destroy()],
    ['talks of something else', (socket) => socket.end('220 mail.example.org ESMTP\r\n')],
    ['answers with another JSON', (socket) => socket.end('{"no":"yes"}\n')],
    ['talks without an end', (socket) => void socket.end('x'.repeat(3_000_000))],
  ])('but a complaint is made when whoever has the port now %s', async (_, behave) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      behave(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => void server.close());
    const folder = await folderIn(temp());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    place(folder, JSON.stringify({ port, token: 'x' }));
    await expect(askRun(folder, cancel)).rejects.toMatchObject({
      name: 'UserError',
      code: 'run.unreachable',
      message: expect.stringContaining(folder.id),
    });
  });
});

test('the schema of requests takes each kind, and texts of a sensible length', () => {
  expect(requestSchema.safeParse(cancel).success).toBe(true);
  expect(requestSchema.safeParse({ ...cancel, reason: 'x'.repeat(100_000) }).success).toBe(true);
  for (const wrong of [null, [], 'run.cancel', {}, { type: 'task.approve', task: 'a' }]) {
    expect(requestSchema.safeParse(wrong).success).toBe(false);
  }
});

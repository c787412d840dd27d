/** What any such tool must load, and one promise: the floor under a cold start. */
import { createMachine } from 'xstate';
import { parse } from 'yaml';
import { z } from 'zod';

const loaded = [createMachine, parse, z].every((what) => what !== undefined);
Promise.resolve(loaded).then((yes) => process.stdout.write(`task.started ${yes}\n`));

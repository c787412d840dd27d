/** Gives a run one more task; more of them, or stranger ones, come as a file: `troupe add`. */
import { type Signal, useSignal } from '@preact/signals';
import { act } from '../ask.ts';
import { Dialog } from '../dialog.tsx';
import { rows, shape } from '../store.ts';

interface AddProps {
  readonly run: string;
  readonly onClose: () => void;
}

export function AddDialog({ run, onClose }: AddProps) {
  const id = useSignal(freeName());
  const roles = shape.value?.roles ?? [];
  const agent = useSignal(roles[0]?.name ?? '');
  const isCommand = roles.some(
    ({ name, adapter }) => name === agent.value && adapter === 'command',
  );
  const needs = useSignal('');
  const words = useSignal('');
  const priority = useSignal('0');
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const task = {
      ...{ id: id.value.trim(), agent: agent.value, needs: namesIn(needs.value) },
      ...{ prompt: words.value, priority: Number(priority.value) || 0 },
    };
    const tasks = JSON.stringify({ tasks: [task] });
    if (await act(run, { type: 'add', tasks }, `${task.id} is part of the run now`)) onClose();
  };
  return (
    <Dialog title="Add a task" onClose={onClose}>
      <form onSubmit={send}>
        <Line of={id} label="What it is called" required />
        <label>
          Who does it
          <select
            value={agent.value}
            onChange={(event) => (agent.value = event.currentTarget.value)}
          >
            {roles.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {isCommand ? 'What its command reads' : 'What is to be done'}
          <textarea
            rows={4}
            value={words.value}
            onInput={(event) => (words.value = event.currentTarget.value)}
          />
        </label>
        <Line of={needs} label="What it needs, separated by commas" list="tasks-there" />
        <Known />
        <Line of={priority} label="Priority; higher goes first" type="number" />
        <div class="dialog-end">
          <button type="button" onClick={onClose}>
            Close
          </button>
          <button type="submit" class="primary">
            Add it
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface LineProps {
  readonly of: Signal<string>;
  readonly label: string;
  readonly type?: 'text' | 'number';
  readonly required?: boolean;
  readonly list?: string;
}

function Line({ of, label, type = 'text', ...rest }: LineProps) {
  return (
    <label>
      {label}
      <input
        {...{ type, ...rest }}
        value={of.value}
        onInput={(event) => (of.value = event.currentTarget.value)}
      />
    </label>
  );
}

const suggestedMax = 200;

/** Of a large plan, only some are suggested; any can be written. */
function Known() {
  const tasks = shape.value?.tasks ?? [];
  return (
    <datalist id="tasks-there">
      {tasks.slice(0, suggestedMax).map((task) => (
        <option key={task.id} value={task.id} />
      ))}
    </datalist>
  );
}

const namesIn = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

function freeName(): string {
  const known = new Set(rows.value.all().map(({ address }) => address));
  let count = 1;
  while (known.has(`task/added-${count}`)) count += 1;
  return `added-${count}`;
}

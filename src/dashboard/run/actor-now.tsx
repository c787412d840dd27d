/** Where an actor stands: what would move it, what it waits for, what it has done. */
import type { Accepted, ActorLook } from '../../serving/wire.ts';
import { ticking } from '../clock.ts';
import { moment } from '../store.ts';
import { goTo } from '../time.ts';
import { Tree } from '../tree.tsx';
import { clockTime, duration } from '../words.ts';

export function ActorNow({ look }: { readonly look: ActorLook }) {
  return (
    <div class="now">
      <section>
        <h3>What would move it</h3>
        {look.life !== 'alive' ? (
          <p class="quiet">
            {look.life === 'unborn' ? 'It is not there yet.' : 'Nothing: it has ended.'}
          </p>
        ) : (
          <ul class="accepts">
            {look.accepts.map((accepted) => (
              <AcceptedRow key={accepted.event} accepted={accepted} />
            ))}
          </ul>
        )}
      </section>
      <Timers look={look} />
      <section>
        <h3>Mailbox</h3>
        {look.mailbox.length === 0 ? (
          <p class="quiet">Empty: between two inputs everything has been read.</p>
        ) : (
          <ul class="plain">
            {look.mailbox.map((type, at) => (
              <li key={`${at} ${type}`} class="mono">
                {type}
              </li>
            ))}
          </ul>
        )}
      </section>
      <section>
        <h3>Last events</h3>
        <Steps look={look} />
      </section>
      <section>
        <h3>Context</h3>
        {look.context === null ? <p class="quiet">None.</p> : <Tree value={look.context} />}
      </section>
    </div>
  );
}

const answerWords = { yes: 'would', no: 'refused', asks: 'depends on it' };

function AcceptedRow({ accepted: { event, ways } }: { readonly accepted: Accepted }) {
  return (
    <li>
      <span class="mono">{event}</span>
      <ul class="plain">
        {ways.map(({ transition, target, guard, answer }) => (
          <li key={transition} data-answer={answer}>
            <span class="answer">{answerWords[answer]}</span>
            {guard !== '' && <span class="mono"> if {guard}</span>}
            {target !== '' ? (
              <span>
                {' '}
                → <b>{target}</b>
              </span>
            ) : (
              <span class="quiet"> stays</span>
            )}
          </li>
        ))}
      </ul>
    </li>
  );
}

function Timers({ look: { timers, works, at } }: { readonly look: ActorLook }) {
  if (timers.length === 0 && works.length === 0) return null;
  const now = moment.value === null ? ticking.value : at;
  return (
    <section>
      <h3>What it waits for</h3>
      <ul class="plain">
        {works.map((src) => (
          <li key={src}>
            <span class="mono">{src}</span> to be done
          </li>
        ))}
        {timers.map(({ name, dueAt }) => (
          <li key={name}>
            <span class="mono">{name}</span>{' '}
            <span class="steady">{dueAt > now ? `in ${duration(dueAt - now)}` : 'due'}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Steps({ look: { steps } }: { readonly look: ActorLook }) {
  if (steps.length === 0) return <p class="quiet">None yet.</p>;
  return (
    <ol class="steps">
      {[...steps].reverse().map(({ n, at, event, from, to }, index) => (
        <li key={`${n} ${index}`}>
          <button
            type="button"
            class="link mono"
            aria-label={`${clockTime(at)}: go to input ${n}`}
            onClick={() => goTo(n)}
          >
            {clockTime(at)}
          </button>
          <span class="mono">{event}</span>
          <span class="quiet">
            {from === to ? `in ${to}` : `${from === '' ? '' : `${from} `}→ ${to}`}
          </span>
        </li>
      ))}
    </ol>
  );
}

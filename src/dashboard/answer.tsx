/** Shows an answer once it is there; until then, and instead, a sentence that helps. */
import type { ComponentChildren } from 'preact';
import type { Asked } from './asked.ts';

interface AnswerProps<Answer> {
  readonly asked: Asked<Answer>;
  readonly show: (answer: Answer) => ComponentChildren;
}

export function Answer<Given>({ asked, show }: AnswerProps<Given>) {
  switch (asked.kind) {
    case 'asked':
      return <p class="quiet pad">It is on its way …</p>;
    case 'there':
      return <>{show(asked.answer)}</>;
    case 'refused':
      return (
        <div class="empty">
          <h2>{asked.message}</h2>
          <p>{asked.hint}</p>
        </div>
      );
  }
}

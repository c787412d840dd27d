/** The plan that `troupe init` writes: it works as it is, and says what could be changed. */

export const samplePlan = `# A plan: who works (agents), on what (tasks), in which order (needs).
#
# Work it off, with another input, and see what a task waits for:
#
#   troupe run FILE
#   troupe run FILE --input topic=tea
#   troupe why latest summary

name: first-plan
concurrency: 2 # tasks at once

inputs:
  topic: { default: statecharts, description: What the notes are about. }

agents:
  # A command gets the prompt on stdin, and what it prints is its answer. Exit 0 means success.
  writer: { adapter: command, run: [cat], count: 2 }
  counter: { adapter: command, run: [wc, -w] }
  # A simulated agent only takes its time: good for trying out the shape of a plan.
  reviewer: { adapter: simulated, work: 200ms..800ms }

tasks:
  - id: pros
    agent: writer
    prompt: Three reasons for {{inputs.topic}}.

  - id: cons
    agent: writer
    prompt: Two reasons against {{inputs.topic}}.

  - id: review
    agent: reviewer
    needs: [pros, cons] # begins when both have succeeded
    timeout: 1m
    retries: 2 # after a failure it is tried again, at growing intervals
    prompt: Is this fair? {{results.pros.output}} {{results.cons.output}}

  - id: summary
    agent: counter
    needs: [pros, cons, review]
    prompt: "{{results.pros.output}} {{results.cons.output}}"
    verify: # looked at by Troupe itself: a task succeeds only when its checks pass
      - schema: { type: integer, minimum: 1 }
`;

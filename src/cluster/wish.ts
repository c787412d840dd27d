/** What somebody wants who shares runs with other nodes. */
import type { NatsPlace } from '../bus/nats/connection.ts';
import type { News } from '../workers/workforce.ts';

export interface ClusterWish {
  readonly place: NatsPlace;
  /** Left out: the name of this machine. */
  readonly node?: string;
  readonly leaseMs?: number;
  /** What a person may want to know. */
  readonly onNote?: (text: string) => void;
  /** Of workers that come and go. */
  readonly onNews?: (news: News) => void;
}

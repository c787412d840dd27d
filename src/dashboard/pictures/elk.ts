/** ELK, in a worker of its own: loaded when the first statechart is drawn. */
import ELK from 'elkjs/lib/elk-api.js';
import ElkWorker from 'elkjs/lib/elk-worker.min.js?worker';

export const elk = new ELK({ workerFactory: () => new ElkWorker() });

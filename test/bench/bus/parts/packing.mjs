/** A raw socket that puts what one turn of the event loop says into one text, as our link does. */
export function packing(socket) {
  let waiting = [];
  return (message) => {
    if (waiting.push(message) > 1) return;
    setImmediate(() => {
      socket.send(JSON.stringify(waiting));
      waiting = [];
    });
  };
}

/** How the raw socket of a baseline says a message. */
export const sayings = {
  oneEach: (socket) => (message) => socket.send(JSON.stringify([message])),
  packed: packing,
};

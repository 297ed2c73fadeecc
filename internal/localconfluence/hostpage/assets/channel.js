// Calls over a port, in both directions. Functions in what is sent become
// functions at the other end that answer by promise, for the bridge of Forge takes
// and gives callbacks.

export function channel(port, answer) {
  const mark = "\u0000function";
  const waiting = new Map();
  const given = new Map();
  let last = 0;

  const call = (name, payload) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      port.postMessage({ id: last, name, payload: pack(payload) });
    });

  const isPlain = (value) => value !== null && typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value));
  const each = (value, change) => (Array.isArray(value) ? value.map(change) : isPlain(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner)])) : value);
  function pack(value) {
    if (typeof value !== "function") return each(value, pack);
    given.set(++last, value);
    return { [mark]: last };
  }
  function unpack(value) {
    if (isPlain(value) && mark in value) return (argument) => call(mark, { id: value[mark], argument });
    return each(value, unpack);
  }

  port.onmessage = async ({ data: { id, name, payload, value, error } }) => {
    if (name === undefined) {
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) resolve(unpack(value));
      else reject(new Error(error));
      return;
    }
    try {
      const input = unpack(payload);
      port.postMessage({ id, value: pack(await (name === mark ? given.get(input.id)(input.argument) : answer(name, input))) });
    } catch (fault) {
      port.postMessage({ id, error: fault.message });
    }
  };
  return { call };
}

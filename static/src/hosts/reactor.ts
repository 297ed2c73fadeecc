// Runs cmd/engine, the engine as WebAssembly: a reactor of WASI preview 1 that
// asks for nothing but the time, chance and a place to complain.

/** What is looked at: as the host says, and not the request. */
export interface Place {
  contentId: string; // "" where that has no labels
  spaceKey: string;
}
/**
 * What is to become of a request: "answer" answers it, "learn" keeps what it tells of a space, "suggest" answers it from
 * what was learned last.
 */
export type Work = "answer" | "learn" | "suggest";
/** Answers a request with JSON; the place is for "answer" alone. It throws when it is broken, and is of no use then. */
export type Reactor = (request: object, place?: Place, work?: Work) => string;

interface Engine {
  memory: WebAssembly.Memory;
  _initialize(): void;
  input(bytes: number): number;
  answer(contentId: number, spaceKey: number): number;
  learn(): number;
  suggest(): number;
  length(): number;
  rest(): void;
}

/** Loads the engine and starts it. Rejects with a TypeError when it cannot be loaded, and with a CompileError when the page's policy allows no WebAssembly. */
export async function reactor(url: URL | string): Promise<Reactor> {
  const response = await fetch(url);
  if (!response.ok) throw new TypeError(`engine: ${response.status}`);
  let engine: Engine | undefined;
  const imports = { wasi_snapshot_preview1: wasi(() => engine!.memory.buffer) };
  // Only this type may be compiled while it comes, and not every server knows it.
  const streams = response.headers.get("Content-Type") === "application/wasm";
  const { instance } = await (streams ? WebAssembly.instantiateStreaming(response, imports) : WebAssembly.instantiate(await response.arrayBuffer(), imports));
  engine = instance.exports as unknown as Engine;
  engine._initialize();
  return (request, place, work = "answer") => answer(engine, work, [...(work === "answer" && place ? [place.contentId, place.spaceKey] : []), JSON.stringify(request)]);
}

function answer(engine: Engine, work: Work, texts: string[]): string {
  const parts = texts.map((text) => new TextEncoder().encode(text));
  let at = engine.input(parts.reduce((sum, part) => sum + part.length, 0));
  const memory = new Uint8Array(engine.memory.buffer);
  for (const part of parts) {
    memory.set(part, at);
    at += part.length;
  }
  const out = work === "answer" ? engine.answer(parts[0]!.length, parts[1]!.length) : engine[work]();
  const json = new TextDecoder().decode(new Uint8Array(engine.memory.buffer, out, engine.length()));
  // Nobody waits for that. If it breaks, so does the next answer, which tells.
  setTimeout(() => {
    try {
      engine.rest();
    } catch {
      // As said.
    }
  });
  return json;
}

const BAD_FILE = 8; // WASI's number for a file that is not open

/** As much of WASI as Go's runtime asks for: no files, no arguments, no environment. What it says when it breaks is not kept. */
function wasi(memory: () => ArrayBuffer): WebAssembly.ModuleImports {
  const numbers = () => new DataView(memory());
  const none = (count: number, bytes: number) => {
    numbers().setUint32(count, 0, true);
    numbers().setUint32(bytes, 0, true);
    return 0;
  };
  const calls: WebAssembly.ModuleImports = {
    args_sizes_get: none,
    args_get: () => 0,
    environ_sizes_get: none,
    environ_get: () => 0,
    clock_time_get(_clock: number, _precision: bigint, time: number) {
      numbers().setBigUint64(time, BigInt(Math.round(performance.now() * 1e6)), true);
      return 0;
    },
    random_get(at: number, bytes: number) {
      crypto.getRandomValues(new Uint8Array(memory(), at, bytes));
      return 0;
    },
    sched_yield: () => 0,
    poll_oneoff: () => 0, // there is nobody else whose work it could wait for
    fd_write(_file: number, buffers: number, count: number, written: number) {
      let bytes = 0;
      for (let i = 0; i < count; i++) bytes += numbers().getUint32(buffers + 8 * i + 4, true);
      numbers().setUint32(written, bytes, true);
      return 0;
    },
    proc_exit(code: number) {
      throw new Error(`the engine ended with ${code}`);
    },
  };
  return new Proxy(calls, { get: (known, name: string) => known[name] ?? (() => BAD_FILE) });
}

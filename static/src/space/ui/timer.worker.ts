// Timers that a browser does not slow down in a tab that nobody looks at.

self.onmessage = ({ data: [id, ms] }: MessageEvent<[number, number]>) => {
  setTimeout(() => self.postMessage(id), ms);
};

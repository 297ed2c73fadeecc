postMessage("ready"); onmessage = async ({ data }) => { try { await WebAssembly.compile(data); postMessage("compiled"); } catch (error) { postMessage(error.name); } };

/**
 * `node:http`, without its static import: with that, Node 22 fetches every name of the module, `WebSocket` among them, and
 * loads WebAssembly for it. Where hosts limit the address space (`ulimit -v`), the process would end there.
 */
export const http = process.getBuiltinModule('node:http');

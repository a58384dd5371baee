// `node is-listen-socket.mjs [FD]`: whether that descriptor, by default 0, is a listening socket.
import { isFcgiListenSocket } from '@fcgi-js/server';

const [fd] = process.argv.slice(2);
console.log(fd === undefined ? isFcgiListenSocket() : isFcgiListenSocket(Number(fd)));

// Our gateway in front of a socket: the path of the socket, and the port to listen on.
import { createGateway } from '@fcgi-js/client';

const [socket = '', port = ''] = process.argv.slice(2);
// What is wrong with the answers is what the checks are about.
const gateway = createGateway({ address: `unix:${socket}`, onError: () => undefined });
await gateway.listen({ port: Number(port) });

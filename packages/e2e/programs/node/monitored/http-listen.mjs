import { createServer } from 'node:http';
import listener from './listener-export.cjs';

createServer(listener).listen(3000, '127.0.0.1');

import { AutoRouter } from 'itty-router';

const router = AutoRouter();
router.get('/', () => new Response('hello world'));

export default { ...router };

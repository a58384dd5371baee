// What @react-router/serve does, with a handler that stands for the build.
import compression from 'compression';
import express from 'express';

const port = Number(process.env.PORT) || 3000;
const app = express();
app.disable('x-powered-by');
app.use(compression());
app.use(express.static('public', { maxAge: '1h' }));
app.all('*splat', (req, res) => {
  res.send(`hello ${req.originalUrl}`);
});
const onListen = () => console.log(`[react-router-serve] http://localhost:${port}`);
const server = process.env.HOST ? app.listen(port, process.env.HOST, onListen) : app.listen(port, onListen);

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => server?.close(() => console.log('closed')));
}

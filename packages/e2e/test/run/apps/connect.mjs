import connect from 'connect';

const app = connect();
app.use('/', (_req, res) => {
  res.end('hello world');
});
app.listen(3000);

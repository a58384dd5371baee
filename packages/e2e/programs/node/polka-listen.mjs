import polka from 'polka';

polka()
  .get('*', (req, res) => {
    res.end(`hello ${req.originalUrl}`);
  })
  .listen(3000, (error) => {
    if (error) throw error;
    console.log('> Running on localhost:3000');
  });

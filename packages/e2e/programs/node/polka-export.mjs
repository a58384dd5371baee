import polka from 'polka';

export default polka().get('*', (req, res) => {
  res.end(`hello ${req.originalUrl}`);
});

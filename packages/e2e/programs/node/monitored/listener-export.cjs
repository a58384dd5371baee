// Asks for no module of Node.
module.exports = (req, res) => {
  res.statusCode = { '/fails': 418, '/items': 201 }[req.url] ?? 203;
  if (req.method === 'POST') req.pipe(res);
  else res.end('item 7');
};

// What is built of the routes.
export const handler = (req, res) => {
  res.end(`hello ${req.originalUrl}`);
};

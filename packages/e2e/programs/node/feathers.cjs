const { feathers } = require('@feathersjs/feathers');
const express = require('@feathersjs/express');

class MessageService {
  async find(params) {
    return [{ text: 'hello', query: params.query }];
  }
}

const app = express(feathers());
app.use(express.json());
app.configure(express.rest());
app.use('/messages', new MessageService());
app.use(express.errorHandler({ logger: false }));

app.listen(3030).then(() => console.log('Feathers server listening on localhost:3030'));

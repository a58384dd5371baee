import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  HttpException,
  type INestApplication,
  Module,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Redirect,
  Req,
  Res,
  Sse,
  StreamableFile,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import { from } from 'rxjs';
import { expect } from 'vitest';
import type { Listener, MakeApplication } from '../../src/frameworks/application.ts';
import { differential } from '../../src/frameworks/differential.ts';
import { decorate } from '../../src/frameworks/nest-decorators.ts';

class Guard {
  canActivate(): boolean {
    return false;
  }
}

class Cats {
  all() {
    return [{ name: 'Mourek' }];
  }

  one(id: number) {
    return { id };
  }

  async later(query: unknown) {
    await delay(1);
    return { query };
  }

  create(body: unknown) {
    return { created: body };
  }

  text() {
    return 'text';
  }

  about(request: Request) {
    const { baseUrl, hostname, ip, originalUrl, protocol, url } = request;
    return { baseUrl, hostname, ip, originalUrl, protocol, url };
  }

  raw(response: Response) {
    response.status(202).set('X-Raw', 'yes').send('raw');
  }

  stream() {
    return new StreamableFile(Buffer.from('a file'), {
      type: 'text/plain',
      disposition: 'inline',
      length: 6,
    });
  }

  events() {
    return from([{ data: 'one' }, { data: { two: 2 }, id: '2', type: 'number' }]);
  }

  moved() {}

  forbidden() {}

  async fails() {
    await delay(1);
    throw new Error('hidden');
  }

  refuses() {
    throw new HttpException({ reason: 'busy' }, 503);
  }
}

decorate(Cats, [Controller('cats')], {
  all: [Get()],
  one: [Get('one/:id'), [Param('id', ParseIntPipe)]],
  later: [Get('later'), [Query()]],
  create: [Post(), [Body()]],
  text: [Get('text'), Header('X-A', '1'), HttpCode(203)],
  about: [Get('about'), [Req()]],
  raw: [Get('raw'), [Res()]],
  stream: [Get('stream')],
  events: [Sse('events')],
  moved: [Get('moved'), Redirect('/cats', 301)],
  forbidden: [Get('forbidden'), UseGuards(Guard)],
  fails: [Get('fails')],
  refuses: [Get('refuses')],
});

class Application {}
decorate(Application, [Module({ controllers: [Cats] })], {});

const application: MakeApplication = async () => {
  const app: INestApplication = await NestFactory.create<NestExpressApplication>(Application, {
    logger: false,
  });
  await app.init();
  const listener: Listener = app.getHttpAdapter().getInstance();
  return { close: () => app.close(), listener };
};

const get = (path: string) => ({ path: `/cats${path}` });

differential('NestJS', application, {
  'sends JSON': { run: get(''), expect: { status: '200 OK', body: '[{"name":"Mourek"}]' } },
  'answers HEAD': { run: { ...get(''), method: 'HEAD' }, expect: { status: '200 OK', body: '' } },
  'transforms params': { run: get('/one/7'), expect: { body: '{"id":7}' } },
  'refuses params': { run: get('/one/x'), expect: { status: '400 Bad Request' } },
  'waits for promises': { run: get('/later?a=1'), expect: { body: '{"query":{"a":"1"}}' } },
  'parses a body': {
    run: { ...get(''), body: '{"name":"Micka"}', headers: [['Content-Type', 'application/json']] },
    expect: { status: '201 Created', body: '{"created":{"name":"Micka"}}' },
  },
  'refuses a malformed body': {
    run: { ...get(''), body: '{"name"', headers: [['Content-Type', 'application/json']] },
    expect: { status: '400 Bad Request' },
  },
  'sets status and fields': {
    run: get('/text'),
    expect: { status: '203 Non-Authoritative Information', headers: expect.arrayContaining(['X-A: 1']) },
  },
  'knows the browser': {
    run: get('/about?x'),
    expect: { body: expect.stringContaining('"url":"/cats/about?x"') },
  },
  'leaves the raw response to the application': {
    run: get('/raw'),
    expect: { status: '202 Accepted', body: 'raw' },
  },
  'sends a file': { run: get('/stream'), expect: { body: 'a file' } },
  'sends events': {
    run: get('/events'),
    expect: { body: expect.stringContaining('data: {"two":2}') },
    order: 'none',
  },
  redirects: { run: get('/moved'), expect: { status: '301 Moved Permanently' } },
  guards: { run: get('/forbidden'), expect: { status: '403 Forbidden' } },
  'hides errors': { run: get('/fails'), expect: { status: '500 Internal Server Error' } },
  'sends exceptions': {
    run: get('/refuses'),
    expect: { status: '503 Service Unavailable', body: '{"reason":"busy"}' },
  },
  'has no such page': { run: get('/none/here'), expect: { status: '404 Not Found' } },
});

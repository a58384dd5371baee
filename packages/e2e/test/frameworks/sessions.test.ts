import express from 'express';
import session from 'express-session';
import passport from 'passport';
import { expect } from 'vitest';
import type { MakeApplication } from '../../src/frameworks/application.ts';
import { differential } from '../../src/frameworks/differential.ts';
import { askOnce, type Side } from '../../src/frameworks/side.ts';

declare module 'express-session' {
  interface SessionData {
    views: number;
  }
}

/** Lets in whoever knows a word. */
class WordStrategy extends passport.Strategy {
  override name = 'word';

  override authenticate(req: express.Request): void {
    const user = String(req.query['user']);
    if (req.query['word'] === 'open sesame') this.success({ user });
    else this.fail({ message: 'wrong word' }, 401);
  }
}

const application: MakeApplication = ({ note }) => {
  let sessions = 0;
  const authenticator = new passport.Passport();
  authenticator.use(new WordStrategy());
  authenticator.serializeUser((user, done) => done(null, user));
  authenticator.deserializeUser<Express.User>((user, done) => done(null, user));
  const app = express();
  app.set('trust proxy', 1);
  app.use(
    session({
      cookie: { secure: 'auto', sameSite: 'lax' },
      // The same on every server.
      genid: () => {
        sessions += 1;
        return `session-${sessions}`;
      },
      resave: false,
      saveUninitialized: false,
      secret: 'a secret of this test',
    }),
  );
  app.use(authenticator.session());
  app.get('/count', (req, res) => {
    req.session.views = (req.session.views ?? 0) + 1;
    res.json([req.sessionID, req.session.views, req.secure]);
  });
  app.get('/forget', (req, res, next) => {
    req.session.destroy((error) => (error ? next(error) : res.send('forgotten')));
  });
  app.get('/new', (req, res, next) => {
    req.session.regenerate((error) => (error ? next(error) : res.send(req.sessionID)));
  });
  app.get('/login', authenticator.authenticate('word'), (req, res) => {
    note(['logged in', req.isAuthenticated()]);
    res.json(req.user ?? null);
  });
  app.get('/me', (req, res) => {
    const { socket } = req;
    note([
      Reflect.get(socket, 'encrypted') ?? false,
      Reflect.get(socket, 'authorized') ?? false,
      socket.remoteAddress,
    ]);
    note(typeof Reflect.get(socket, 'getPeerCertificate'));
    res.json([req.isAuthenticated(), req.user ?? null]);
  });
  app.get('/logout', (req, res, next) => {
    req.logout((error) => (error ? next(error) : res.send('bye')));
  });
  return app;
};

/** Asks for one page after the other, with the cookie that the last one set. */
const visit =
  (...paths: string[]) =>
  async (side: Side) => {
    const answers = [];
    let cookie = '';
    for (const path of paths) {
      const headers = cookie === '' ? [] : ([['Cookie', cookie]] as const);
      const answer = await askOnce(side, { path, headers });
      cookie = answer.headers.find(([name]) => name === 'Set-Cookie')?.[1].split(';')[0] ?? cookie;
      answers.push(answer);
    }
    return answers;
  };

differential('express-session', application, {
  remembers: { run: visit('/count', '/count', '/count'), expect: { body: '["session-1",3,false]' } },
  'knows nobody who has no cookie': {
    run: [{ path: '/count' }, { path: '/count' }],
    expect: { body: '["session-2",1,false]' },
  },
  'does not trust a forged cookie': {
    run: { path: '/count', headers: [['Cookie', 'connect.sid=s%3Asession-1.forged']] },
    expect: { body: '["session-1",1,false]' },
  },
  forgets: { run: visit('/count', '/forget', '/count'), expect: { body: '["session-2",1,false]' } },
  'begins anew': { run: visit('/count', '/new', '/count'), expect: { status: '200 OK' } },
  'sets a secure cookie behind TLS': {
    run: { path: '/count', headers: [['X-Forwarded-Proto', 'https']] },
    expect: {
      headers: expect.arrayContaining([expect.stringMatching(/^Set-Cookie: connect.sid=.*; Secure/)]),
    },
  },
});

differential('passport', application, {
  'lets in who knows the word': {
    run: visit('/login?user=ali&word=open%20sesame', '/me', '/logout', '/me'),
    expect: ({ answers, notes }) => {
      expect(answers.map(({ body }) => body)).toEqual([
        '{"user":"ali"}',
        '[true,{"user":"ali"}]',
        'bye',
        '[false,null]',
      ]);
      expect(notes).toContainEqual([false, false, '127.0.0.1']);
    },
  },
  'turns away who does not': {
    run: visit('/login?user=ali&word=please'),
    expect: { status: '401 Unauthorized' },
  },
});

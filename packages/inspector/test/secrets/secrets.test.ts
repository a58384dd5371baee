import { expect, test } from 'vitest';
import { secrecyOf, withEnvironments } from '../../src/secrets/secrecy.ts';
import { isSecretName } from '../../src/secrets/secret-names.ts';

const { text, value } = secrecyOf({});

test.each([
  ...['AUTHORIZATION', 'HTTP_AUTHORIZATION', 'REDIRECT_HTTP_AUTHORIZATION', 'HTTP_PROXY_AUTHORIZATION'],
  ...['HTTP_COOKIE', 'HTTP_COOKIE2', 'Set-Cookie', 'Set-Cookie2', 'X-Forwarded-Authorization'],
  ...[
    'HTTP_X_AUTH_KEY',
    'HTTP_X_ACCESS_KEY',
    'HTTP_X_API_KEY',
    'HTTP_X_SESSION_ID',
    'X-Session',
    'SSL_SESSION_ID',
  ],
  ...[
    'HTTP_CF_ACCESS_JWT_ASSERTION',
    'X-Goog-Iap-Jwt-Assertion',
    'X-Amzn-Oidc-Data',
    'X-Auth',
    'X-Csrf-Token',
  ],
  ...[
    'HTTP_SEC_WEBSOCKET_PROTOCOL',
    'HTTP_X_HUB_SIGNATURE_256',
    'PHP_AUTH_PW',
    'PHP_AUTH_DIGEST',
    'AUTH_PASSWORD',
  ],
  ...[
    'DB_PASS',
    'DBPASS',
    'MYSQL_PWD',
    'PGPASSWORD',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_ACCESS_KEY_ID',
    'APP_SECRET_2',
  ],
  ...[
    'STRIPE_KEY',
    'PRIVATE_KEY',
    'apiKey',
    'apikey',
    'accessToken',
    'id_token',
    'client_secret',
    'user[password]',
  ],
  ...[
    'PHPSESSID',
    'JSESSIONID',
    'connect.sid',
    'csrfmiddlewaretoken',
    'SAMLResponse',
    'otp',
    'sig',
    'X-Amz-Signature',
  ],
])('the value of %s is a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
  expect(value(name, 'hunter22')).toBe('(8 characters, hidden)');
  expect(secrecyOf({ showSecrets: true }).value(name, 'hunter22')).toBe('hunter22');
});

test.each([
  ...[
    'AUTH_TYPE',
    'REMOTE_USER',
    'PHP_AUTH_USER',
    'SERVER_SIGNATURE',
    'PWD',
    'OLDPWD',
    'REQUEST_URI',
    'PATH_INFO',
  ],
  ...[
    'HTTP_HOST',
    'HTTP_USER_AGENT',
    'HTTP_X_REQUEST_ID',
    'UNIQUE_ID',
    'SSL_CLIENT_S_DN',
    'Content-Type',
    'ETag',
  ],
  ...[
    'SCRIPT_FILENAME',
    'HTTP_ACCEPT',
    'HTTP_X_FORWARDED_FOR',
    'SSL_PROTOCOL',
    'BYPASS',
    'MONKEY',
    'WWW-Authenticate',
  ],
])('the value of %s is shown', (name) => {
  expect(value(name, 'hunter22')).toBe('hunter22');
});

test('an empty value is shown as it is', () => {
  expect(value('HTTP_COOKIE', '')).toBe('');
});

const HIDDEN = '(8 characters, hidden)';
test.each([
  ['/reset?token=hunter22&page=2', `/reset?token=${HIDDEN}&page=2`],
  ['page=2&api_key=hunter22', `page=2&api_key=${HIDDEN}`],
  ['https://a.example/?x=1&to%6ben=hunter22#top', `https://a.example/?x=1&to%6ben=(12 characters, hidden)`],
  ['/login?next=%2Freset%3Ftoken%3Dhunter22%26x%3D1', `/login?next=%2Freset%3Ftoken%3D${HIDDEN}%26x%3D1`],
  ['/cart;jsessionid=hunter22', `/cart;jsessionid=${HIDDEN}`],
  ['user%5Bpassword%5D=hunter22&a=b', `user%5Bpassword%5D=${HIDDEN}&a=b`],
  ['/callback?code=hunter22&state=1', `/callback?code=${HIDDEN}&state=1`],
  ['5; url=/next?session=hunter22', `5; url=/next?session=${HIDDEN}`],
  ['connect postgres://me:hunter22@db/app failed', `connect postgres://me:${HIDDEN}@db/app failed`],
  ['redis://:hunter22@[::1]:6379/0', `redis://:${HIDDEN}@[::1]:6379/0`],
  ['mysql://me:hunt@r22@db', `mysql://me:${HIDDEN}@db`],
  ['mysql://me:hunt/r22@db', `mysql://me:${HIDDEN}@db`],
  ['DB_PASSWORD=hunter22 is wrong', `DB_PASSWORD=${HIDDEN} is wrong`],
  ['{"api_key": "hunter22", "a": 1}', `{"api_key": "${HIDDEN}", "a": 1}`],
  ['{\\"password\\":\\"hunter22\\"}', `{\\"password\\":\\"${HIDDEN}\\"}`],
  ["{ password: 'hunter22', host: 'db' }", `{ password: '${HIDDEN}', host: 'db' }`],
  ['Authorization: Basic aHVudGVyMjI=', 'Authorization: (18 characters, hidden)'],
  ['Cookie: sid=hunter22; theme=dark\nHost: a', 'Cookie: (24 characters, hidden)\nHost: a'],
  ['X-Auth-Token: Bearer hunter22', 'X-Auth-Token: (15 characters, hidden)'],
  ['mysql --password hunter22 shop', `mysql --password ${HIDDEN} shop`],
  ['sent Bearer hunter22 to it', `sent Bearer ${HIDDEN} to it`],
  ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc', 'got (44 characters, hidden)'],
])('%j is shown as %j', (given, shown) => {
  expect(text(given)).toBe(shown);
  // What is hidden already stays as it is.
  expect(text(shown)).toBe(shown);
  expect(secrecyOf({ showSecrets: true }).text(given)).toBe(given);
});

test.each([
  'connect() to unix:/run/app.sock failed (13: Permission denied), upstream: "fastcgi://unix:/run/app.sock:"',
  'http://localhost:3000/?mail=a@b.example',
  'https://[::1]:80/a@b',
  'git@host.example:a/b and https://ann@host.example/',
  'Duplicate key: name, 3 pass: 2, exit code=1, code: ECONNREFUSED',
  'PWD=/home/me HOME=/home/me',
  '/search?q=tea&page=2',
])('%j has no secret', (given) => {
  expect(text(given)).toBe(given);
});

test('the values that secrets have in environments are hidden wherever they are', () => {
  const environments = [
    { STRIPE_SECRET: 'sk_live_1234', HOME: '/home/me', SHORT_TOKEN: 'abc' },
    { DATABASE_URL: 'postgres://me:hunter22@db/app' },
  ];
  const hiding = withEnvironments(secrecyOf({}), ...environments);
  expect(hiding.text('charge with sk_live_1234 from /home/me failed, abc, hunter22')).toBe(
    `charge with (12 characters, hidden) from /home/me failed, abc, ${HIDDEN}`,
  );
  const showing = withEnvironments(secrecyOf({ showSecrets: true }), ...environments);
  expect(showing.text('sk_live_1234')).toBe('sk_live_1234');
});

/** Front matter of VitePress's home layout. */
interface Home {
  /** The three that most begin with, and what each is for. */
  readonly commands: readonly (readonly [command: string, purpose: string])[];
  readonly features: readonly { readonly details: string; readonly link: string; readonly title: string }[];
  readonly hero: {
    readonly actions: readonly {
      readonly link: string;
      readonly text: string;
      readonly theme: 'alt' | 'brand';
    }[];
    readonly name: string;
    readonly tagline: string;
    readonly text: string;
  };
}

/** What stands above a README on a home page, by the path of the page. */
const homes: Readonly<Record<string, Home>> = {
  'index.md': {
    commands: [
      ['fcgi dev app.js', 'Try it: errors and requests in the browser'],
      ['fcgi init app.js', 'Write the files for your web server'],
      ['fcgi run --listen unix:/run/app.sock app.js', 'Serve it on a Unix socket'],
    ],
    hero: {
      name: 'fcgi-js',
      text: 'The FastCGI stack for Node.js',
      tagline: 'Any Node application, unchanged, behind any web server that speaks FastCGI.',
      actions: [
        { theme: 'brand', text: 'Get started', link: '/getting-started' },
        { theme: 'alt', text: 'Deploy', link: '/deploying' },
        { theme: 'alt', text: 'Make a configuration', link: '/generator' },
      ],
    },
    features: [
      {
        title: 'Unchanged applications',
        details:
          'Express, Koa, Fastify, Nest, Hono, or a plain listener: fcgi run serves it, with workers and reloads.',
        link: '/running',
      },
      {
        title: 'Every web server',
        details: 'nginx, Apache, lighttpd, Caddy, h2o, HAProxy, and shared hosting with a .htaccess.',
        link: '/deploying',
      },
      {
        title: 'It says what is wrong',
        details:
          'fcgi doctor finds out why there is a 502; fcgi dev shows errors and requests in the browser.',
        link: '/doctor',
      },
    ],
  },
  'ko/index.md': {
    commands: [
      ['fcgi dev app.js', '시험하기: 오류와 요청을 브라우저에서 보기'],
      ['fcgi init app.js', '웹 서버에 필요한 파일 만들기'],
      ['fcgi run --listen unix:/run/app.sock app.js', 'Unix 소켓에서 실행하기'],
    ],
    hero: {
      name: 'fcgi-js',
      text: 'Node.js를 위한 FastCGI 스택',
      tagline: 'Node 애플리케이션을 고치지 않고, FastCGI를 지원하는 모든 웹 서버 뒤에서 실행합니다.',
      actions: [
        { theme: 'brand', text: '시작하기', link: '/ko/getting-started' },
        { theme: 'alt', text: '배포', link: '/ko/deploying' },
        { theme: 'alt', text: '설정 만들기', link: '/ko/generator' },
      ],
    },
    features: [],
  },
  'zh/index.md': {
    commands: [
      ['fcgi dev app.js', '试用：在浏览器里查看错误和请求'],
      ['fcgi init app.js', '写好 Web 服务器所需的文件'],
      ['fcgi run --listen unix:/run/app.sock app.js', '在 Unix 套接字上提供服务'],
    ],
    hero: {
      name: 'fcgi-js',
      text: '面向 Node.js 的 FastCGI 技术栈',
      tagline: '无需修改 Node 应用，即可在任何支持 FastCGI 的 Web 服务器后面运行。',
      actions: [
        { theme: 'brand', text: '快速开始', link: '/zh/getting-started' },
        { theme: 'alt', text: '部署', link: '/zh/deploying' },
        { theme: 'alt', text: '生成配置', link: '/zh/generator' },
      ],
    },
    features: [],
  },
};

/** The front matter of a home page; nothing for any other. */
export function homeOf(path: string): object {
  const home = homes[path];
  return home === undefined ? {} : { layout: 'home', ...home };
}

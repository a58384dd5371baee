/** A small project of a framework that is built before it is served. */
export interface MetaProject {
  readonly framework: string;
  /** Its files, but for the `package.json`; they read the base path from the variable BASE, which is empty for none. */
  readonly files: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly build: string;
}

/** Each has a page with a link to another one, which the browser follows without loading a page, where the framework does so. */
export const metaProjects: readonly MetaProject[] = [
  {
    framework: 'Next.js',
    build: 'next build',
    dependencies: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
    files: {
      'next.config.mjs':
        "export default { output: 'standalone', basePath: process.env.BASE || undefined, turbopack: { root: import.meta.dirname } };\n",
      'app/layout.jsx':
        'export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html>; }\n',
      'app/page.jsx': `import Link from 'next/link';
export const dynamic = 'force-dynamic';
async function greet(form) {
  'use server';
  const { redirect } = await import('next/navigation');
  redirect('/about?name=' + form.get('name'));
}
export default function Page() {
  return <main><h1>Home</h1><Link href="/about">About</Link>
    <form action={greet}><input name="name" defaultValue="Ada" /><button>Greet</button></form></main>;
}
`,
      'app/about/page.jsx': `export const dynamic = 'force-dynamic';
export default async function Page({ searchParams }) {
  const { name = 'nothing' } = await searchParams;
  return <main><h1>About</h1><p>{name}</p></main>;
}
`,
      'app/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    },
  },
  {
    framework: 'SvelteKit',
    build: 'vite build',
    dependencies: {
      '@sveltejs/adapter-node': '6.0.1',
      '@sveltejs/kit': '3.2.0',
      '@sveltejs/vite-plugin-svelte': '7.3.1',
      svelte: '5.57.3',
      vite: '8.4.0',
    },
    files: {
      'vite.config.js': `import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
// It takes a site for one of https, and this one is not.
const csrf = { trustedOrigins: ['*'] };
export default { plugins: [sveltekit({ adapter: adapter(), csrf, paths: { base: process.env.BASE || '' } })] };
`,
      'src/app.html':
        '<!doctype html><html lang="en"><head><link rel="icon" href="data:,">%sveltekit.head%</head><body>%sveltekit.body%</body></html>\n',
      'src/routes/+page.svelte': `<script>import { resolve } from '$app/paths';</script>
<h1>Home</h1><a href={resolve('/about')}>About</a>
<form method="POST"><input name="name" value="Ada"><button>Greet</button></form>
`,
      'src/routes/+page.server.js': `import { redirect } from '@sveltejs/kit';
import { resolve } from '$app/paths';
export const actions = {
  default: async ({ request }) => redirect(303, resolve('/about') + '?name=' + (await request.formData()).get('name')),
};
`,
      'src/routes/about/+page.server.js':
        "export const load = ({ url }) => ({ name: url.searchParams.get('name') ?? 'nothing' });\n",
      'src/routes/about/+page.svelte':
        '<script>let { data } = $props();</script><h1>About</h1><p>{data.name}</p>\n',
    },
  },
  {
    framework: 'Astro',
    build: 'astro build',
    dependencies: { astro: '7.3.5', '@astrojs/node': '11.1.6' },
    files: {
      'astro.config.mjs': `import node from '@astrojs/node';
export default { output: 'server', adapter: node({ mode: 'standalone' }), base: process.env.BASE || '/' };
`,
      'src/pages/index.astro': `---
const { BASE_URL } = import.meta.env;
const to = (path) => BASE_URL.replace(/\\/$/, '') + path;
---
<html lang="en"><head><link rel="icon" href="data:,"><style>h1 { color: red }</style></head>
<body><h1>Home</h1><a href={to('/about')}>About</a>
<form action={to('/greet')} method="POST"><input name="name" value="Ada"><button>Greet</button></form></body></html>
`,
      'src/pages/about.astro': `---
const name = Astro.url.searchParams.get('name') ?? 'nothing';
---
<html lang="en"><head><link rel="icon" href="data:,"></head><body><h1>About</h1><p>{name}</p></body></html>
`,
      'src/pages/greet.js': `export const POST = async ({ redirect, request }) =>
  redirect(import.meta.env.BASE_URL.replace(/\\/$/, '') + '/about?name=' + (await request.formData()).get('name'));
`,
    },
  },
  {
    framework: 'React Router',
    build: 'react-router build',
    dependencies: {
      '@react-router/dev': '8.4.0',
      '@react-router/node': '8.4.0',
      '@react-router/serve': '8.4.0',
      isbot: '5.2.3',
      react: '19.3.1',
      'react-dom': '19.3.1',
      'react-router': '8.4.0',
      vite: '8.4.0',
    },
    files: {
      'vite.config.js': `import { reactRouter } from '@react-router/dev/vite';
export default { plugins: [reactRouter()], base: (process.env.BASE || '') + '/' };
`,
      'react-router.config.js': "export default { ssr: true, basename: process.env.BASE || '/' };\n",
      'app/root.jsx': `import { Links, Meta, Outlet, Scripts } from 'react-router';
export default function App() {
  return <html lang="en"><head><link rel="icon" href="data:," /><Meta /><Links /></head><body><Outlet /><Scripts /></body></html>;
}
`,
      'app/routes.js': `import { index, route } from '@react-router/dev/routes';
export default [index('routes/home.jsx'), route('about', 'routes/about.jsx')];
`,
      'app/routes/home.jsx': `import { Form, Link } from 'react-router';
export default function Home() {
  return <main><h1>Home</h1><Link to="/about">About</Link>
    <Form method="post" action="/about"><input name="name" defaultValue="Ada" /><button>Greet</button></Form></main>;
}
`,
      'app/routes/about.jsx': `import { redirect, useSearchParams } from 'react-router';
export async function action({ request }) {
  return redirect('/about?name=' + (await request.formData()).get('name'));
}
export default function About() {
  const [search] = useSearchParams();
  return <main><h1>About</h1><p>{search.get('name') ?? 'nothing'}</p></main>;
}
`,
    },
  },
];

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { caddyRecipes } from '../../src/recipes/caddy.ts';
import { followRecipes } from '../../src/recipes/follow-recipes.ts';
import { lighttpdRecipes } from '../../src/recipes/lighttpd.ts';
import { nginxRecipes } from '../../src/recipes/nginx.ts';
import { webServerUser } from '../../src/users.ts';
import { startBareLighttpd } from '../../src/web-servers/bare-web-server.ts';
import { launchWebServer } from '../../src/web-servers/launch.ts';
import { configureNginx } from '../../src/web-servers/nginx.ts';

followRecipes({
  name: 'sites of nginx',
  programs: ['nginx'],
  recipes: nginxRecipes,
  start: (folder, sites) =>
    launchWebServer({ broken: true, folder }, (port) =>
      configureNginx(
        folder,
        sites
          .map(({ host, text }) => `server {\nlisten 127.0.0.1:${port};\nserver_name ${host};\n${text}\n}`)
          .join('\n'),
      ),
    ),
});

followRecipes({
  name: 'sites of lighttpd',
  programs: ['lighttpd'],
  recipes: lighttpdRecipes,
  start: (folder, sites) =>
    startBareLighttpd({
      folder,
      site: [
        'server.modules = ("mod_rewrite", "mod_alias", "mod_fastcgi")',
        ...sites.map(
          ({ folder: root, host, text }) =>
            `$HTTP["host"] == "${host}" {\nserver.document-root = "${root}"\n${text}\n}`,
        ),
      ].join('\n'),
    }),
});

followRecipes({
  name: 'sites of Caddy',
  programs: ['caddy'],
  recipes: caddyRecipes,
  start: (folder, sites) =>
    launchWebServer({ broken: true, folder }, async (port) => {
      const config = join(folder, 'Caddyfile');
      const text = sites.map(
        (site) => `http://${site.host}:${port} {\nroot * ${site.folder}\n${site.text}\n}`,
      );
      await writeFile(config, ['{\nadmin off\nauto_https off\n}', ...text].join('\n'));
      const user = webServerUser();
      return {
        command: 'caddy',
        args: ['run', '--adapter', 'caddyfile', '--config', config],
        env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
        ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
      };
    }),
});

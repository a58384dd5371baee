import { type FSWatcher, watch } from 'chokidar';
import { counts, type ProjectFiles } from './project-files.ts';

/** Milliseconds without a further change after which a change is reported: editors write in several steps. */
const QUIET = 60;

/** Told of changes. */
export interface FilesWatch {
  /** These files have changed, are new, or have gone. */
  changed(paths: readonly string[]): void;
  failed(error: Error): void;
}

/**
 * Watches the files of a project; resolves when every change is seen.
 *
 * @param application its file
 */
export async function watchFiles(
  files: ProjectFiles,
  application: string,
  told: FilesWatch,
): Promise<FSWatcher> {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch([files.root, application, ...files.watched], {
    ignoreInitial: true,
    // Asked first without the stats: what may still be a folder is looked at.
    ignored: (path, stats) => !counts(path, files, application, stats?.isFile() !== true),
  });
  watcher.on('all', (event, path) => {
    if (event === 'addDir' || event === 'unlinkDir' || !counts(path, files, application, false)) return;
    changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const paths = [...changed];
      changed.clear();
      told.changed(paths);
    }, QUIET);
  });
  watcher.on('error', (error) => told.failed(error instanceof Error ? error : new Error(String(error))));
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return watcher;
}

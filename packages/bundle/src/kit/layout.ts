/** The folder of the application in a bundle. */
export const APP_FOLDER = 'app';
/** The folder of the runner, and of all else that is ours. */
export const KIT_FOLDER = 'fcgi';
/** The program that the web server starts. */
export const PROGRAM = 'app.fcgi';
/** The lines for `.htaccess`, in a release. */
export const HTACCESS = 'fcgi/htaccess';

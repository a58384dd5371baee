import type { Framework } from './build.ts';
import { adonis } from './frameworks/adonis.ts';
import { astro } from './frameworks/astro.ts';
import { nest } from './frameworks/nest.ts';
import { next } from './frameworks/next.ts';
import { nitro } from './frameworks/nitro.ts';
import { reactRouter } from './frameworks/react-router.ts';
import { sveltekit } from './frameworks/sveltekit.ts';

/** All that are known; a project is of the first one whose build it has, or of whose packages it has one. */
export const frameworks: readonly Framework[] = [next, nitro, sveltekit, astro, reactRouter, adonis, nest];

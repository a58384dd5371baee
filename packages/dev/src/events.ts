/**
 * What happens while an application is developed.
 *
 * - `answered`: a request is over, other than for the pages of this package itself. `status` is `undefined` where there was no
 *   answer; `isWhole` says whether all of it was sent.
 * - `changed`: these files have changed, are new or have gone; the application is loaded again.
 * - `listening`: requests are accepted; these are the file of the application and the URLs for the developer's browser.
 * - `loaded`: the application is ready; `application` says what it is, in words.
 * - `failed`: its process has ended before it was ready; `how`, in words.
 * - `crashed`: its process has ended later, by itself.
 * - `unwatched`: changes of some files will not be seen, for this reason.
 */
export type DevEvent =
  | {
      readonly kind: 'answered';
      readonly isWhole: boolean;
      readonly method: string;
      readonly duration: number;
      readonly status: number | undefined;
      /** What may be secret in it is hidden, unless `showSecrets` is set; not escaped. */
      readonly url: string;
    }
  | { readonly kind: 'changed'; readonly paths: readonly string[] }
  | { readonly kind: 'crashed' | 'failed'; readonly how: string }
  | {
      readonly kind: 'listening';
      readonly file: string;
      readonly requestsUrl: string;
      readonly url: string;
    }
  | { readonly kind: 'loaded'; readonly application: string }
  | { readonly kind: 'unwatched'; readonly reason: string };

/** The arguments of `fcgi request`. */
export interface RequestOptions {
  readonly data: readonly string[];
  readonly fail?: true;
  readonly filterData?: string;
  readonly head?: true;
  readonly header: readonly string[];
  readonly include?: true;
  readonly json?: true;
  readonly keepConn?: true;
  readonly method?: string;
  readonly output?: string;
  readonly param: ReadonlyArray<readonly [name: string, value: string]>;
  readonly prefix?: string;
  readonly role: 'authorizer' | 'filter' | 'responder';
  readonly root?: string;
  readonly script?: string;
  readonly showSecrets?: true;
  readonly timeout?: number;
  readonly unset: readonly string[];
  readonly verbose?: true;
}

type MemberDecorator = ClassDecorator & MethodDecorator;

/** The decorators of a method, and in an inner list those of its parameters. */
export type MethodDecorators = ReadonlyArray<
  MethodDecorator | MemberDecorator | readonly ParameterDecorator[]
>;

/**
 * Applies the decorators of NestJS as TypeScript's `experimentalDecorators` do, which this repository does not
 * compile with.
 *
 * @param target the class
 * @param own the decorators of the class itself
 * @param methods the decorators of its methods by their names
 */
export function decorate(
  target: new () => object,
  own: readonly ClassDecorator[],
  methods: Readonly<Record<string, MethodDecorators>>,
): void {
  const prototype: object = target.prototype;
  for (const [name, decorators] of Object.entries(methods)) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    if (descriptor === undefined) throw new Error(`${target.name} has no method ${name}`);
    for (const decorator of decorators) {
      if (typeof decorator === 'function') decorator(prototype, name, descriptor);
      else for (const [index, parameter] of decorator.entries()) parameter(prototype, name, index);
    }
  }
  for (const decorator of own) decorator(target);
}

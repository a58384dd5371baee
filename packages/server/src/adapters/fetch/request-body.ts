import type { FcgiRequest } from '../../request/fcgi-request.ts';

/**
 * The body of a request as a web stream. Bytes are taken from the connection only when they are read.
 */
export function requestBody(request: FcgiRequest): ReadableStream<Uint8Array> {
  const { input } = request;
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  input.attach({
    push: (chunk) => {
      controller.enqueue(chunk);
      return (controller.desiredSize ?? 0) > 0;
    },
    end: () => controller.close(),
    fail: (error) => controller.error(error),
  });
  return new ReadableStream<Uint8Array>(
    {
      start: (given) => {
        controller = given;
      },
      pull: () => input.resume(),
      cancel: () => input.discard(),
    },
    // Nothing is taken before it is asked for.
    { highWaterMark: 0 },
  );
}

// Loaded before the application, as the guides of OpenTelemetry say. Prints each span of a server.
const { context, SpanKind, trace } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { BasicTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');

const exporter = {
  export(spans, done) {
    for (const { attributes, kind } of spans) {
      if (kind !== SpanKind.SERVER) continue;
      const query = attributes['url.query'];
      const url = attributes['url.path'] + (query === undefined ? '' : `?${query}`);
      const method = attributes['http.request.method'];
      console.log(`monitored ${method} ${url} ${attributes['http.response.status_code']}`);
    }
    done({ code: 0 });
  },
  shutdown: async () => {},
};
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
trace.setGlobalTracerProvider(provider);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
new HttpInstrumentation().setTracerProvider(provider);

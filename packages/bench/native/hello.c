/* The peer in C: libfcgi on a Unix socket. It serves one connection at a time, hence a thread for each. */
#include <fcgiapp.h>
#include <pthread.h>
#include <unistd.h>

#define THREADS 64

static int listening;

static void *serve(void *unused) {
  FCGX_Request request;
  (void)unused;
  FCGX_InitRequest(&request, listening, 0);
  /* No mutex around it, as libfcgi's examples have: on a kept connection it waits there for the next request. */
  while (FCGX_Accept_r(&request) >= 0) {
    FCGX_FPrintF(request.out, "Content-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world!");
    FCGX_Finish_r(&request);
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  FCGX_Init();
  listening = FCGX_OpenSocket(argv[2], 511);
  for (int i = 0; i < THREADS; i++) {
    pthread_t thread;
    pthread_create(&thread, NULL, serve, NULL);
  }
  pause();
  return 0;
}

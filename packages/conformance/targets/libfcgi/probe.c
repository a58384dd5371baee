/* The routes of the probe contract with libfcgi:
     cc -o probe probe.c -lfcgi && fcgi conformance --spawn ./probe */

#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

static int has_body(const char *method) { return method == NULL || strcmp(method, "HEAD") != 0; }

static void echo(FCGX_Request *request)
{
    char block[4096];
    int count;
    while ((count = FCGX_GetStr(block, sizeof block, request->in)) > 0)
        FCGX_PutStr(block, count, request->out);
}

static void serve(FCGX_Request *request)
{
    const char *path = FCGX_GetParam("PATH_INFO", request->envp);
    const char *query = FCGX_GetParam("QUERY_STRING", request->envp);
    const char *text = "Content-Type: text/plain\r\n";
    long number, index;
    char block[4096];

    if (path == NULL) path = "";
    if (query == NULL) query = "";
    number = atol(query);

    if (strcmp(path, "/echo") == 0) {
        FCGX_FPrintF(request->out, "%s\r\n", text);
        echo(request);
    } else if (strcmp(path, "/param") == 0) {
        const char *value = FCGX_GetParam(query, request->envp);
        FCGX_FPrintF(request->out, value == NULL ? "Status: 404 Not Found\r\n%s\r\nabsent" : "%s\r\n", text);
        if (value != NULL) FCGX_PutS(value, request->out);
    } else if (strcmp(path, "/big") == 0) {
        FCGX_FPrintF(request->out, "%s\r\n", text);
        if (has_body(FCGX_GetParam("REQUEST_METHOD", request->envp)))
            for (index = 0; index < number; index += 26)
                FCGX_PutStr(letters, number - index < 26 ? (int)(number - index) : 26, request->out);
    } else if (strcmp(path, "/slow") == 0) {
        usleep(number * 1000);
        FCGX_FPrintF(request->out, "%s\r\nslow", text);
    } else if (strcmp(path, "/partial") == 0) {
        FCGX_GetStr(block, number < (long)sizeof block ? (int)number : (int)sizeof block, request->in);
        FCGX_FPrintF(request->out, "%s\r\npartial", text);
    } else if (strcmp(path, "/nothing") == 0) {
        FCGX_FPrintF(request->out, "%s\r\n", text);
    } else if (strcmp(path, "/status") == 0) {
        FCGX_FPrintF(request->out, "Status: %d Probe\r\n%s\r\n", (int)number, text);
        if (number != 204 && number != 304) FCGX_PutS("status", request->out);
    } else if (strcmp(path, "/redirect") == 0) {
        FCGX_PutS("Status: 302 Found\r\nLocation: http://localhost/elsewhere\r\n\r\n", request->out);
    } else if (strcmp(path, "/cookies") == 0) {
        FCGX_FPrintF(request->out, "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n%s\r\ncookies", text);
    } else if (strcmp(path, "/stderr") == 0) {
        for (index = 0; index < number; index += 1) FCGX_PutChar('E', request->err);
        FCGX_FPrintF(request->out, "%s\r\nstderr", text);
    } else if (strcmp(path, "/exit") == 0) {
        FCGX_FPrintF(request->out, "%s\r\nexit", text);
        FCGX_SetExitStatus((int)number, request->out);
    } else {
        /* /early, too */
        FCGX_FPrintF(request->out, "%s\r\n%s", text, strcmp(path, "/early") == 0 ? "early" : "probe");
    }
}

int main(void)
{
    FCGX_Request request;
    FCGX_Init();
    FCGX_InitRequest(&request, 0, 0);
    while (FCGX_Accept_r(&request) >= 0) {
        serve(&request);
        FCGX_Finish_r(&request);
    }
    return 0;
}

/* An application of libfcgi in all three roles, on the Unix socket that it is given. */
#include <ctype.h>
#include <fcgiapp.h>
#include <stdio.h>
#include <string.h>

static void respond(FCGX_Request *request) {
    long length = 0, sum = 0;
    int byte;
    while ((byte = FCGX_GetChar(request->in)) != EOF) {
        length++;
        sum = (sum * 31 + byte) % 1000003;
    }
    FCGX_PutS("a line for the log\n", request->err);
    FCGX_FPrintF(request->out, "Content-Type: text/plain\r\nStatus: 202 Accepted\r\n\r\n%s %ld %ld",
                 FCGX_GetParam("QUERY_STRING", request->envp), length, sum);
    FCGX_SetExitStatus(7, request->out);
}

static void authorize(FCGX_Request *request) {
    const char *uri = FCGX_GetParam("REQUEST_URI", request->envp);
    if (uri != NULL && strcmp(uri, "/open") == 0)
        FCGX_PutS("Status: 200 OK\r\nVariable-USER_ID: 7\r\nVariable-NAME: alice\r\n\r\n", request->out);
    else
        FCGX_PutS("Status: 403 Forbidden\r\nContent-Type: text/plain\r\n\r\nno", request->out);
}

static void filter(FCGX_Request *request) {
    int byte;
    long length = 0;
    while (FCGX_GetChar(request->in) != EOF) length++;
    FCGX_FPrintF(request->out, "Content-Type: text/plain\r\n\r\n%ld %s %s ", length,
                 FCGX_GetParam("FCGI_DATA_LENGTH", request->envp),
                 FCGX_GetParam("FCGI_DATA_LAST_MOD", request->envp));
    FCGX_StartFilterData(request->in);
    while ((byte = FCGX_GetChar(request->in)) != EOF) FCGX_PutChar(toupper(byte), request->out);
}

int main(int count, char **arguments) {
    FCGX_Request request;
    if (count < 2 || FCGX_Init() != 0) return 1;
    FCGX_InitRequest(&request, FCGX_OpenSocket(arguments[1], 64), 0);
    puts("ready");
    fflush(stdout);
    while (FCGX_Accept_r(&request) == 0) {
        const char *role = FCGX_GetParam("FCGI_ROLE", request.envp);
        if (role != NULL && strcmp(role, "AUTHORIZER") == 0) authorize(&request);
        else if (role != NULL && strcmp(role, "FILTER") == 0) filter(&request);
        else respond(&request);
        FCGX_Finish_r(&request);
    }
    return 0;
}

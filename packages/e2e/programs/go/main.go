// An application of Go's net/http/fcgi on the Unix socket that it is given.
package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/fcgi"
	"os"
	"strconv"
	"time"
)

func serve(response http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()
	hash := sha256.New()
	// First of all: as long as it is not read, Go reads nothing of the other requests on the connection.
	length, _ := io.Copy(hash, request.Body)
	if wait, err := strconv.Atoi(query.Get("wait")); err == nil {
		time.Sleep(time.Duration(wait) * time.Millisecond)
	}
	response.Header().Set("Content-Type", "text/plain")
	response.Header().Add("Set-Cookie", "a=1")
	response.Header().Add("Set-Cookie", "b=2")
	response.WriteHeader(http.StatusCreated)
	if bytes, err := strconv.Atoi(query.Get("bytes")); err == nil {
		piece := make([]byte, 8192)
		for i := range piece {
			piece[i] = 'x'
		}
		for sent := 0; sent < bytes; sent += len(piece) {
			if _, err := response.Write(piece[:min(len(piece), bytes-sent)]); err != nil {
				return
			}
		}
		return
	}
	fmt.Fprintf(response, "%s %s %d %x", request.Method, request.URL.RequestURI(), length, hash.Sum(nil))
}

func min(one int, other int) int {
	if one < other {
		return one
	}
	return other
}

func main() {
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		panic(err)
	}
	fmt.Println("ready")
	panic(fcgi.Serve(listener, http.HandlerFunc(serve)))
}

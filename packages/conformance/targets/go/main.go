// The routes of the probe contract with net/http/fcgi:
//
//	go build -o probe main.go && fcgi conformance --spawn ./probe
//
// /stderr, /exit are not offered: the package has neither.
package main

import (
	"io"
	"net/http"
	"net/http/fcgi"
	"strconv"
	"strings"
	"time"
)

const letters = "abcdefghijklmnopqrstuvwxyz"

func serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	query := r.URL.RawQuery
	number, _ := strconv.Atoi(query)
	switch r.URL.Path {
	case "/echo":
		body, _ := io.ReadAll(r.Body)
		w.Write(body)
	case "/param":
		value, known := param(r, query)
		if !known {
			w.WriteHeader(404)
			value = "absent"
		}
		io.WriteString(w, value)
	case "/big":
		if r.Method != "HEAD" {
			io.WriteString(w, strings.Repeat(letters, number/26+1)[:number])
		}
	case "/slow":
		time.Sleep(time.Duration(number) * time.Millisecond)
		io.WriteString(w, "slow")
	case "/early":
		io.WriteString(w, "early")
	case "/partial":
		io.CopyN(io.Discard, r.Body, int64(number))
		io.WriteString(w, "partial")
	case "/nothing":
	case "/status":
		w.WriteHeader(number)
		if number != 204 && number != 304 {
			io.WriteString(w, "status")
		}
	case "/redirect":
		w.Header().Set("Location", "http://localhost/elsewhere")
		w.WriteHeader(302)
	case "/cookies":
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		io.WriteString(w, "cookies")
	case "/stderr", "/exit":
		w.WriteHeader(501)
	default:
		io.WriteString(w, "probe")
	}
}

// param finds a param where the package has put it.
func param(r *http.Request, name string) (string, bool) {
	switch name {
	case "QUERY_STRING":
		return r.URL.RawQuery, true
	case "REQUEST_METHOD":
		return r.Method, true
	}
	if strings.HasPrefix(name, "HTTP_") {
		values, known := r.Header[http.CanonicalHeaderKey(strings.ReplaceAll(name[5:], "_", "-"))]
		return strings.Join(values, ", "), known
	}
	value, known := fcgi.ProcessEnv(r)[name]
	return value, known
}

func main() {
	fcgi.Serve(nil, http.HandlerFunc(serve))
}

// proxy LISTEN CONTROL UPSTREAM: stands before an S3 server, as a network and a busy server would.
//
// What it does is said in JSON by PUT to CONTROL: {"delay": MILLISECONDS, "rules": [RULE, ...]}; the first rule that
// fits a request is applied, and counted. GET of CONTROL gives the counts, DELETE sets them to nothing. Nothing of a
// request is changed on its way, as S3 signs method, path, query and headers, Host among them.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// Rule says which requests it is of: Method "" is any, Path a part of the path, Query a part of the query, Range one
// with a Range header. Of those it lets the first Skip pass and takes the Times that follow (0: all), of each path for
// itself where Each. Act: "answer" (Status, Body), "reset", "stall" (for ever), "cut" (half of the body, then the
// connection is gone), "hang" (half of the body, then nothing more), "lose" (done by the server, its answer lost).
type Rule struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Query  string `json:"query"`
	Range  bool   `json:"range"`
	Skip   int    `json:"skip"`
	Times  int    `json:"times"`
	Each   bool   `json:"each"`
	Act    string `json:"act"`
	Status int    `json:"status"`
	Body   string `json:"body"`
	seen   map[string]int
}

// Count is of the requests of a path: bodies in bytes, as they came to the client.
type Count struct {
	Requests int   `json:"requests"`
	Bytes    int64 `json:"bytes"`
}

type state struct {
	sync.Mutex
	delay   time.Duration
	rules   []*Rule
	paths   map[string]*Count // "GET /bucket/key", of a listing "LIST /bucket/"
	applied int
	most    int // requests at once
	now     int
}

func (s *state) control(w http.ResponseWriter, r *http.Request) {
	s.Lock()
	defer s.Unlock()
	switch r.Method {
	case "PUT":
		var said struct {
			Delay float64 `json:"delay"`
			Rules []*Rule `json:"rules"`
		}
		if err := json.NewDecoder(r.Body).Decode(&said); err != nil {
			http.Error(w, err.Error(), 400)
			return
		}
		for _, rule := range said.Rules {
			rule.seen = map[string]int{}
		}
		s.delay, s.rules = time.Duration(said.Delay*float64(time.Millisecond)), said.Rules
	case "DELETE":
		s.paths, s.applied, s.most = map[string]*Count{}, 0, s.now
	default:
		json.NewEncoder(w).Encode(map[string]any{"paths": s.paths, "applied": s.applied, "most": s.most})
	}
}

// begin counts a request, and finds the rule that it falls under.
func (s *state) begin(r *http.Request) (*Rule, *Count, time.Duration) {
	s.Lock()
	defer s.Unlock()
	method := r.Method
	if method == "GET" && strings.Contains(r.URL.RawQuery, "list-type=2") {
		method = "LIST"
	}
	name := method + " " + r.URL.Path
	count := s.paths[name]
	if count == nil {
		count = &Count{}
		s.paths[name] = count
	}
	count.Requests++
	s.now++
	s.most = max(s.most, s.now)
	for _, rule := range s.rules {
		if rule.Method != "" && rule.Method != method || !strings.Contains(r.URL.Path, rule.Path) ||
			!strings.Contains(r.URL.RawQuery, rule.Query) || rule.Range && r.Header.Get("Range") == "" {
			continue
		}
		of := ""
		if rule.Each {
			of = name
		}
		rule.seen[of]++
		if at := rule.seen[of]; at > rule.Skip && (rule.Times == 0 || at <= rule.Skip+rule.Times) {
			s.applied++
			return rule, count, s.delay
		}
	}
	return nil, count, s.delay
}

func (s *state) end() {
	s.Lock()
	s.now--
	s.Unlock()
}

type about struct {
	rule  *Rule
	count *Count
}

type key struct{}

// body is what an answer has, counted, and broken off where a rule says so.
type body struct {
	io.ReadCloser
	state *state
	count *Count
	left  int64 // bytes until it breaks off; -1: never
	hangs <-chan struct{}
}

func (b *body) Read(into []byte) (int, error) {
	if b.left == 0 {
		if b.hangs != nil {
			<-b.hangs
		}
		return 0, errors.New("cut")
	}
	if b.left > 0 && int64(len(into)) > b.left {
		into = into[:b.left]
	}
	n, err := b.ReadCloser.Read(into)
	if b.left > 0 {
		b.left -= int64(n)
	}
	b.state.Lock()
	b.count.Bytes += int64(n)
	b.state.Unlock()
	return n, err
}

func reset(w http.ResponseWriter) {
	if connection, _, err := w.(http.Hijacker).Hijack(); err == nil {
		connection.(*net.TCPConn).SetLinger(0)
		connection.Close()
	}
}

func main() {
	log.SetOutput(io.Discard) // what is broken off on purpose needs no words
	upstream, err := url.Parse(os.Args[3])
	if err != nil {
		panic(err)
	}
	s := &state{paths: map[string]*Count{}}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = upstream.Scheme, upstream.Host
			r.Out.URL.RawQuery = r.In.URL.RawQuery
			r.Out.Host = r.In.Host
		},
		Transport:     &http.Transport{MaxIdleConns: 1024, MaxIdleConnsPerHost: 1024, DisableCompression: true},
		FlushInterval: -1,
		ErrorHandler:  func(w http.ResponseWriter, r *http.Request, err error) { reset(w) },
		ModifyResponse: func(r *http.Response) error {
			of := r.Request.Context().Value(key{}).(about)
			if of.rule != nil && of.rule.Act == "lose" {
				return errors.New("lost")
			}
			found := &body{ReadCloser: r.Body, state: s, count: of.count, left: -1}
			if of.rule != nil && (of.rule.Act == "cut" || of.rule.Act == "hang") {
				found.left = max(r.ContentLength/2, 1)
				if of.rule.Act == "hang" {
					found.hangs = r.Request.Context().Done()
				}
			}
			r.Body = found
			return nil
		},
	}
	handler := func(w http.ResponseWriter, r *http.Request) {
		rule, count, delay := s.begin(r)
		defer s.end()
		time.Sleep(delay)
		if rule != nil {
			if rule.Act == "answer" || rule.Act == "stall" {
				io.Copy(io.Discard, r.Body) // only then is it noticed that a client goes
			}
			switch rule.Act {
			case "answer":
				w.Header().Set("Content-Type", "application/xml")
				w.WriteHeader(rule.Status)
				io.WriteString(w, rule.Body)
				return
			case "reset":
				reset(w)
				return
			case "stall":
				<-r.Context().Done()
				return
			}
		}
		proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, about{rule, count})))
	}
	go func() { panic(http.ListenAndServe(os.Args[2], http.HandlerFunc(s.control))) }()
	panic(http.ListenAndServe(os.Args[1], http.HandlerFunc(handler)))
}

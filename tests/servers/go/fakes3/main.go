// fakes3 lists a bucket of as many synthetic keys as are wanted, by ListObjectsV2 alone: there is nothing behind a key.
//
// Keys are TOP/FF/DDDDD/DSC_IIIIIIIII.jpg: so many folders FF, in each of them folders DDDDD of so many files.
// Who asks is not looked at. GET /-/requests tells how many pages were asked for.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

type bucket struct {
	keys    int
	folders int
	each    int
	top     string
	delay   time.Duration
	asked   atomic.Int64
}

// key is the name of the i-th object; they are in the order of their bytes.
func (b *bucket) key(to []byte, i int) []byte {
	share := (b.keys + b.folders - 1) / b.folders
	to = append(to, b.top...)
	to = padded(to, i/share, 4)
	to = append(to, '/')
	to = padded(to, i%share/b.each, 5)
	to = append(to, "/DSC_"...)
	to = padded(to, i, 9)
	return append(to, ".jpg"...)
}

func padded(to []byte, number, width int) []byte {
	var digits [20]byte
	at := len(digits)
	for ; number > 0 || width > 0; width-- {
		at--
		digits[at] = byte('0' + number%10)
		number /= 10
	}
	return append(to, digits[at:]...)
}

// from is the first object whose key is not before a text, or, where it is to be behind it, is not the text either.
func (b *bucket) from(text string, behind bool) int {
	return sort.Search(b.keys, func(i int) bool {
		key := string(b.key(nil, i))
		return key > text || key == text && !behind
	})
}

// tag is a text of 32 hexadecimal digits that no two objects share.
func tag(to []byte, i int) []byte {
	for seed := uint64(1); seed < 3; seed++ {
		x := (uint64(i)*2 + seed) * 0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
		for shift := 60; shift >= 0; shift -= 4 {
			to = append(to, "0123456789abcdef"[x>>shift&15])
		}
	}
	return to
}

func (b *bucket) list(asked url.Values) []byte {
	prefix, delimiter := asked.Get("prefix"), asked.Get("delimiter")
	most := 1000
	if n, err := strconv.Atoi(asked.Get("max-keys")); err == nil && n < most {
		most = n
	}
	at := b.from(prefix, false)
	if after := asked.Get("start-after"); after != "" {
		at = max(at, b.from(after, true))
	}
	if token := asked.Get("continuation-token"); token != "" {
		at, _ = strconv.Atoi(token)
	}
	end := b.from(prefix+"\xff", false)

	page := make([]byte, 0, 300*most+500)
	page = append(page, `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>b</Name>`...)
	page = append(page, `<Prefix>`+prefix+`</Prefix><MaxKeys>1000</MaxKeys>`...)
	for count := 0; count < most && at < end; count++ {
		start := len(page) + len("<Contents><Key>")
		page = b.key(append(page, "<Contents><Key>"...), at)
		if delimiter != "" {
			if cut := strings.Index(string(page[start+len(prefix):]), delimiter); cut >= 0 {
				folder := string(page[start : start+len(prefix)+cut+len(delimiter)])
				page = append(page[:start-len("<Contents><Key>")], "<CommonPrefixes><Prefix>"+folder+"</Prefix></CommonPrefixes>"...)
				at = b.from(folder+"\xff", false)
				continue
			}
		}
		page = append(page, `</Key><LastModified>2026-11-30T12:00:`...)
		page = padded(page, at%60, 2)
		page = append(page, `.000Z</LastModified><ETag>&quot;`...)
		page = tag(page, at)
		page = append(page, `&quot;</ETag><Size>`...)
		page = strconv.AppendInt(page, int64(3000000+at%1000), 10)
		page = append(page, `</Size><StorageClass>STANDARD</StorageClass></Contents>`...)
		at++
	}
	if at < end {
		page = append(page, fmt.Sprintf("<IsTruncated>true</IsTruncated><NextContinuationToken>%d</NextContinuationToken>", at)...)
	} else {
		page = append(page, "<IsTruncated>false</IsTruncated>"...)
	}
	return append(page, "</ListBucketResult>"...)
}

func (b *bucket) answer(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/-/requests" {
		fmt.Fprint(w, b.asked.Load())
		return
	}
	asked := r.URL.Query()
	if r.Method != http.MethodGet || asked.Get("list-type") != "2" {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "<Error><Code>NoSuchKey</Code><Message>there are names only</Message></Error>")
		return
	}
	b.asked.Add(1)
	time.Sleep(b.delay)
	w.Header().Set("Content-Type", "application/xml")
	w.Write(b.list(asked))
}

func main() {
	b := &bucket{}
	address := flag.String("listen", "127.0.0.1:0", "where to listen")
	flag.IntVar(&b.keys, "keys", 1000, "objects in the bucket")
	flag.IntVar(&b.folders, "folders", 100, "folders at the top")
	flag.IntVar(&b.each, "each", 1000, "objects in each of the folders in those")
	flag.StringVar(&b.top, "top", "archive/", "what all keys begin with")
	flag.DurationVar(&b.delay, "delay", 0, "how long every page takes")
	flag.Parse()
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("READY http://%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, http.HandlerFunc(b.answer)))
}

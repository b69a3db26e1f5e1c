// SPDX-License-Identifier: BSD-2-Clause

// Prints a Parquet file as JSON, a list for each column, as parquet-go reads it; without a file, its version.
// FLOW_PARQUET_GO is this program: (cd tests/interop/parquet_go && go build -o PROGRAM .)
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Whole numbers as texts, since JSON's are floats for some; times as ISO 8601.
func text(v parquet.Value, t parquet.Type) any {
	var timestamp, unsigned bool
	if logical := t.LogicalType(); logical != nil {
		_, timestamp = logical.Value.(*format.TimestampType)
		integer, isInteger := logical.Value.(*format.IntType)
		unsigned = isInteger && !integer.IsSigned
	}
	switch {
	case v.IsNull():
		return nil
	case t.Kind() == parquet.ByteArray:
		return string(v.ByteArray())
	case timestamp:
		return time.UnixMilli(v.Int64()).UTC().Format("2006-01-02T15:04:05.000Z")
	case unsigned:
		return strconv.FormatUint(v.Uint64(), 10)
	case t.Kind() == parquet.Int32:
		return strconv.FormatInt(int64(v.Int32()), 10)
	default:
		return strconv.FormatInt(v.Int64(), 10)
	}
}

func read(path string) map[string][]any {
	f, err := os.Open(path)
	if err != nil {
		fail(err)
	}
	st, err := f.Stat()
	if err != nil {
		fail(err)
	}
	file, err := parquet.OpenFile(f, st.Size())
	if err != nil {
		fail(err)
	}
	fields := file.Schema().Fields()
	out := make(map[string][]any, len(fields))
	for _, field := range fields {
		out[field.Name()] = []any{}
	}
	rows := make([]parquet.Row, 1000)
	reader := parquet.NewReader(file)
	for {
		n, err := reader.ReadRows(rows)
		for _, row := range rows[:n] {
			for _, v := range row {
				field := fields[v.Column()]
				out[field.Name()] = append(out[field.Name()], text(v, field.Type()))
			}
		}
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			fail(err)
		}
	}
}

func main() {
	if len(os.Args) > 1 {
		if err := json.NewEncoder(os.Stdout).Encode(read(os.Args[1])); err != nil {
			fail(err)
		}
		return
	}
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "github.com/parquet-go/parquet-go" {
			fmt.Println(module.Version)
		}
	}
}
